public import DoorRules

/// One door: when its lock is released, and what its contact says about it.
///
/// Four kinds of methods, in calling order: ``handle(_:at:)`` takes what happened,
/// ``advance(to:)`` lets time pass, ``nextDeadline`` says when to call it again, and
/// ``requiredLock`` is the level that the lock must have now. The level is driven again and
/// again by whoever owns the line, so a lost effect repairs itself.
public struct DoorMachine: Sendable, Hashable {
  /// Why and how long the lock is released.
  public struct Hold: Sendable, Hashable {
    public var until: MonotonicInstant
    /// However often it is prolonged, the lock is driven once in between.
    public var limit: MonotonicInstant
    /// Somebody is leaving until then: nothing but time ends that part.
    public var leavingUntil: MonotonicInstant?
  }

  /// Each case carries just what that state needs.
  public enum State: Sendable, Hashable {
    /// Locked, leaf closed (or no contact).
    case secured
    /// Unlocked, leaf still closed.
    case released(Hold)
    /// Unlocked, leaf open.
    case passing(Hold, heldAt: MonotonicInstant)
    /// Locked again, leaf still open after an entry.
    case open(heldAt: MonotonicInstant)
    /// Open for long, the alarm is near.
    case warned(heldAt: MonotonicInstant)
    /// Open for longer than allowed.
    case heldOpen
    /// Opened with no cause.
    case forcedOpen
    /// Unlocked by a mode for as long as that holds; nothing is an alarm.
    case latched(leafOpen: Bool)
  }

  public enum Input: Sendable, Hashable {
    /// Somebody may enter for `holdMilliseconds`.
    case release(holdMilliseconds: Int)
    /// Somebody leaves; stronger than ``secure``.
    case exit(holdMilliseconds: Int)
    /// Lock now, unless somebody is leaving or a mode holds the door open.
    case secure
    /// The leaf, debounced.
    case contact(open: Bool)
    /// A mode holds the door open, or no longer.
    case latch(Bool)
  }

  public enum Effect: Sendable, Hashable {
    case setLock(LockLevel)
    case leaf(open: Bool)
    case raise(DoorAlarm)
    case clear(DoorAlarm)
  }

  public internal(set) var state: State
  let timing: DoorTiming

  /// Starts locked. A leaf that stands open at the start is not forced: nobody saw it open.
  public init(leafOpen: Bool, timing: DoorTiming, at now: MonotonicInstant) {
    self.timing = timing
    state =
      leafOpen
      ? .open(heldAt: now.advanced(byMilliseconds: timing.heldOpenMilliseconds)) : .secured
  }

  /// The level that the lock must have now.
  public var requiredLock: LockLevel {
    switch state {
    case .released, .passing, .latched: .released
    case .secured, .open, .warned, .heldOpen, .forcedOpen: .secured
    }
  }

  /// When to call ``advance(to:)``; nil while nothing can happen by itself.
  public var nextDeadline: MonotonicInstant? {
    switch state {
    case .released(let hold): hold.until
    case .passing(let hold, let heldAt): min(hold.until, heldAt)
    case .open(let heldAt): warnAt(before: heldAt)
    case .warned(let heldAt): heldAt
    case .secured, .heldOpen, .forcedOpen, .latched: nil
    }
  }

  /// Alarms that stand now.
  public var alarms: [DoorAlarm] {
    switch state {
    case .forcedOpen: [.forcedOpen]
    case .heldOpen: [.heldOpen]
    case .warned: [.heldOpenWarning]
    case .secured, .released, .passing, .open, .latched: []
    }
  }

  /// Takes one input. An input that does not fit changes nothing and has no effect.
  public mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
    advance(to: now) + step(input, at: now)
  }

  /// Lets time pass: relocks, warns and raises what is due, in the order of the deadlines.
  public mutating func advance(to now: MonotonicInstant) -> [Effect] {
    var effects: [Effect] = []
    // Each pass moves to a state with a later deadline or none, but for a warning without time
    // of its own; so four passes are the most.
    while let deadline = nextDeadline, deadline <= now {
      effects += expire(at: deadline)
    }
    return effects
  }

  private mutating func expire(at now: MonotonicInstant) -> [Effect] {
    switch state {
    case .released:
      state = .secured
      return [.setLock(.secured)]
    case .passing(let hold, let heldAt):
      if hold.until <= now {
        state = .open(heldAt: heldAt)
        return [.setLock(.secured)]
      }
      // Still released for somebody: standing open is not yet wrong.
      state = .passing(
        hold, heldAt: hold.until.advanced(byMilliseconds: timing.warningMilliseconds))
      return []
    case .open(let heldAt):
      state = .warned(heldAt: heldAt)
      return [.raise(.heldOpenWarning)]
    case .warned:
      state = .heldOpen
      return [.clear(.heldOpenWarning), .raise(.heldOpen)]
    case .secured, .heldOpen, .forcedOpen, .latched:
      return []
    }
  }

  private func warnAt(before heldAt: MonotonicInstant) -> MonotonicInstant {
    heldAt.advanced(byMilliseconds: -timing.warningMilliseconds)
  }
}

/// What the lock must be. Which electrical level that is, is wiring.
public enum LockLevel: String, Sendable, Hashable, CaseIterable {
  case secured
  case released
}

/// What is wrong with a door leaf.
public enum DoorAlarm: String, Sendable, Hashable, CaseIterable {
  /// Opened with no cause.
  case forcedOpen
  /// Open for so long that the alarm is near.
  case heldOpenWarning
  /// Open for longer than allowed.
  case heldOpen
}
