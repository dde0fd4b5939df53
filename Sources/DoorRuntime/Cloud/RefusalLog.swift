import CloudProtocol
import DoorRules

/// Messages of the broker that were refused: all are counted, and a flood of the same forgery is
/// one event a second, not a full disk.
struct RefusalLog {
  /// How long a cause is not recorded again.
  static let quietMilliseconds = 1_000

  /// Since the start, by kind and cause.
  private(set) var counts: [String: Int] = [:]
  /// When each cause was recorded last; its keys are a closed list.
  private var recorded: [String: MonotonicInstant] = [:]

  mutating func note(
    _ kind: Topics.Down?, cause: String, detail: String, at now: MonotonicInstant
  ) -> [Wish] {
    let name = kind?.rawValue ?? "unknown"
    let key = "\(name).\(cause)"
    counts[key, default: 0] += 1
    let warning = Wish.log(.warning, "refused a message of the broker: \(cause): \(detail)")
    if let last = recorded[key], now < last.advanced(byMilliseconds: Self.quietMilliseconds) {
      return [warning]
    }
    recorded[key] = now
    return [
      warning,
      .record(
        EventRecord(.messageRefused, reason: cause, detail: ["kind": name, "cause": detail])),
    ]
  }
}
