public import CloudProtocol
import DoorRules

/// What the journal tells of events: what somebody orders, what breaks and what is well again, each in a
/// line, and once an hour how many came in. So a day has tens of lines, whatever happens; the event log
/// has the rest. It names no person and no credential.
public struct DayStory: Sendable {
  /// Lines of one hour, beside its summary, about what people order and how the controller is; what
  /// is beyond is counted in the summary.
  public static let linesPerHourMax = 12
  /// The same of alarms, which nothing else keeps from being told.
  public static let alarmLinesPerHourMax = 12
  /// The same of the connection to the cloud, which may come and go all night.
  public static let cloudLinesPerHourMax = 4
  /// Kinds of denial that a summary names; the others are one number.
  public static let reasonsMax = 4

  /// A line, and whether somebody should look.
  public struct Line: Sendable, Hashable {
    public var text: String
    public var isAlarm: Bool
  }

  private enum Kind {
    case alarm, cloud, other

    var linesMax: Int {
      switch self {
      case .alarm: DayStory.alarmLinesPerHourMax
      case .cloud: DayStory.cloudLinesPerHourMax
      case .other: DayStory.linesPerHourMax
      }
    }
  }

  private var told: [Kind: Int] = [:]
  private var untold = 0
  private var entries = 0
  private var exits = 0
  private var denials: [String: Int] = [:]

  public init() {}

  /// Takes an event; returns the line for it, if it has one and the hour has room.
  public mutating func take(_ event: EventDraft) -> Line? {
    guard let type = EventType(rawValue: event.type) else { return nil }
    switch type {
    case .accessDenied: denials[event.reason ?? "unknown", default: 0] += 1
    case .doorExitRequested: exits += 1
    default: if type.category == .checkInCandidate { entries += 1 }
    }
    guard let kind = Self.kind(of: type) else { return nil }
    guard told[kind, default: 0] < kind.linesMax else {
      untold += 1
      return nil
    }
    told[kind, default: 0] += 1
    return Line(text: Self.words(event, type), isAlarm: kind == .alarm)
  }

  /// An hour is over: its summary; nil if nothing is to be said.
  public mutating func hour() -> String? {
    var parts: [String] = []
    if entries > 0 { parts.append("\(entries) let in") }
    if !denials.isEmpty { parts.append(denied) }
    if exits > 0 { parts.append("\(exits) requests to exit") }
    if untold > 0 { parts.append("\(untold) more events that are only in the log") }
    self = DayStory()
    return parts.isEmpty ? nil : "in the last hour: " + parts.joined(separator: ", ")
  }

  private var denied: String {
    let sorted = denials.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var words = sorted.prefix(Self.reasonsMax).map { "\($0.key) \($0.value)" }
    let others = sorted.dropFirst(Self.reasonsMax).reduce(0) { $0 + $1.value }
    if others > 0 { words.append("others \(others)") }
    let count = denials.values.reduce(0, +)
    return "\(count) denied (\(words.joined(separator: ", ")))"
  }

  /// Nil for what is only counted: what happens at a door all day, and what somebody at the broker can
  /// cause without a key.
  private static func kind(of type: EventType) -> Kind? {
    if type == .cloudConnected || type == .cloudDisconnected { return .cloud }
    guard type.lane == .own else { return nil }
    return switch type.category {
    case .alarm: .alarm
    case .audit: .other
    case .housekeeping: type == .logCommitLate ? nil : .other
    case .evidence, .checkInCandidate: type == .readerLockedOut ? .other : nil
    }
  }

  private static func words(_ event: EventDraft, _ type: EventType) -> String {
    let place = event.door.map { " at \($0)" } ?? event.reader.map { " at reader \($0)" } ?? ""
    let shown = ["to", "state", "input", "revision", "outcome", "cause", "chip", "line"]
    let details = shown.compactMap { name in event.detail[name].map { "\(name) \($0)" } }
    let rest = ([event.reason].compactMap(\.self) + details).joined(separator: ", ")
    return (type.title + place + (rest.isEmpty ? "" : ": \(rest)")).printable
  }
}
