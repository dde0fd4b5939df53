import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// The event log.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "List events, newest first, or as they happen.",
    discussion: """
      Times are `2026-11-20`, `2026-11-20T18:30` (UTC), seconds since 1970, or how
      long ago: `90m`, `12h`, `7d`.

      Examples:
        postern events --door front --outcome denied --from 12h
        postern events --person ada --from 2026-11-01 --all --csv > november.csv
        postern events --follow --reason outsideHours
      """)

  enum Outcome: String, ExpressibleByArgument, CaseIterable {
    case granted, denied

    var type: EventType {
      switch self {
      case .granted: .accessGranted
      case .denied: .accessDenied
      }
    }
  }

  @OptionGroup var console: ConsoleOptions
  @Option(help: "How many, 1 to 500; with --all, how many a page.") var limit = 20
  @Option(help: "Only this door.") var door: String?
  @Option(help: "Only this person.") var person: String?
  @Option(help: "Only attempts that were granted, or denied.") var outcome: Outcome?
  @Option(help: "Only this reason, such as outsideHours.") var reason: String?
  @Option(help: "Only this type, such as access.denied.") var type: String?
  @Option(help: "Not before this time.") var from: String?
  @Option(help: "Before this time.") var until: String?
  @Option(help: "Only events with a smaller number: the next page.") var before: UInt64?
  @Option(help: "Only events with a larger number, oldest first.") var after: UInt64?
  @Flag(help: "Every page, to the end.") var all = false
  @Flag(help: "Comma-separated values with a header line, for spreadsheets.") var csv = false
  @Flag(help: "Print each new event too, until interrupted.") var follow = false

  func validate() throws {
    guard (1...500).contains(limit) else { throw ValidationError("--limit is 1 to 500") }
    guard outcome == nil || type == nil else {
      throw ValidationError("--outcome and --type cannot be used together")
    }
    guard !(csv && console.json) else { throw ValidationError("--csv or --json, not both") }
    for (name, text) in [("--from", from), ("--until", until)] {
      guard let text, EventTime.milliseconds(text, now: 0) == nil else { continue }
      throw ValidationError("\(name): \(text) is not a time; see `postern events --help`")
    }
  }

  private var wantedType: String? {
    outcome?.type.wireName ?? type.map { EventType(anyName: $0)?.wireName ?? $0 }
  }

  func run() async throws {
    if csv { Output.line(EventCSV.names) }
    var before = before
    var after = after
    while true {
      let events = try await console.client.get(
        path(before: before, after: after), as: [ConsoleEvent].self)
      for event in follow ? events.reversed() : events { try show(event) }
      guard all, !follow, events.count == limit, let last = events.last else { break }
      if after == nil { before = last.number } else { after = last.number }
    }
    guard follow else { return }
    try await console.client.values("/v1/events/stream", as: ConsoleEvent.self) { event in
      if (door == nil || event.door == door) && (person == nil || event.person == person)
        && (wantedType == nil || event.type == wantedType)
        && (reason == nil || event.reason == reason)
      {
        try show(event)
      }
      return true
    }
  }

  private func path(before: UInt64?, after: UInt64?) -> String {
    let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
    func time(_ text: String?) -> String? {
      text.flatMap { EventTime.milliseconds($0, now: now) }.map { String(max($0, 0)) }
    }
    return ConsolePath.of(
      "/v1/events",
      [
        ("limit", String(limit)), ("before", before.map { String($0) }),
        ("after", after.map { String($0) }), ("door", door), ("person", person),
        ("type", wantedType), ("reason", reason), ("from", time(from)), ("until", time(until)),
      ])
  }

  private func show(_ event: ConsoleEvent) throws {
    if csv { return Output.line(EventCSV.line(event)) }
    try console.show(event, EventLine(event: event, colour: Output.colour).text)
  }
}
