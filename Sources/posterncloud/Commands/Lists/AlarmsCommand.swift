import ArgumentParser
import CloudProtocol
import HostLinux

/// Alarms and admin actions, which controllers publish ahead of everything else.
struct AlarmsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alarms",
    abstract: "Show alarms and admin actions in order of arrival, newest first.",
    discussion: "They overtake the backlog after an outage; `events` shows them in their order.")

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    for arrived in try state.store(of: controller).urgentEvents.list(
      controller: controller, limit: limit)
    {
      let event = arrived.event
      if json {
        try Output.json(event)
      } else {
        let words = [
          "#\(event.sequence)", event.time, arrived.controller, event.type, event.data.door,
          event.data.reason, event.historical == true ? "(after the fact)" : nil,
        ]
        Output.line(words.compactMap { $0 }.joined(separator: "  "))
      }
    }
  }
}
