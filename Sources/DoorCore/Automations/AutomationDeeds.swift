import DoorRules

/// What one run of an automation does, and what it may not do. Nothing here can hold a person in: a mode
/// that keeps a door closed lets everybody leave, and fire is stronger than any.
struct AutomationDeeds {
  private let automation: Automation
  private let scene: AutomationScene
  private let now: Moment
  private(set) var wishes: [AutomationWish] = []
  private var done: [AutomationAction] = []
  private var refused: [(action: AutomationAction, why: String)] = []

  init(_ automation: Automation, in scene: AutomationScene, at now: Moment) {
    self.automation = automation
    self.scene = scene
    self.now = now
  }

  /// Something was done at a door, or with a plan.
  var actsOnDoors: Bool { done.contains { $0.actsOnDoors } }

  mutating func note(_ action: AutomationAction) { done.append(action) }

  mutating func refuse(_ action: AutomationAction, _ why: String) { refused.append((action, why)) }

  /// Doors, plans and records.
  mutating func actOnDoors(_ action: AutomationAction) {
    switch action {
    case .unlock(let door):
      guard let facts = scene.doors[door] else { return refuse(action, "there is no such door") }
      if let why = facts.closedBy { return refuse(action, why) }
      wishes.append(.unlock(door))
    case .mode(let mode, let door, let seconds):
      guard let facts = scene.doors[door] else { return refuse(action, "there is no such door") }
      if mode.holdsOpen, let why = facts.closedBy { return refuse(action, why) }
      if let entry = facts.ordered.entry(of: mode), entry.holds(at: now.monotonic),
        !entry.owner.hasPrefix(Automation.ownerPrefix)
      {
        return refuse(action, "\(entry.owner) has ordered it already")
      }
      wishes.append(.order(entry(mode, seconds: seconds), door))
    case .startPlan(let id):
      guard let plan = scene.policy.plan(id) else { return refuse(action, "there is no such plan") }
      guard plan.startedBy.contains(.automation) else {
        return refuse(action, "its startedBy has no automation")
      }
      if scene.plans.contains(id) { return refuse(action, "it is in force") }
      wishes.append(
        .startPlan(
          PlanOrder(
            plan: id, change: .start, hand: .automation, by: automation.owner,
            reason: automation.name)))
    case .record, .output, .pulse, .mask: break
    }
    note(action)
  }

  private func entry(_ mode: DoorMode, seconds: Int) -> DoorModeEntry {
    DoorModeEntry(
      mode: mode, owner: automation.owner, reason: automation.name, since: now.wall,
      end: ModeEnd(
        at: now.monotonic.advanced(byMilliseconds: seconds * 1_000),
        shown: now.wall.advanced(bySeconds: Int64(seconds))))
  }

  /// One for each door, so that it is found there, and one for the rest.
  func records(runs: Int) -> [AutomationRun] {
    var doors: [DoorID?] = []
    for door in (done + refused.map(\.action)).map(\.door) where !doors.contains(door) {
      doors.append(door)
    }
    return doors.map { door in
      let here = done.filter { $0.door == door }
      return AutomationRun(
        automation: automation.id, because: automation.trigger, door: door,
        done: here.filter { if case .record = $0 { false } else { true } }.map(\.words),
        refused: refused.filter { $0.action.door == door }.map { "\($0.action.words): \($0.why)" },
        messages: here.compactMap { if case .record(let text) = $0 { text } else { nil } },
        runs: runs)
    }
  }
}

extension AutomationAction {
  /// It opens a door or closes one, so that each run has its event.
  var actsOnDoors: Bool {
    switch self {
    case .unlock, .mode, .startPlan: true
    case .output, .pulse, .mask, .record: false
    }
  }
}
