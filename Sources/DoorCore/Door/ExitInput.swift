import DoorRules

/// The exit input of a door: its level, whether it is active for so long that it may be stuck, and whether
/// it is lost: then nobody can ask to leave.
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
    /// It was lost, and is there again, with this level.
    case isBack(isActive: Bool)
  }

  private var input: DebouncedInput
  /// When it will have been active for too long.
  private var heldAt: MonotonicInstant?
  private(set) var isHeld = false
  private(set) var isLost = false
  /// When it was there again, and its level then.
  private var back: (at: MonotonicInstant, isActive: Bool)?
  private let timing: DoorTiming

  /// Inactive at first: an input that is active at the start is reported like a change.
  init(isActive: Bool, timing: DoorTiming, at now: MonotonicInstant) {
    input = DebouncedInput(isActive: false, quietMilliseconds: timing.debounceMilliseconds)
    self.timing = timing
    if isActive { handle(isActive: true, at: now) }
  }

  var nextDeadline: MonotonicInstant? { .earliest(input.nextDeadline, heldAt, back?.at) }

  /// Its level is not known any more: whether that is new, since that it was back just now may be untold, and
  /// whether it was held for too long, which is over then.
  mutating func lose() -> (isNew: Bool, wasHeld: Bool) {
    let answer = (isNew: !isLost && back == nil, wasHeld: isHeld)
    isLost = true
    isHeld = false
    back = nil
    heldAt = nil
    input = DebouncedInput(isActive: false, quietMilliseconds: timing.debounceMilliseconds)
    return answer
  }

  /// Its first level after it was lost counts at once: somebody may be waiting.
  private mutating func isBack(_ level: Bool, at now: MonotonicInstant) -> Bool {
    guard isLost else { return false }
    isLost = false
    back = (now, level)
    input = DebouncedInput(isActive: level, quietMilliseconds: timing.debounceMilliseconds)
    heldAt = level ? now.advanced(byMilliseconds: timing.exitHeldMilliseconds) : nil
    return true
  }

  /// Notes an edge. Call ``advance(to:)`` first with the edge's time.
  mutating func handle(isActive level: Bool, at now: MonotonicInstant) {
    guard !isBack(level, at: now) else { return }
    input.handle(isActive: level, at: now)
  }

  /// Notes a sampled level.
  mutating func sample(isActive level: Bool, at now: MonotonicInstant) {
    guard !isBack(level, at: now) else { return }
    input.sample(isActive: level, at: now)
  }

  /// Lets time pass; the changes in their order.
  mutating func advance(to now: MonotonicInstant) -> [Change] {
    var changes: [Change] = []
    if let back, back.at <= now {
      self.back = nil
      changes.append(.isBack(isActive: back.isActive))
    }
    let countsAt = input.nextDeadline ?? now
    if let isActive = input.advance(to: now) {
      heldAt = isActive ? countsAt.advanced(byMilliseconds: timing.exitHeldMilliseconds) : nil
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
