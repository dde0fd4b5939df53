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
  }

  func run() throws {
    for (id, hello, report) in try state.store().controllers() {
      let isOnline = report?.online == true
      if json {
        try printJSON(Line(controller: id, online: isOnline, hello: hello))
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
      ]
      print(words.compactMap { $0 }.joined(separator: "  "))
    }
  }
}
