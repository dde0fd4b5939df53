import ArgumentParser
import CloudProtocol
import Foundation
import HostLinux

/// Events of the doors.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Show the events of the doors, newest first, or follow them.")

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Show each new event, until interrupted.") var follow = false
  @Flag(help: "Print JSON for programs.") var json = false

  func run() async throws {
    let store = try state.store(of: controller)
    let found = try store.events.list(controller: controller, after: nil, limit: max(limit, 1))
    for event in follow ? found.reversed() : found { try show(event) }
    guard follow else { return }
    var last = found.first?.position ?? 0
    while true {
      try await Task.sleep(for: .milliseconds(200))
      for event in try store.events.list(controller: controller, after: last, limit: 500) {
        last = event.position
        try show(event)
      }
    }
  }

  private struct Line: Encodable {
    var controller: String
    var number: UInt64
    var event: CloudEvent
  }

  private func show(_ arrived: ArrivedEvent) throws {
    let event = arrived.event
    if json {
      let line = Line(
        controller: arrived.controller, number: event.number ?? 0, event: event)
      return try Output.json(line)
    }
    let data = event.data
    let words = [
      "#\(event.sequence)", event.time, arrived.controller, event.type,
      data.door.map { "door \($0)" },
      data.person, data.reason, data.simulated ? "(simulated)" : nil,
    ]
    Output.line(words.compactMap { $0 }.joined(separator: "  "))
  }
}
