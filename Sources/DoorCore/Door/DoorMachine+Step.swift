import DoorRules

/// The table: what each input does in each state. `Tests/CoreModels/DoorMachineTable.swift` has the
/// same table as a literal.
extension DoorMachine {
  mutating func step(
    _ input: Input, since began: MonotonicInstant, at now: MonotonicInstant
  ) -> [Effect] {
    switch input {
    case .release(let milliseconds, let heldOpen):
      release(milliseconds, heldOpenMilliseconds: heldOpen, at: now)
    case .exit(let active): active ? exitBegins(at: now) : exitEnds(at: now)
    case .secure: secure(at: now)
    case .contact(let open): open ? leafOpened(since: began, at: now) : leafClosed()
    case .latch(let holds): holds ? latch() : unlatch(at: now)
    }
  }

  private mutating func release(
    _ milliseconds: Int, heldOpenMilliseconds: Int?, at now: MonotonicInstant
  ) -> [Effect] {
    let limit = releaseLimit(from: now)
    let hold = Hold(
      until: min(now.advanced(byMilliseconds: milliseconds), limit), limit: limit,
      heldOpenMilliseconds: heldOpenMilliseconds)
    switch state {
    case .secured:
      state = .released(hold)
      return [.setLock(.released)]
    case .released(let old):
      state = .released(prolonged(old, by: hold))
      return []
    case .passing(let old, let heldAt):
      state = .passing(prolonged(old, by: hold), heldAt: later(heldAt, for: hold, at: now))
      return []
    case .open(let heldAt):
      state = .passing(hold, heldAt: later(heldAt, for: hold, at: now))
      return [.setLock(.released)]
    case .warned, .heldOpen, .forcedOpen:
      let cleared = alarms.map(Effect.clear)
      state = .passing(hold, heldAt: heldDeadline(of: hold, from: now))
      return cleared + [.setLock(.released)]
    case .unexplained(let leafOpen, _):
      // An entry does not explain a leaf that opened before it.
      state = unlocked(hold, leafOpen: leafOpen, at: now)
      return [.raise(.forcedOpen), .clear(.forcedOpen), .setLock(.released)]
    case .latched:
      return []
    }
  }

  private mutating func exitBegins(at now: MonotonicInstant) -> [Effect] {
    leaving = .asking
    // It has no end yet, and leaves nothing to an entry.
    let hold = Hold(until: now, limit: releaseLimit(from: now))
    switch state {
    case .secured:
      state = .released(hold)
      return [.setLock(.released)]
    case .released, .passing, .latched:
      return []
    case .open(let heldAt):
      state = .passing(hold, heldAt: heldAt)
      return [.setLock(.released)]
    case .warned, .heldOpen, .forcedOpen:
      let cleared = alarms.map(Effect.clear)
      state = .passing(hold, heldAt: heldDeadline(from: now))
      return cleared + [.setLock(.released)]
    case .unexplained(let leafOpen, _):
      state = unlocked(hold, leafOpen: leafOpen, at: now)
      return [.setLock(.released)]
    }
  }

  /// The hold time counts from here. It may be longer than the limit of entries, which starts again.
  private mutating func exitEnds(at now: MonotonicInstant) -> [Effect] {
    guard leaving == .asking else { return [] }
    let end = now.advanced(byMilliseconds: timing.exitHoldMilliseconds)
    let limit = releaseLimit(from: now)
    leaving = .until(end)
    switch state {
    case .released(var hold):
      (hold.until, hold.limit) = (max(hold.until, end), limit)
      state = .released(hold)
    case .passing(var hold, let heldAt):
      (hold.until, hold.limit) = (max(hold.until, end), limit)
      state = .passing(hold, heldAt: heldAt)
    case .secured, .open, .warned, .heldOpen, .unexplained, .forcedOpen, .latched:
      break
    }
    return []
  }

  private mutating func secure(at now: MonotonicInstant) -> [Effect] {
    switch state {
    case .released(var hold):
      if let end = leavingEnd(at: now) {
        hold.until = min(hold.until, end)
        state = .released(hold)
        return []
      }
      state = .secured
      lockedAt = now
      return [.setLock(.secured)]
    case .passing(var hold, let heldAt):
      if let end = leavingEnd(at: now) {
        hold.until = min(hold.until, end)
        state = .passing(hold, heldAt: heldAt)
        return []
      }
      state = .open(heldAt: heldAt)
      return [.setLock(.secured)]
    case .secured, .open, .warned, .heldOpen, .unexplained, .forcedOpen, .latched:
      return []
    }
  }

  private mutating func leafOpened(
    since began: MonotonicInstant, at now: MonotonicInstant
  ) -> [Effect] {
    switch state {
    case .secured:
      if let lockedAt, began < lockedAt {
        state = .open(heldAt: heldDeadline(from: now))
        return [.leaf(open: true)]
      }
      return [.leaf(open: true)] + openedWhileLocked(at: now)
    case .unexplained(leafOpen: false, let forcedAt):
      state = .unexplained(leafOpen: true, forcedAt: forcedAt)
      return [.leaf(open: true)]
    case .released(let hold):
      let heldAt = heldDeadline(of: hold, from: now)
      guard timing.relock == .whenOpened, leaving != .asking else {
        state = .passing(hold, heldAt: heldAt)
        return [.leaf(open: true)]
      }
      state = .open(heldAt: heldAt)
      return [.leaf(open: true), .setLock(.secured)]
    case .latched(leafOpen: false):
      state = .latched(leafOpen: true)
      return [.leaf(open: true)]
    case .passing, .open, .warned, .heldOpen, .unexplained, .forcedOpen, .latched:
      return []
    }
  }

