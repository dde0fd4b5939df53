import ArgumentParser

/// The laboratory's program: what measures and tries Postern, and ships with no package.
@main
struct PosternLab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postern-lab",
    abstract: "Measure and simulate Postern.",
    subcommands: [BenchCommand.self, SimulateCommand.self])
}
