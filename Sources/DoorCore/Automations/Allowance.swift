import DoorRules

/// So many at once, and one more after each time: what goes beyond is not allowed.
struct Allowance: Sendable, Hashable {
  let most: Int
  /// After which one more is allowed.
  let milliseconds: Int
  private var left: Int
  /// Since when what is left has grown.
  private var since: MonotonicInstant?

  init(_ most: Int, oneMoreAfterMilliseconds milliseconds: Int) {
    self.most = most
    self.milliseconds = milliseconds
    left = most
  }

  /// Takes so many, or none where fewer are left.
  mutating func take(_ count: Int = 1, at now: MonotonicInstant) -> Bool {
    let before = since ?? now
    let gained = max(0, now.microseconds(since: before)) / 1_000 / milliseconds
    left = min(most, left + gained)
    since = left == most ? now : before.advanced(byMilliseconds: gained * milliseconds)
    guard count <= left else { return false }
    left -= count
    return true
  }
}
