import DoorRules

/// So many at once, and then one in each interval.
struct Allowance {
  private let atOnceMax: Int
  private let everyMicroseconds: Int
  /// When everything that was taken has been given back; nil before the first.
  private var fullAt: MonotonicInstant?

  init(atOnceMax: Int, everyMicroseconds: Int) {
    self.atOnceMax = atOnceMax
    self.everyMicroseconds = everyMicroseconds
  }

  /// False when there is none left at this moment.
  mutating func take(at now: MonotonicInstant) -> Bool {
    let start = max(fullAt ?? now, now)
    guard start.microseconds(since: now) <= (atOnceMax - 1) * everyMicroseconds else {
      return false
    }
    fullAt = start.advanced(byMicroseconds: everyMicroseconds)
    return true
  }
}
