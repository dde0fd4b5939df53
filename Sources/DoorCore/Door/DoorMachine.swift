public import DoorRules

/// One door: when its lock is released, and what its contact says about it.
///
/// Four kinds of methods, in calling order: ``handle(_:at:)`` takes what happened,
/// ``advance(to:)`` lets time pass, ``nextDeadline`` says when to call it again, and
/// ``requiredLock`` is the level that the lock must have now. The owner of the line drives that
/// level periodically, so that a lost effect is repaired.
public struct DoorMachine: Sendable, Hashable {
  /// How long the lock is released.
  public struct Hold: Sendable, Hashable {
    /// The end of the release, unless the exit input is active.
    public var until: MonotonicInstant
    /// The latest end that entries can give it, however many there are. Leaving has no limit.
    public var limit: MonotonicInstant
    /// How long the leaf may stand open, where whoever enters needs longer than the door's own time.
    public var heldOpenMilliseconds: Int?
  }

  /// Somebody is leaving. Only time and the exit input itself end that.
  public enum Leaving: Sendable, Hashable {
    /// The exit input is active: nothing locks the door.
    case asking
    /// The exit input was released; its hold time runs until then.
    case until(MonotonicInstant)
  }

  /// Each case carries only what that state needs.
  public enum State: Sendable, Hashable {
    /// Locked, leaf closed (or no contact).
    case secured
    /// Unlocked, leaf still closed.
    case released(Hold)
    /// Unlocked, leaf open.
    case passing(Hold, heldAt: MonotonicInstant)
    /// Locked again, leaf still open after an entry.
    case open(heldAt: MonotonicInstant)
    /// Open for so long that the alarm is near.
    case warned(heldAt: MonotonicInstant)
    /// Open for longer than allowed.
    case heldOpen
    /// Opened while locked. Until `forcedAt` a request to exit can explain it; the leaf may be
    /// closed again by then.
    case unexplained(leafOpen: Bool, forcedAt: MonotonicInstant)
    /// Opened without a release.
    case forcedOpen
    /// Unlocked by a mode while it is in force; no alarms.
    case latched(leafOpen: Bool)
  }

  /// What can happen to a door.
  public enum Input: Sendable, Hashable {
    /// Somebody may enter for `holdMilliseconds`, and may need so long until the leaf is closed.
    case release(holdMilliseconds: Int, heldOpenMilliseconds: Int? = nil)
    /// The level of the exit input, debounced; stronger than ``secure``.
    case exit(active: Bool)
    /// Lock now, unless somebody is leaving or a mode holds the door open.
    case secure
    /// The leaf, debounced.
    case contact(open: Bool)
    /// True when a mode holds the door open, false when it no longer does.
    case latch(Bool)
  }

  /// What follows from an input or from time.
  public enum Effect: Sendable, Hashable {
    case setLock(LockLevel)
    case leaf(open: Bool)
    case raise(DoorAlarm)
    case clear(DoorAlarm)
  }

  public internal(set) var state: State
  /// Nil when nobody is leaving; an ``Leaving/until(_:)`` may be over. Never `asking` while locked.
  public internal(set) var leaving: Leaving?
  /// When the lock last closed behind nobody. A leaf that began to open before that was opened by
  /// right, although its contact counted only after it.
  var lockedAt: MonotonicInstant?
  let timing: DoorTiming

  /// Starts locked, and nobody is leaving. A leaf that stands open at the start is not a forced door: nobody saw it open.
  public init(leafOpen: Bool, timing: DoorTiming, at now: MonotonicInstant) {
    self.timing = timing
    state =
      leafOpen
      ? .open(heldAt: now.advanced(byMilliseconds: timing.heldOpenMilliseconds)) : .secured
  }

  /// Nobody has seen the leaf so far: one that stands open when it is first seen was not forced.
  mutating func awaitLeaf(at now: MonotonicInstant) { lockedAt = now }

  /// The level that the lock must have now.
  public var requiredLock: LockLevel {
    switch state {
    case .released, .passing, .latched: .released
    case .secured, .open, .warned, .heldOpen, .unexplained, .forcedOpen: .secured
    }
  }

