import DoorCore
import DoorRules

/// When lines are looked after: how soon one that is missing is requested again, and how often the
/// level of one without edges is read. Neither waits for what other lines do.
struct CareSchedule: Sendable {
  /// How often missing lines are requested again. A board that was plugged in again serves within a
  /// second.
  static let retryMilliseconds = 500

  private let pollMilliseconds: Int
  private var pollAt: MonotonicInstant?
  private var retryAt: MonotonicInstant?

  init(pollMilliseconds: Int) { self.pollMilliseconds = pollMilliseconds }

  /// What is due now. `isMissing` is whether any line is, `isPolled` whether any is read like this.
  mutating func take(
    at now: MonotonicInstant, isMissing: Bool, isPolled: Bool
  ) -> (retry: Bool, poll: Bool) {
    let retry = isMissing && retryAt.map { $0 <= now } != false
    if retry { retryAt = now.advanced(byMilliseconds: Self.retryMilliseconds) }
    let poll = isPolled && pollAt.map { $0 <= now } != false
    if poll { pollAt = now.advanced(byMilliseconds: pollMilliseconds) }
    return (retry, poll)
  }

  /// How long nothing is due; nil for as long as no line is missing and none is polled.
  func waitMicroseconds(at now: MonotonicInstant, isMissing: Bool, isPolled: Bool) -> Int? {
    let next = MonotonicInstant.earliest(
      isMissing ? retryAt ?? now : nil, isPolled ? pollAt ?? now : nil)
    return next.map { max($0.microseconds(since: now), 0) }
  }
}

/// The levels of inputs that report no edges, from which edges are made.
struct PolledLevels: Sendable {
  private var levels: [InputLine: Bool] = [:]

  /// Takes a level that was read; the edge, when it is another one than the last. The first level of a
  /// line is none, and a line that was missing for a while has its last one from before.
  mutating func read(_ line: InputLine, _ isActive: Bool, at now: MonotonicInstant) -> LineEdge? {
    guard let last = levels.updateValue(isActive, forKey: line), last != isActive else {
      return nil
    }
    return LineEdge(line: line, isActive: isActive, at: now)
  }
}
