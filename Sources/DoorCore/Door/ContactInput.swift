import DoorRules

/// The contact of a door: its level, and whether that is known at all. A contact at a reader on a line of
/// its own is not, while the reader is away.
struct ContactInput: Sendable {
  /// What becomes of it.
  enum Change: Sendable, Hashable {
    /// The leaf stands open, or is closed, and that counts since `at`; it moved after `began`.
    case leaf(open: Bool, began: MonotonicInstant, at: MonotonicInstant)
    /// A contact that was lost is seen again.
    case isBack
  }

  private var input: DebouncedInput
  /// Since when nobody has seen it; nil while its level is known.
  private var unseenSince: MonotonicInstant?
  /// When the leaf was last seen before the level that is about to count.
  private var lastSeen: MonotonicInstant?
  /// When it was seen again.
  private var backAt: MonotonicInstant?
  /// Whether it was known, or should be, and is not.
  private(set) var isLost = false

  init(isActive: Bool, quietMilliseconds: Int) {
    input = DebouncedInput(isActive: isActive, quietMilliseconds: quietMilliseconds)
  }

  /// Whether its level is known.
  var isSeen: Bool { unseenSince == nil }

  /// The level that counts; the last that was known.
  var isOpen: Bool { input.isActive }

  var nextDeadline: MonotonicInstant? { .earliest(input.nextDeadline, backAt) }

  func isMoving(at now: MonotonicInstant) -> Bool { input.isMoving(at: now) }

  /// Its level is not known yet. Whatever it is then, nobody saw it change.
  mutating func expect() { unseenSince = MonotonicInstant(nanoseconds: 0) }

  /// Its level is not known any more. True when that is new: that it was back just now may be untold.
  mutating func lose(at now: MonotonicInstant) -> Bool {
    let isNew = !isLost && backAt == nil
    isLost = true
    backAt = nil
    unseenSince = unseenSince ?? now
    return isNew
  }

  /// Notes an edge. Call ``advance(to:)`` first with the edge's time.
  mutating func handle(isActive level: Bool, at now: MonotonicInstant) {
    see(level, at: now)
    input.handle(isActive: level, at: now)
  }

  /// Notes a sampled level.
  mutating func sample(isActive level: Bool, at now: MonotonicInstant) {
    see(level, at: now)
    input.sample(isActive: level, at: now)
  }

  private mutating func see(_ level: Bool, at now: MonotonicInstant) {
    if let since = unseenSince {
      unseenSince = nil
      lastSeen = since
      if isLost { backAt = now }
      isLost = false
    }
    if level == input.isActive { lastSeen = nil }
  }

  /// Lets time pass; the changes in their order.
  mutating func advance(to now: MonotonicInstant) -> [Change] {
    var changes: [Change] = []
    if let back = backAt, back <= now {
      backAt = nil
      changes.append(.isBack)
    }
    // Late as this may be, the leaf moved when its level began to count.
    let movedAt = input.nextDeadline ?? now
    let began = lastSeen ?? input.began(before: movedAt)
    if let open = input.advance(to: now) {
      lastSeen = nil
      changes.append(.leaf(open: open, began: began, at: movedAt))
    }
    return changes
  }
}
