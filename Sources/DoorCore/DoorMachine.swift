public import DoorRules

/// One door: when its lock is released, and what its contact says about it.
///
/// Four kinds of methods, in calling order: ``handle(_:at:)`` takes what happened,
/// ``advance(to:)`` lets time pass, ``nextDeadline`` says when to call it again, and
/// ``requiredLock`` is the level that the lock must have now. The level is driven again and
/// again by whoever owns the line, so a lost effect repairs itself.
public struct DoorMachine: Sendable, Hashable {
  /// Each case carries just what that state needs.
  public enum State: Sendable, Hashable {
    /// Locked, leaf closed (or no contact).
    case secured
    /// Unlocked for an entry, leaf still closed.
    case released(until: MonotonicInstant)
    /// Unlocked, leaf open.
    case passing(until: MonotonicInstant, heldAt: MonotonicInstant)
    /// Locked again, leaf still open after an entry.
    case open(heldAt: MonotonicInstant)
    /// Open for longer than allowed.
    case heldOpen
    /// Opened with no cause.
    case forcedOpen
  }

  public enum Input: Sendable, Hashable {
    /// Somebody may pass for `holdMilliseconds`.
    case release(holdMilliseconds: Int)
    /// Lock now, whatever was going on.
    case secure
    /// The leaf, debounced.
    case contact(open: Bool)
  }

  public enum Effect: Sendable, Hashable {
    case setLock(LockLevel)
    case leaf(open: Bool)
    case raise(DoorAlarm)
    case clear(DoorAlarm)
  }

  public private(set) var state: State
  private let heldOpenMilliseconds: Int

  /// Starts locked. A leaf that stands open at the start is not forced: nobody saw it open.
  public init(leafOpen: Bool, timing: DoorTiming, at now: MonotonicInstant) {
    heldOpenMilliseconds = timing.heldOpenMilliseconds
    state =
      leafOpen
      ? .open(heldAt: now.advanced(byMilliseconds: timing.heldOpenMilliseconds)) : .secured
  }

  /// The level that the lock must have now.
  public var requiredLock: LockLevel {
    switch state {
    case .released, .passing: .released
    case .secured, .open, .heldOpen, .forcedOpen: .secured
    }
  }

  /// When to call ``advance(to:)``; nil while nothing can happen by itself.
  public var nextDeadline: MonotonicInstant? {
    switch state {
    case .released(let until): until
    case .passing(let until, let heldAt): min(until, heldAt)
    case .open(let heldAt): heldAt
    case .secured, .heldOpen, .forcedOpen: nil
    }
  }

  /// Alarms that stand now.
  public var alarms: [DoorAlarm] {
    switch state {
    case .forcedOpen: [.forcedOpen]
    case .heldOpen: [.heldOpen]
    case .secured, .released, .passing, .open: []
    }
  }

  /// Takes one input. An input that does not fit changes nothing and has no effect.
  public mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
    advance(to: now) + step(input, at: now)
  }

  private mutating func step(_ input: Input, at now: MonotonicInstant) -> [Effect] {
    switch (state, input) {
    case (.secured, .release(let hold)):
      state = .released(until: now.advanced(byMilliseconds: hold))
      return [.setLock(.released)]
    case (.secured, .contact(open: true)):
      state = .forcedOpen
      return [.leaf(open: true), .raise(.forcedOpen)]
    case (.secured, .contact(open: false)), (.secured, .secure):
      return []

    case (.released(let until), .release(let hold)):
      state = .released(until: max(until, now.advanced(byMilliseconds: hold)))
      return []
    case (.released, .secure):
      state = .secured
      return [.setLock(.secured)]
    case (.released(let until), .contact(open: true)):
      state = .passing(until: until, heldAt: heldDeadline(from: now))
      return [.leaf(open: true)]
    case (.released, .contact(open: false)):
      return []

    case (.passing(let until, let heldAt), .release(let hold)):
      state = .passing(until: max(until, now.advanced(byMilliseconds: hold)), heldAt: heldAt)
      return []
    case (.passing(_, let heldAt), .secure):
      state = .open(heldAt: heldAt)
      return [.setLock(.secured)]
    case (.passing, .contact(open: false)):
      state = .secured
      return [.leaf(open: false), .setLock(.secured)]
    case (.passing, .contact(open: true)):
      return []

    case (.open(let heldAt), .release(let hold)):
      state = .passing(until: now.advanced(byMilliseconds: hold), heldAt: heldAt)
      return [.setLock(.released)]
    case (.open, .contact(open: false)):
      state = .secured
      return [.leaf(open: false)]
    case (.open, .secure), (.open, .contact(open: true)):
      return []

    case (.heldOpen, .release(let hold)), (.forcedOpen, .release(let hold)):
      let cleared = alarms
      state = .passing(
        until: now.advanced(byMilliseconds: hold), heldAt: heldDeadline(from: now))
      return cleared.map(Effect.clear) + [.setLock(.released)]
    case (.heldOpen, .contact(open: false)), (.forcedOpen, .contact(open: false)):
      let cleared = alarms
      state = .secured
      return [.leaf(open: false)] + cleared.map(Effect.clear)
    case (.heldOpen, .secure), (.heldOpen, .contact(open: true)),
      (.forcedOpen, .secure), (.forcedOpen, .contact(open: true)):
      return []
    }
  }

  /// Lets time pass: relocks and raises what is due, in the order of the deadlines.
  public mutating func advance(to now: MonotonicInstant) -> [Effect] {
    var effects: [Effect] = []
    // Each pass moves to a state with a later deadline or none, so two passes are the most.
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
    case .passing(let until, let heldAt):
      if until <= now {
        state = .open(heldAt: heldAt)
        return [.setLock(.secured)]
      }
      // Still released for somebody: standing open is not yet wrong.
      state = .passing(until: until, heldAt: until)
      return []
    case .open:
      state = .heldOpen
      return [.raise(.heldOpen)]
    case .secured, .heldOpen, .forcedOpen:
      return []
    }
  }

  private func heldDeadline(from now: MonotonicInstant) -> MonotonicInstant {
    now.advanced(byMilliseconds: heldOpenMilliseconds)
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
  /// Open for longer than allowed.
  case heldOpen
}
