import DoorRules

/// An input whose level counts once it has been stable for a while, so that a bouncing contact is
/// one change.
struct DebouncedInput: Sendable, Hashable {
  /// A contact that bounces for longer is said to have begun so long before it counts.
  static let bounceMillisecondsMax = 200

  private struct Bounce: Sendable, Hashable {
    var began: MonotonicInstant
    var lastEdge: MonotonicInstant
  }

  /// The level that counts.
  private(set) var isActive: Bool
  private var candidate: Bool
  private(set) var nextDeadline: MonotonicInstant?
  /// When it left the level that counts, and its latest edge; nil once the new level counts.
  private var bounce: Bounce?
  private let quietMilliseconds: Int

  init(isActive: Bool, quietMilliseconds: Int) {
    self.isActive = isActive
    candidate = isActive
    self.quietMilliseconds = quietMilliseconds
  }

  /// Notes an edge. Call ``advance(to:)`` first with the edge's time.
  mutating func handle(isActive level: Bool, at now: MonotonicInstant) {
    candidate = level
    let began = isMoving(at: now) ? bounce?.began ?? now : now
    bounce = Bounce(began: began, lastEdge: now)
    nextDeadline = level == isActive ? nil : now.advanced(byMilliseconds: quietMilliseconds)
  }

  /// Whether its level changed just now, and may count soon.
  func isMoving(at now: MonotonicInstant) -> Bool {
    guard let bounce else { return false }
    return now <= bounce.lastEdge.advanced(byMilliseconds: quietMilliseconds)
  }

  /// When the change began that counts at `now`.
  func began(before now: MonotonicInstant) -> MonotonicInstant {
    max(bounce?.began ?? now, now.advanced(byMilliseconds: -Self.bounceMillisecondsMax))
  }

  /// Notes a level that was sampled, not reported by an edge: an edge may have been lost.
  mutating func sample(isActive level: Bool, at now: MonotonicInstant) {
    if level != candidate { handle(isActive: level, at: now) }
  }

  /// The new level when it begins to count now, nil otherwise.
  mutating func advance(to now: MonotonicInstant) -> Bool? {
    guard let deadline = nextDeadline, deadline <= now else { return nil }
    nextDeadline = nil
    bounce = nil
    isActive = candidate
    return isActive
  }
}
