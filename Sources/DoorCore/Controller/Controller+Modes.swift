import DoorRules

/// What holds a door open or closed whoever comes: orders, and the door's own schedule.
extension Controller {
  /// Looks at the modes again; the machine follows when another one counts now.
  mutating func refreshMode(of id: DoorID, at now: Moment) -> [ControllerEffect] {
    var effects = forgetFirstPersonOfAnotherWindow(at: id, now)
    guard var port = doors[id] else { return [] }
    let entry = effectiveMode(of: port, at: now)
    guard entry != port.mode else { return effects }
    let before = port.mode?.mode ?? .normal
    port.mode = entry
    let mode = entry?.mode ?? .normal
    var moves = port.machine.handle(.latch(mode.holdsOpen), at: now.monotonic)
    if mode.keepsClosed { moves += port.machine.handle(.secure, at: now.monotonic) }
    doors[id] = port
    effects += translate(moves, of: id, at: now)
    guard mode != before else { return effects }
    return [.record(.modeChanged(id, from: before, to: entry))] + effects
  }

  /// The strongest of what was ordered and what the schedule says.
  private func effectiveMode(of port: DoorPort, at now: Moment) -> DoorModeEntry? {
    var modes = port.modes
    if isScheduledOpen(port.layout.id, at: now) {
      let waits =
        policy.settings(of: port.layout.id)?.unlocksWithFirstPerson.value == true
        && port.firstPerson == nil
      let mode: DoorMode = waits ? .awaitingFirstPerson : .scheduledUnlock
      let since = port.mode.flatMap { $0.mode == mode ? $0.since : nil } ?? now.wall
      modes.set(
        DoorModeEntry(
          mode: mode, owner: "schedule", reason: "autoUnlockSchedule", since: since))
    }
    if let since = site.fireSince {
      modes.set(
        DoorModeEntry(mode: .fire, owner: "fire input", reason: "fire alarm", since: since))
    }
    return modes.effective(at: now.wall)
  }

  /// While the clock is unknown no schedule opens anything.
  private func isScheduledOpen(_ door: DoorID, at now: Moment) -> Bool {
    isScheduledOpen(door, at: now.wall, trust: now.trust)
  }

  private func isScheduledOpen(
    _ door: DoorID, at instant: WallInstant, trust: ClockTrust
  ) -> Bool {
    guard trust != .unknown, let schedule = policy.settings(of: door)?.autoUnlockSchedule
    else { return false }
    return schedule.value.contains(
      instant, in: policy.zone, holidays: policy.facility.holidays, for: .unlocking)
  }

  /// Somebody entered: a schedule that waited for that begins.
  mutating func firstPersonCame(at door: DoorID, _ now: Moment) -> [ControllerEffect] {
    guard let port = doors[door], port.firstPerson == nil,
      policy.settings(of: door)?.unlocksWithFirstPerson.value == true,
      isScheduledOpen(door, at: now)
    else { return [] }
    doors[door]?.firstPerson = now.wall
    return [.remember(.firstPerson(door, now.wall))] + refreshMode(of: door, at: now)
  }

  /// The next window waits for its own first person. What was kept from before the start counts
  /// only if the window in which it came has lasted until now; an unknown clock cannot tell.
  private mutating func forgetFirstPersonOfAnotherWindow(
    at id: DoorID, _ now: Moment
  ) -> [ControllerEffect] {
    guard let port = doors[id], let came = port.firstPerson, now.trust != .unknown
    else { return [] }
    doors[id]?.isFirstPersonChecked = true
    let holds =
      port.isFirstPersonChecked
      ? isScheduledOpen(id, at: now) : hasBeenOpen(id, since: came, now)
    guard !holds else { return [] }
    doors[id]?.firstPerson = nil
    return [.remember(.firstPerson(id, nil))]
  }

  /// Looked at minute by minute, as windows begin and end on minutes; a week at most.
  private func hasBeenOpen(_ door: DoorID, since start: WallInstant, _ now: Moment) -> Bool {
    let passed = now.wall.secondsSince1970 - start.secondsSince1970
    guard (0...7 * 86_400).contains(passed), isScheduledOpen(door, at: now) else { return false }
    return stride(from: 0, to: passed, by: 60).allSatisfy {
      isScheduledOpen(door, at: start.advanced(bySeconds: $0), trust: now.trust)
    }
  }

  /// Takes a level that was looked at. What it may bring comes with the next deadline.
  mutating func sample(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .contact(let door): doors[door]?.contact.sample(isActive: isActive, at: now)
    case .requestToExit(let door): doors[door]?.exit.sample(isActive: isActive, at: now)
    case .fire, .tamper: site.sample(line, isActive: isActive, at: now)
    case .data0(let reader): readers[reader]?.diagnosis.noteLevel(data0: isActive, data1: nil)
    case .data1(let reader): readers[reader]?.diagnosis.noteLevel(data0: nil, data1: isActive)
    }
  }
}
