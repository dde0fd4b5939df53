package import DoorRules

/// So many at once, and then one in each interval: what goes beyond is not allowed.
package struct Allowance: Sendable, Hashable {
  private let atOnceMax: Int
  private let everyMicroseconds: Int
  /// When everything that was taken has been given back; nil before the first.
  private var fullAt: MonotonicInstant?

  package init(atOnceMax: Int, everyMicroseconds: Int) {
    self.atOnceMax = atOnceMax
    self.everyMicroseconds = everyMicroseconds
  }

  /// Takes so many; false, and none is taken, when fewer are left at this moment.
  package mutating func take(_ count: Int = 1, at now: MonotonicInstant) -> Bool {
    let start = max(fullAt ?? now, now)
    guard start.microseconds(since: now) <= (atOnceMax - count) * everyMicroseconds else {
      return false
    }
    fullAt = start.advanced(byMicroseconds: count * everyMicroseconds)
    return true
  }
}
