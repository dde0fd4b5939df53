import DoorRules

/// The table: what each input does in each state. `Tests/CoreModels/DoorMachineTable.swift` has the
/// same table as a literal.
extension DoorMachine {
  mutating func step(_ input: Input, at now: MonotonicInstant) -> [Effect] {
    switch input {
    case .release(let milliseconds): release(milliseconds, isForLeaving: false, at: now)
    case .exit(let milliseconds): release(milliseconds, isForLeaving: true, at: now)
    case .secure: secure(at: now)
    case .contact(let open): open ? leafOpened(at: now) : leafClosed()
    case .latch(let holds): holds ? latch() : unlatch(at: now)
    }
  }

  private mutating func release(
    _ milliseconds: Int, isForLeaving: Bool, at now: MonotonicInstant
  ) -> [Effect] {
    let limit = now.advanced(byMilliseconds: timing.releaseLimitMilliseconds)
    let until = min(now.advanced(byMilliseconds: milliseconds), limit)
    let hold = Hold(until: until, limit: limit, leavingUntil: isForLeaving ? until : nil)
    switch state {
    case .secured:
      state = .released(hold)
      return [.setLock(.released)]
    case .released(let old):
      state = .released(old.prolonged(by: hold))
      return []
    case .passing(let old, let heldAt):
      state = .passing(old.prolonged(by: hold), heldAt: heldAt)
      return []
    case .open(let heldAt):
      state = .passing(hold, heldAt: heldAt)
      return [.setLock(.released)]
    case .warned, .heldOpen, .forcedOpen:
      let cleared = alarms.map(Effect.clear)
      state = .passing(hold, heldAt: heldDeadline(from: now))
      return cleared + [.setLock(.released)]
    case .latched:
      return []
    }
  }

  private mutating func secure(at now: MonotonicInstant) -> [Effect] {
    switch state {
    case .released(let hold):
      if let rest = hold.leaving(at: now) {
        state = .released(rest)
        return []
      }
      state = .secured
      return [.setLock(.secured)]
    case .passing(let hold, let heldAt):
      if let rest = hold.leaving(at: now) {
        state = .passing(rest, heldAt: heldAt)
        return []
      }
      state = .open(heldAt: heldAt)
      return [.setLock(.secured)]
    case .secured, .open, .warned, .heldOpen, .forcedOpen, .latched:
      return []
    }
  }

  private mutating func leafOpened(at now: MonotonicInstant) -> [Effect] {
    switch state {
    case .secured:
      state = .forcedOpen
      return [.leaf(open: true), .raise(.forcedOpen)]
    case .released(let hold):
      let heldAt = heldDeadline(from: now)
      guard timing.relock == .whenOpened else {
        state = .passing(hold, heldAt: heldAt)
        return [.leaf(open: true)]
      }
      state = .open(heldAt: heldAt)
      return [.leaf(open: true), .setLock(.secured)]
    case .latched(leafOpen: false):
      state = .latched(leafOpen: true)
      return [.leaf(open: true)]
    case .passing, .open, .warned, .heldOpen, .forcedOpen, .latched:
      return []
    }
  }

  private mutating func leafClosed() -> [Effect] {
    switch state {
    case .passing(let hold, _):
      guard timing.relock != .afterHold else {
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
    case .latched(leafOpen: true):
      state = .latched(leafOpen: false)
      return [.leaf(open: false)]
    case .secured, .released, .latched:
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
    case .latched:
      return []
    }
  }

  private mutating func unlatch(at now: MonotonicInstant) -> [Effect] {
    guard case .latched(let leafOpen) = state else { return [] }
    state = leafOpen ? .open(heldAt: heldDeadline(from: now)) : .secured
    return [.setLock(.secured)]
  }

  private func heldDeadline(from now: MonotonicInstant) -> MonotonicInstant {
    now.advanced(byMilliseconds: timing.heldOpenMilliseconds)
  }
}

extension DoorMachine.Hold {
  /// The later end of the two, within this one's limit.
  fileprivate func prolonged(by other: DoorMachine.Hold) -> DoorMachine.Hold {
    DoorMachine.Hold(
      until: min(max(until, other.until), limit), limit: limit,
      leavingUntil: [leavingUntil, other.leavingUntil].compactMap { $0 }.max().map {
        min($0, limit)
      })
  }

  /// The part that is left for somebody who leaves; nil when nobody leaves.
  fileprivate func leaving(at now: MonotonicInstant) -> DoorMachine.Hold? {
    guard let leavingUntil, now < leavingUntil else { return nil }
    return DoorMachine.Hold(until: leavingUntil, limit: limit, leavingUntil: leavingUntil)
  }
}
