import CloudProtocol
import DoorCore
import DoorRules

/// Messages of the broker that were refused: all are counted, and a flood of them fills neither the
/// event log nor the journal of the system.
struct RefusalLog {
  /// How long a cause is not recorded again. ``BrokerLane`` bounds what all causes record.
  static let quietMilliseconds = 1_000
  /// The most lines at once, for all causes.
  static let linesAtOnceMax = 20
  /// Then one in this time.
  static let lineMilliseconds = 10_000

  /// Since the start, by kind and cause.
  private(set) var counts: [String: Int] = [:]
  /// When each cause was recorded last; its keys are a closed list.
  private var recorded: [String: MonotonicInstant] = [:]
  private var lines = Allowance(
    atOnceMax: linesAtOnceMax, everyMicroseconds: lineMilliseconds * 1_000)
  /// Refusals without a line since the last line.
  private var unwritten = 0

  /// `count` messages were refused for one cause; `message` is the id of a single one, as far as it
  /// can be read.
  mutating func note(
    _ kind: Topics.Down?, cause: String, detail: String, message: String? = nil, count: Int = 1,
    at now: MonotonicInstant
  ) -> [Wish] {
    let name = kind?.rawValue ?? "unknown"
    let key = "\(name).\(cause)"
    counts[key, default: 0] += count
    let warning = line("\(cause): \(detail)", at: now)
    if let last = recorded[key], now < last.advanced(byMilliseconds: Self.quietMilliseconds) {
      return warning
    }
    recorded[key] = now
    var record = EventRecord(
      .messageRefused, reason: cause, detail: ["kind": name, "cause": detail])
    record.detail["message"] = message
    return warning + [.record(record)]
  }

  private mutating func line(_ text: String, at now: MonotonicInstant) -> [Wish] {
    guard lines.take(at: now) else {
      unwritten += 1
      return []
    }
    defer { unwritten = 0 }
    let more = unwritten > 0 ? " (and \(unwritten) more since the last such line)" : ""
    return [.log(.warning, "refused a message of the broker: \(text)\(more)")]
  }
}
