import CloudProtocol
import DoorCore
import DoorRules

/// Keeps the lane ``CloudProtocol/EventLane/broker`` of the log narrow: what somebody at the broker
/// can cause without a key has one allowance, for all types together. The rest is counted, and one
/// event says how much that was.
package struct BrokerLane {
  /// The most events at once.
  package static let eventsAtOnceMax = 60
  /// Then one in this time.
  static let eventMilliseconds = 60_000
  /// The count is recorded so long after its first event.
  static let countMilliseconds = 60_000
  /// The shortest time between two such records.
  static let betweenCountsMilliseconds = 3_600_000

  private var allowance: Allowance
  /// Not recorded since the last count, by type.
  private var counted: [EventType: Int] = [:]
  private var countedLast: MonotonicInstant?
  /// When the count is recorded; nil while it is empty.
  private(set) var nextDeadline: MonotonicInstant?

  init(atOnceMax: Int = eventsAtOnceMax) {
    allowance = Allowance(
      atOnceMax: atOnceMax, everyMicroseconds: Self.eventMilliseconds * 1_000)
  }

  /// Whether an event is recorded; one that is not is counted.
  mutating func admits(_ type: EventType, at now: MonotonicInstant) -> Bool {
    guard type.lane == .broker, !allowance.take(at: now) else { return true }
    counted[type, default: 0] += 1
    if nextDeadline == nil {
      let soon = now.advanced(byMilliseconds: Self.countMilliseconds)
      let earliest = countedLast?.advanced(byMilliseconds: Self.betweenCountsMilliseconds)
      nextDeadline = max(soon, earliest ?? soon)
    }
    return false
  }

  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    guard let due = nextDeadline, due <= now else { return [] }
    return end(at: now)
  }

  /// Records the count now, if there is one.
  mutating func end(at now: MonotonicInstant) -> [Wish] {
    guard !counted.isEmpty else { return [] }
    defer {
      counted = [:]
      countedLast = now
      nextDeadline = nil
    }
    let types = counted.sorted { $0.key.name < $1.key.name }
    return [
      .record(
        EventRecord(
          .brokerCounted,
          detail: [
            "count": String(counted.values.reduce(0, +)),
            "types": types.map { "\($0.key.name) \($0.value)" }.joined(separator: "; "),
          ]))
    ]
  }
}
