import DoorRules

/// What holds a door open or closed whoever comes: orders, and the door's own schedule.
extension Controller {
  /// Looks at the modes again; the machine follows when another one counts now.
  mutating func refreshMode(of id: DoorID, at now: Moment) -> [ControllerEffect] {
    guard var port = doors[id] else { return [] }
    let entry = effectiveMode(of: port, at: now)
    guard entry != port.mode else { return [] }
    let before = port.mode?.mode ?? .normal
    port.mode = entry
    let mode = entry?.mode ?? .normal
    var moves = port.machine.handle(.latch(mode.holdsOpen), at: now.monotonic)
    if mode.keepsClosed { moves += port.machine.handle(.secure, at: now.monotonic) }
    doors[id] = port
    let effects = translate(moves, of: id, urgency: .atOnce)
    guard mode != before else { return effects }
    return [.record(.modeChanged(id, from: before, to: entry))] + effects
  }

  /// The strongest of what was ordered and what the schedule says.
  private func effectiveMode(of port: DoorPort, at now: Moment) -> DoorModeEntry? {
    var modes = port.modes
    if isScheduledOpen(port.layout.id, at: now) {
      let since =
        port.mode.flatMap { $0.mode == .scheduledUnlock ? $0.since : nil } ?? now.wall
      modes.set(
        DoorModeEntry(
          mode: .scheduledUnlock, owner: "schedule", reason: "autoUnlockSchedule", since: since))
    }
    return modes.effective(at: now.wall)
  }

  /// While the clock is unknown no schedule opens anything.
  private func isScheduledOpen(_ door: DoorID, at now: Moment) -> Bool {
    guard now.trust != .unknown, let schedule = policy.settings(of: door)?.autoUnlockSchedule
    else { return false }
    return schedule.value.contains(
      now.wall, in: policy.zone, holidays: policy.facility.holidays, for: .unlocking)
  }

  /// Takes a level that was looked at. What it may bring comes with the next deadline.
  mutating func sample(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .contact(let door): doors[door]?.contact.sample(isActive: isActive, at: now)
    case .requestToExit(let door): doors[door]?.exit.sample(isActive: isActive, at: now)
    case .data0, .data1: break
    }
  }
}
