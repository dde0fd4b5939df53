import ArgumentParser
import HostLinux

/// The laboratory's program: what measures and tries Postern, and ships with no package.
@main
struct PosternLab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postern-lab",
    abstract: "Measure Postern, simulate it, and run a world for tests.",
    subcommands: [
      BenchCommand.self, OSDPPanelCommand.self, OSDPReadersCommand.self, RowsCommand.self,
      SabotagesCommand.self, SimulateCommand.self, WorldCommand.self,
    ])

  static func main() async {
    RepeatedOption.refuse(in: CommandLine.arguments)
    await main(nil)
  }
}

/// What the laboratory could not do, in words.
struct LabFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
