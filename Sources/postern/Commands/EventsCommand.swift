import ArgumentParser
import ConsoleProtocol
import Foundation

/// What happened.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "What happened, newest first; or as it happens.",
    discussion: "Example: postern events --door front --limit 20")

  @OptionGroup var console: ConsoleOptions
  @Option(help: "How many, 1 to 500.") var limit = 20
  @Option(help: "Only this door.") var door: String?
  @Option(help: "Only this person.") var person: String?
  @Option(help: "Only this type, such as postern.access.denied.v1.") var type: String?
  @Option(help: "Only events with a smaller number: the next page.") var before: UInt64?
  @Option(help: "Only events with a larger number, oldest first.") var after: UInt64?
  @Flag(help: "Go on with each new event, until interrupted.") var follow = false

  func validate() throws {
    guard (1...500).contains(limit) else { throw ValidationError("--limit is 1 to 500") }
  }

  func run() async throws {
    let events = try await console.client.get(path, as: [ConsoleEvent].self)
    for event in follow ? events.reversed() : events { try show(event) }
    guard follow else { return }
    try await console.client.lines("/v1/events/stream") { line in
      let event = try JSONDecoder().decode(ConsoleEvent.self, from: line)
      if (door == nil || event.door == door) && (person == nil || event.person == person)
        && (type == nil || event.type == type)
      {
        try show(event)
      }
    }
  }

  private var path: String {
    var parts = URLComponents()
    parts.path = "/v1/events"
    let filters: [(String, String?)] = [
      ("limit", String(limit)), ("before", before.map { String($0) }),
      ("after", after.map { String($0) }), ("door", door), ("person", person), ("type", type),
    ]
    parts.queryItems = filters.compactMap { name, value in
      value.map { URLQueryItem(name: name, value: $0) }
    }
    return parts.string ?? "/v1/events"
  }

  private func show(_ event: ConsoleEvent) throws {
    if console.json { return try Output.json(event) }
    Output.line(EventLine(event: event, colour: Output.colour).text)
  }
}
