import ArgumentParser
import CloudProtocol
import HostLinux

/// Every door as last reported.
struct DoorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doors", abstract: "Show every controller and door as last reported.")

  @OptionGroup var state: StateOptions
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    for (id, hello, report) in try state.store().controllers.all() {
      if json {
        if let report { try Output.json(report) }
        continue
      }
      let online = report?.online == true ? "online" : "offline"
      let simulated = report?.simulated == true ? ", simulated" : ""
      let policy = hello.map {
        ", config \($0.configRevision), credentials \($0.credentialRevision) when it connected"
      }
      Output.line("\(id)  \(online)\(simulated)\(policy ?? ", never connected")")
      for door in report?.doors ?? [] {
        Output.line(
          "  door \(door.id)  \(door.lock)\(door.open.map { $0 ? ", open" : ", closed" } ?? "")")
      }
    }
  }
}