  /// When to call ``advance(to:)``; nil while no time runs.
  public var nextDeadline: MonotonicInstant? {
    switch state {
    case .released(let hold): leaving == .asking ? nil : hold.until
    case .passing(let hold, let heldAt): leaving == .asking ? nil : min(hold.until, heldAt)
    case .unexplained(_, let forcedAt): forcedAt
    case .open(let heldAt): warnAt(before: heldAt)
    case .warned(let heldAt): heldAt
    case .secured, .heldOpen, .forcedOpen, .latched: nil
    }
  }

  /// Alarms that are raised now.
  public var alarms: [DoorAlarm] {
    switch state {
    case .forcedOpen: [.forcedOpen]
    case .heldOpen: [.heldOpen]
    case .warned: [.heldOpenWarning]
    case .secured, .released, .passing, .open, .unexplained, .latched: []
    }
  }

  /// Takes one input. An input without a meaning in the present state changes nothing. `began` is
  /// when a leaf began to move that counts as moved now; nil for the same moment.
  public mutating func handle(
    _ input: Input, since began: MonotonicInstant? = nil, at now: MonotonicInstant
  ) -> [Effect] {
    let effects = advance(to: now) + step(input, since: began ?? now, at: now)
    forgetLeavingWhenLocked()
    return effects
  }

  /// Lets time pass: relocks, warns and raises what is due, in the order of the deadlines.
  public mutating func advance(to now: MonotonicInstant) -> [Effect] {
    var effects: [Effect] = []
    // Each pass moves to a state with a later deadline or none, except for a warning of zero
    // length; so there are at most four passes.
    while let deadline = nextDeadline, deadline <= now {
      effects += expire(at: deadline)
    }
    forgetLeavingWhenLocked()
    return effects
  }

  /// What locks the door ends the leaving as well, such as a leaf that closed behind somebody.
  private mutating func forgetLeavingWhenLocked() {
    if requiredLock == .secured { leaving = nil }
  }

  private mutating func expire(at now: MonotonicInstant) -> [Effect] {
    switch state {
    case .released:
      state = .secured
      lockedAt = now
      return [.setLock(.secured)]
    case .passing(let hold, let heldAt):
      if hold.until <= now {
        state = .open(heldAt: heldAt)
        return [.setLock(.secured)]
      }
      // Still released for somebody: the leaf may stand open.
      state = .passing(
        hold, heldAt: hold.until.advanced(byMilliseconds: timing.warningMilliseconds))
      return []
    case .open(let heldAt):
      state = .warned(heldAt: heldAt)
      return [.raise(.heldOpenWarning)]
    case .warned:
      state = .heldOpen
      return [.clear(.heldOpenWarning), .raise(.heldOpen)]
    case .unexplained(let leafOpen, _):
      state = leafOpen ? .forcedOpen : .secured
      return leafOpen ? [.raise(.forcedOpen)] : [.raise(.forcedOpen), .clear(.forcedOpen)]
    case .secured, .heldOpen, .forcedOpen, .latched:
      return []
    }
  }

  private func warnAt(before heldAt: MonotonicInstant) -> MonotonicInstant {
    heldAt.advanced(byMilliseconds: -timing.warningMilliseconds)
  }
}

/// What the lock must be. The wiring defines the electrical level.
public enum LockLevel: String, Sendable, Hashable, CaseIterable {
  case secured
  case released
}

/// What is wrong at a door.
public enum DoorAlarm: String, Sendable, Hashable, CaseIterable {
  /// Opened without a release, a request to exit or a mode that allows it.
  case forcedOpen
  /// Open for so long that the alarm is near.
  case heldOpenWarning
  /// Open for longer than allowed.
  case heldOpen
  /// The exit input is active for so long that it may be stuck. The door stays free.
  case exitHeld
  /// The exit input is lost. Where leaving needs it, the door is free until it is back.
  case exitLost
  /// The contact is lost: nobody knows whether the leaf stands open.
  case contactLost
  /// The lock draws no current although it should.
  case lockCurrentMissing
  /// The lock draws current although it should not.
  case lockCurrentUnexpected
}
