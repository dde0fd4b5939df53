import ArgumentParser
import CloudProtocol
import Foundation

/// Is the door in step?
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Let a controller say hello again and check every credential it has.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .sync), for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
  }
}

/// What does the daemon say?
struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Fetch the last log lines of a controller.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .logs), for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
    guard let upload = try store.logs(of: controller), upload.commandID == id else { return }
    if upload.dropped > 0 { print("(\(upload.dropped) older lines are gone)") }
    for line in upload.lines { print(line) }
  }
}

/// What is wrong with the door?
struct DiagnoseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Let a controller look at everything, and say what is wrong and what to do.",
    discussion: "Exit status 1 when something failed. The same as `postern diagnose` on site.")

  @OptionGroup var state: StateOptions
  @OptionGroup var waiting: WaitOptions
  @Argument(help: "The controller's id.") var controller: String

  func run() async throws {
    let store = try state.store()
    let id = try store.queue(
      Command(kind: .diagnostics), for: controller, secondsToLive: waiting.wait)
    try await waiting.outcome(of: id, in: store)
    guard let report = try store.diagnosis(of: controller), report.commandID == id else { return }
    if waiting.json { return try printJSON(report) }
    for check in report.checks {
      print("\(check.outcome.rawValue.uppercased())  \(check.id)  \(check.finding)")
      if let advice = check.advice { print("    -> \(advice)") }
    }
    if report.outcome == .failure { throw ExitCode(1) }
  }
}

/// Alarms and admin actions, which come ahead of everything else.
struct AlarmsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alarms",
    abstract: "Alarms and admin actions as they came, newest first.",
    discussion: "They overtake the backlog after an outage; `events` has them in their place.")

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    for arrived in try state.store().urgentEvents(controller: controller, limit: limit) {
      let event = arrived.event
      if json {
        try printJSON(event)
      } else {
        let words = [
          "#\(event.sequence)", event.time, arrived.controller, event.type, event.data.door,
          event.data.reason, event.historical == true ? "(after the fact)" : nil,
        ]
        print(words.compactMap { $0 }.joined(separator: "  "))
      }
    }
  }
}
