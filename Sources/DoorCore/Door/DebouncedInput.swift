import DoorRules

/// An input whose level counts once it has been stable for a while, so that a bouncing contact is
/// one change.
struct DebouncedInput: Sendable, Hashable {
  /// The level that counts.
  private(set) var isActive: Bool
  private var candidate: Bool
  private(set) var nextDeadline: MonotonicInstant?
  private let quietMilliseconds: Int

  init(isActive: Bool, quietMilliseconds: Int) {
    self.isActive = isActive
    candidate = isActive
    self.quietMilliseconds = quietMilliseconds
  }

  /// Notes an edge. Call ``advance(to:)`` first with the edge's time.
  mutating func handle(isActive level: Bool, at now: MonotonicInstant) {
    candidate = level
    nextDeadline = level == isActive ? nil : now.advanced(byMilliseconds: quietMilliseconds)
  }

  /// Notes a level that was sampled, not reported by an edge: an edge may have been lost.
  mutating func sample(isActive level: Bool, at now: MonotonicInstant) {
    if level != candidate { handle(isActive: level, at: now) }
  }

  /// The new level when it begins to count now, nil otherwise.
  mutating func advance(to now: MonotonicInstant) -> Bool? {
    guard let deadline = nextDeadline, deadline <= now else { return nil }
    nextDeadline = nil
    isActive = candidate
    return isActive
  }
}
