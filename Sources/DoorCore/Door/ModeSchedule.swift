import DoorRules

/// Which mode is in force at a door: a pure function of its orders, its unlock schedule, the fire
/// alarm, the supply and the time.
struct ModeSchedule {
  private let door: DoorID
  private let onBatteryLow: LowBatteryRule
  private let conditions: DoorConditions

  init(of layout: ControllerLayout.Door, under conditions: DoorConditions) {
    door = layout.id
    onBatteryLow = layout.onBatteryLow
    self.conditions = conditions
  }

  /// True when each window of the unlock schedule begins with the first person who enters.
  var waitsForFirstPerson: Bool {
    conditions.policy.settings(of: door)?.unlocksWithFirstPerson.value == true
  }

  /// True in a window of the unlock schedule; never while the clock is not trusted.
  func isOpen(at now: Moment) -> Bool { isOpen(at: now.wall, trust: now.trust) }

  private func isOpen(at instant: WallInstant, trust: ClockTrust) -> Bool {
    guard let schedule = conditions.policy.settings(of: door)?.autoUnlockSchedule else {
      return false
    }
    return conditions.policy.isOpen(
      schedule.value, at: instant, clockTrust: trust, for: .unlocking)
  }

  /// The first minute from `start` on in which the schedule is open, no later than who enters then may
  /// come before it; nil for none.
  private func opening(after start: WallInstant, _ trust: ClockTrust) -> WallInstant? {
    let minutes = conditions.policy.settings(of: door)?.firstPerson?.value.minutesBefore ?? 0
    let instants = (0...minutes).lazy.map { start.advanced(bySeconds: Int64($0) * 60) }
    return instants.first { isOpen(at: $0, trust: trust) }
  }

  /// True in a window, and so long before one as its first person may come.
  func takesFirstPerson(at now: Moment) -> Bool { opening(after: now.wall, now.trust) != nil }

  /// True when whoever came at `start` did so before a window that is still to begin.
  func isToOpen(after start: WallInstant, at now: Moment) -> Bool {
    opening(after: start, now.trust).map { start <= now.wall && now.wall < $0 } ?? false
  }

  /// True when one window lasts from `start`, or from its begin soon afterwards, until now. Tested minute
  /// by minute, as windows begin and end on minutes; a week at most.
  func hasBeenOpen(since start: WallInstant, at now: Moment) -> Bool {
    let start = opening(after: start, now.trust) ?? start
    let passed = now.wall.secondsSince1970 - start.secondsSince1970
    guard (0...7 * 86_400).contains(passed), isOpen(at: now) else { return false }
    return stride(from: 0, to: passed, by: 60).allSatisfy {
      isOpen(at: start.advanced(bySeconds: $0), trust: now.trust)
    }
  }

  /// True where somebody may leave the door unlocked now.
  func allowsOffice(at now: Moment) -> Bool { officeEnd(at: now) == nil }

  /// Why an office mode is over; nil while it may go on. What is stronger ends it as well.
  func officeEnd(_ entry: DoorModeEntry, at now: Moment) -> OfficeEnd? {
    entry.holds(at: now.monotonic) ? officeEnd(at: now) : .limit
  }

  /// Its hours are over, too, while the clock is not trusted.
  private func officeEnd(at now: Moment) -> OfficeEnd? {
    guard let plan = conditions.policy.settings(of: door)?.office?.value else { return .settings }
    guard let hours = plan.hours else { return nil }
    return conditions.policy.isOpen(
      hours, at: now.wall, clockTrust: now.trust, for: .unlocking) ? nil : .hours
  }

  /// The strongest of the ordered modes, the schedule, a plan, the supply and the fire alarm; nil is
  /// normal. An entry of the schedule that is in force already, `current`, keeps its start.
  func mode(
    ordered: DoorModes, firstPersonHasCome: Bool, current: DoorModeEntry?, at now: Moment
  ) -> DoorModeEntry? {
    var modes = ordered
    if let office = modes.entry(of: .office), officeEnd(office, at: now) != nil {
      modes.clear(.office)
    }
    if isOpen(at: now) {
      let mode: DoorMode =
        waitsForFirstPerson && !firstPersonHasCome ? .awaitingFirstPerson : .scheduledUnlock
      let since = current.flatMap { $0.mode == mode ? $0.since : nil } ?? now.wall
      modes.set(
        DoorModeEntry(
          mode: mode, owner: "schedule", reason: "autoUnlockSchedule", since: since))
    }
    if let plan = conditions.plans[door] { modes.set(plan) }
    if onBatteryLow == .release, let since = conditions.supplyFailsSince {
      modes.set(
        DoorModeEntry(
          mode: .batteryLow, owner: "supply", reason: "mains lost, battery low", since: since))
    }
    if let since = conditions.fireSince {
      modes.set(
        DoorModeEntry(mode: .fire, owner: "fire input", reason: "fire alarm", since: since))
    }
    return modes.effective(at: now.monotonic)
  }
}
