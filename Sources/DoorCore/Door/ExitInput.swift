import DoorRules

/// The exit input of a door: its level, and whether it is active for so long that it may be stuck.
struct ExitInput: Sendable {
  /// What becomes of it.
  enum Change: Sendable, Hashable {
    /// It is active since then.
    case begins(MonotonicInstant)
    case ends
    /// It stays active for too long.
    case isHeld
    /// It was held for too long, and is no longer.
    case isFree
  }

  private var input: DebouncedInput
  /// When it will have been active for too long.
  private var heldAt: MonotonicInstant?
  private(set) var isHeld = false
  private let heldMilliseconds: Int

  /// Inactive at first: an input that is active at the start is reported like a change.
  init(isActive: Bool, timing: DoorTiming, at now: MonotonicInstant) {
    input = DebouncedInput(isActive: false, quietMilliseconds: timing.debounceMilliseconds)
    heldMilliseconds = timing.exitHeldMilliseconds
    if isActive { handle(isActive: true, at: now) }
  }

  var nextDeadline: MonotonicInstant? { .earliest(input.nextDeadline, heldAt) }

  /// Notes an edge. Call ``advance(to:)`` first with the edge's time.
  mutating func handle(isActive level: Bool, at now: MonotonicInstant) {
    input.handle(isActive: level, at: now)
  }

  /// Notes a sampled level.
  mutating func sample(isActive level: Bool, at now: MonotonicInstant) {
    input.sample(isActive: level, at: now)
  }

  /// Lets time pass; the changes in their order.
  mutating func advance(to now: MonotonicInstant) -> [Change] {
    var changes: [Change] = []
    let countsAt = input.nextDeadline ?? now
    if let isActive = input.advance(to: now) {
      heldAt = isActive ? countsAt.advanced(byMilliseconds: heldMilliseconds) : nil
      changes.append(isActive ? .begins(countsAt) : .ends)
      if isHeld {
        isHeld = false
        changes.append(.isFree)
      }
    }
    if let due = heldAt, due <= now {
      heldAt = nil
      isHeld = true
      changes.append(.isHeld)
    }
    return changes
  }
}
