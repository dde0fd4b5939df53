import DoorRules

/// The first person of the present unlock window, at a door whose schedule waits for one.
struct FirstPerson: Sendable, Hashable {
  /// When that person entered; nil before.
  private(set) var cameAt: WallInstant?
  /// False while ``cameAt`` is only what was restored at the start.
  private var isChecked = false

  init(restored: WallInstant?) { cameAt = restored }

  /// True when the entry is the one that the schedule waited for.
  mutating func enter(under schedule: ModeSchedule, at now: Moment) -> Bool {
    guard cameAt == nil, schedule.waitsForFirstPerson, schedule.takesFirstPerson(at: now) else {
      return false
    }
    cameAt = now.wall
    return true
  }

  /// True when somebody had come: the window waits for its first person again.
  mutating func forget() -> Bool {
    defer { cameAt = nil }
    return cameAt != nil
  }

  /// True when the window is over: the next one waits for its own first person. A restored time
  /// counts only if its window has lasted until now. A clock that is not trusted cannot tell, and
  /// changes nothing.
  mutating func forgetAfterWindow(of schedule: ModeSchedule, at now: Moment) -> Bool {
    guard let cameAt, now.trust.isTrusted else { return false }
    let lasts =
      (isChecked ? schedule.isOpen(at: now) : schedule.hasBeenOpen(since: cameAt, at: now))
      || schedule.isToOpen(after: cameAt, at: now)
    isChecked = true
    guard !lasts else { return false }
    self.cameAt = nil
    return true
  }
}
