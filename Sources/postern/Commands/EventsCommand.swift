import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// What happened.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "What happened, newest first; or as it happens.",
    discussion: """
      Times are `2026-11-20`, `2026-11-20T18:30` (UTC), seconds since 1970, or so
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
  @Option(help: "How many, 1 to 500; with --all, how many at once.") var limit = 20
  @Option(help: "Only this door.") var door: String?
  @Option(help: "Only this person.") var person: String?
  @Option(help: "Only attempts that were granted, or denied.") var outcome: Outcome?
  @Option(help: "Only this reason, such as outsideHours.") var reason: String?
  @Option(help: "Only this type, such as postern.access.denied.v1.") var type: String?
  @Option(help: "Not before this time.") var from: String?
  @Option(help: "Before this time.") var until: String?
  @Option(help: "Only events with a smaller number: the next page.") var before: UInt64?
  @Option(help: "Only events with a larger number, oldest first.") var after: UInt64?
  @Flag(help: "Page after page, to the end.") var all = false
  @Flag(help: "Comma-separated values with a line of names, for spreadsheets.") var csv = false
  @Flag(help: "Go on with each new event, until interrupted.") var follow = false

  func validate() throws {
    guard (1...500).contains(limit) else { throw ValidationError("--limit is 1 to 500") }
    guard outcome == nil || type == nil else {
      throw ValidationError("--outcome and --type cannot be used together")
    }
    guard !(csv && console.json) else { throw ValidationError("--csv or --json, not both") }
    for (name, text) in [("--from", from), ("--until", until)] {
      guard let text, EventTime.milliseconds(text, now: 0) == nil else { continue }
      throw ValidationError("\(name): \(text) is no time; see `postern events --help`")
    }
  }

  private var wantedType: String? { outcome?.type.wireName ?? type }

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
    try await console.client.lines("/v1/events/stream") { line in
      let event = try JSONDecoder().decode(ConsoleEvent.self, from: line)
      if (door == nil || event.door == door) && (person == nil || event.person == person)
        && (wantedType == nil || event.type == wantedType)
        && (reason == nil || event.reason == reason)
      {
        try show(event)
      }
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
    if console.json { return try Output.json(event) }
    if csv { return Output.line(EventCSV.line(event)) }
    Output.line(EventLine(event: event, colour: Output.colour).text)
  }
}

/// Times as people type them.
enum EventTime {
  /// Milliseconds since 1970; nil for what is no time.
  static func milliseconds(_ text: String, now: Int64) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (0...1_000_000).contains(count)
    {
      return now - count * unit * 1_000
    }
    if let seconds = Int64(text), (0...253_402_300_799).contains(seconds) { return seconds * 1_000 }
    let whole = text.count == 10 ? text + "T00:00:00Z" : text.count == 16 ? text + ":00Z" : text
    guard let date = try? Date(whole, strategy: .iso8601) else { return nil }
    return Int64(date.timeIntervalSince1970 * 1_000)
  }
}

/// Events for spreadsheets. https://www.rfc-editor.org/rfc/rfc4180
enum EventCSV {
  static let names = "number,time,type,door,reader,person,credential,reason,simulated,detail"

  static func line(_ event: ConsoleEvent) -> String {
    let detail = event.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return [
      String(event.number), StatusPage.time(event.timeMilliseconds), event.type, event.door,
      event.reader, event.person, event.credential, event.reason,
      event.simulated ? "true" : "false", detail.joined(separator: " "),
    ].map { quoted($0 ?? "") }.joined(separator: ",")
  }

  /// A cell that begins like a formula would be one in a spreadsheet.
  private static func quoted(_ text: String) -> String {
    let safe = text.first.map { "=+-@\t".contains($0) } == true ? "'" + text : text
    guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
    return "\"" + safe.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
