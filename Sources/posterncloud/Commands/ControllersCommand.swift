import ArgumentParser
import CloudProtocol

/// Every controller with what it last said it has.
struct ControllersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controllers", abstract: "Every controller, with what it last said it has.")

  @OptionGroup var state: StateOptions
  @Flag(help: "Print JSON for programs.") var json = false

  private struct Line: Encodable {
    var controller: String
    var online: Bool
    var hello: Hello?
    var telemetry: TelemetryReport?
  }

  func run() throws {
    let store = try state.store()
    for (id, hello, report) in try store.controllers() {
      let telemetry = try store.telemetry(of: id)
      let isOnline = report?.online == true
      if json {
        try printJSON(Line(controller: id, online: isOnline, hello: hello, telemetry: telemetry))
        continue
      }
      guard let hello else {
        print("\(id)  never heard of")
        continue
      }
      let words = [
        id, isOnline ? "online" : "offline", "software \(hello.software)",
        "config \(hello.configRevision)", "credentials \(hello.credentialRevision)",
        "events \(hello.lastEvent)", "clock \(hello.clockTrust)",
        hello.simulated ? "simulated" : nil,
        telemetry?.host.address.map { "address \($0)" },
        telemetry.map { "queued \($0.queuedEvents)" },
        telemetry.flatMap { $0.troubles.isEmpty ? nil : "\($0.troubles.count) troubles" },
      ]
      print(words.compactMap { $0 }.joined(separator: "  "))
    }
  }
}
