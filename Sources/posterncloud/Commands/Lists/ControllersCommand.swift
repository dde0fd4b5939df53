import ArgumentParser
import CloudProtocol
import HostLinux

/// Every controller with its last report.
struct ControllersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controllers", abstract: "Show every controller with its last report.")

  @OptionGroup var state: StateOptions
  @Flag(help: "Print JSON for programs.") var json = false

  /// The clock's trust is of the time when it was told, and no longer true of a controller that is away.
  private static func clock(_ hello: Hello, _ telemetry: TelemetryReport?) -> String {
    guard let telemetry else { return "clock \(hello.clockTrust) when it connected" }
    let time = CloudEvent.timestamp(milliseconds: telemetry.timeMilliseconds)
    return "clock \(telemetry.clockTrust) at \(time)"
  }

  private struct Line: Encodable {
    var controller: String
    var online: Bool
    var hello: Hello?
    var telemetry: TelemetryReport?
    /// When two machines last used this identity.
    var cloned: String?
  }

  func run() throws {
    let store = try state.store()
    for (id, hello, report) in try store.controllers.all() {
      let telemetry = try store.controllers.latest(TelemetryReport.self, of: id)
      let isOnline = report?.online == true
      let cloned = try store.boots.cloned(id).map { CloudEvent.timestamp(milliseconds: $0) }
      if json {
        try Output.json(
          Line(
            controller: id, online: isOnline, hello: hello, telemetry: telemetry, cloned: cloned))
        continue
      }
      guard let hello else {
        Output.line("\(id)  never connected")
        continue
      }
      let refused = try store.recordNotes.list(controller: id).count { $0.kind != "warning" }
      let words = [
        id, isOnline ? "online" : "offline", "software \(hello.software)",
        "config \(hello.configRevision)", "credentials \(hello.credentialRevision)",
        "events \(hello.lastEvent)", Self.clock(hello, telemetry),
        hello.supportedUntil.map { "updates until \($0)" }, hello.simulated ? "simulated" : nil,
        cloned.map { "CLONED \($0)" },
        telemetry?.host.address.map { "address \($0)" },
        telemetry.map { "queued \($0.queuedEvents)" },
        telemetry.flatMap { $0.troubles.isEmpty ? nil : "\($0.troubles.count) troubles" },
        refused == 0 ? nil : "\(refused) records refused",
      ]
      Output.line(words.compactMap { $0 }.joined(separator: "  "))
    }
  }
}