  /// Without a need for a request to exit, a leaf that opens is somebody who leaves.
  private mutating func openedWhileLocked(at now: MonotonicInstant) -> [Effect] {
    switch timing.exitRequest {
    case .none:
      state = .open(heldAt: heldDeadline(from: now))
      return []
    case .required:
      guard timing.exitGraceMilliseconds > 0 else {
        state = .forcedOpen
        return [.raise(.forcedOpen)]
      }
      state = .unexplained(
        leafOpen: true, forcedAt: now.advanced(byMilliseconds: timing.exitGraceMilliseconds))
      return []
    }
  }

  private mutating func leafClosed() -> [Effect] {
    switch state {
    case .passing(let hold, _):
      guard timing.relock != .afterHold, leaving != .asking else {
        state = .released(hold)
        return [.leaf(open: false)]
      }
      state = .secured
      return [.leaf(open: false), .setLock(.secured)]
    case .open:
      state = .secured
      return [.leaf(open: false)]
    case .warned, .heldOpen, .forcedOpen:
      let cleared = alarms.map(Effect.clear)
      state = .secured
      return [.leaf(open: false)] + cleared
    case .unexplained(leafOpen: true, let forcedAt):
      state = .unexplained(leafOpen: false, forcedAt: forcedAt)
      return [.leaf(open: false)]
    case .latched(leafOpen: true):
      state = .latched(leafOpen: false)
      return [.leaf(open: false)]
    case .secured, .released, .unexplained, .latched:
      return []
    }
  }

  private mutating func latch() -> [Effect] {
    switch state {
    case .secured:
      state = .latched(leafOpen: false)
      return [.setLock(.released)]
    case .released:
      state = .latched(leafOpen: false)
      return []
    case .passing:
      state = .latched(leafOpen: true)
      return []
    case .open, .warned, .heldOpen, .forcedOpen:
      let cleared = alarms.map(Effect.clear)
      state = .latched(leafOpen: true)
      return cleared + [.setLock(.released)]
    case .unexplained(let leafOpen, _):
      state = .latched(leafOpen: leafOpen)
      return [.raise(.forcedOpen), .clear(.forcedOpen), .setLock(.released)]
    case .latched:
      return []
    }
  }

  private mutating func unlatch(at now: MonotonicInstant) -> [Effect] {
    guard case .latched(let leafOpen) = state else { return [] }
    if let end = leavingEnd(at: now) {
      let hold = Hold(until: end, limit: releaseLimit(from: now))
      state = unlocked(hold, leafOpen: leafOpen, at: now)
      return []
    }
    state = leafOpen ? .open(heldAt: heldDeadline(from: now)) : .secured
    lockedAt = now
    return [.setLock(.secured)]
  }

  private func unlocked(_ hold: Hold, leafOpen: Bool, at now: MonotonicInstant) -> State {
    leafOpen ? .passing(hold, heldAt: heldDeadline(of: hold, from: now)) : .released(hold)
  }

  private func heldDeadline(from now: MonotonicInstant) -> MonotonicInstant {
    now.advanced(byMilliseconds: timing.heldOpenMilliseconds)
  }

  /// Never sooner than for everybody.
  private func heldDeadline(of hold: Hold, from now: MonotonicInstant) -> MonotonicInstant {
    later(heldDeadline(from: now), for: hold, at: now)
  }

  /// The deadline, or a later one for whoever needs longer.
  private func later(
    _ heldAt: MonotonicInstant, for hold: Hold, at now: MonotonicInstant
  ) -> MonotonicInstant {
    hold.heldOpenMilliseconds.map { max(heldAt, now.advanced(byMilliseconds: $0)) } ?? heldAt
  }

  private func releaseLimit(from now: MonotonicInstant) -> MonotonicInstant {
    now.advanced(byMilliseconds: timing.releaseLimitMilliseconds)
  }

  /// When the leaving that is left now ends, `now` for one without an end yet; nil when nobody
  /// leaves.
  private func leavingEnd(at now: MonotonicInstant) -> MonotonicInstant? {
    switch leaving {
    case .asking: now
    case .until(let end): now < end ? end : nil
    case nil: nil
    }
  }

  /// The later end of the two, within the older limit.
  private func prolonged(_ old: Hold, by new: Hold) -> Hold {
    // While somebody asks to leave it is not entries that hold the door.
    let limit = leaving == .asking ? new.limit : old.limit
    return Hold(
      until: max(old.until, min(new.until, limit)), limit: limit,
      heldOpenMilliseconds: [old, new].compactMap(\.heldOpenMilliseconds).max())
  }
}
