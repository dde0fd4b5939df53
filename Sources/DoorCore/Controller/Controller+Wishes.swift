public import DoorRules

/// From what a part wants done to the controller's effects, in the same order. Doors and readers
/// are named by their places in the rosters, where they are not named by their ids.
extension Controller {
  /// Lets a door act; no effects for an id that no door has.
  mutating func atDoor(
    _ id: DoorID, _ now: Moment, _ act: (inout DoorUnit, DoorConditions) -> [DoorWish]
  ) -> [ControllerEffect] {
    guard let place = doors.place(of: id) else { return [] }
    return effects(of: act(&doors.units[place], conditions), at: place, now)
  }

  /// The wired input starts every plan that it may; one that is in force begins anew.
  mutating func startPlans(at now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for plan in policy.plans where plan.startedBy.contains(.input) {
      effects += plans.carryOut(
        PlanOrder(
          plan: plan.id, change: .start, hand: .input, by: "site.plan", reason: "wired input"),
        under: policy, at: now)
    }
    return effects + followPlans(at: now)
  }

  /// The doors take the mode of the strongest plan that is for them.
  mutating func followPlans(at now: Moment, isStart: Bool = false) -> [ControllerEffect] {
    let modes = plans.modes(
      of: doors.units.map { unit in
        let readers = readers.units.filter { $0.layout.door == unit.layout.id }
        return (unit.layout.id, readers.map(\.layout.id))
      }, under: policy)
    guard modes != conditions.plans else { return [] }
    conditions.plans = modes
    return refreshModes(at: now, isStart: isStart)
  }

  // MARK: Automations

  /// The automations as they stand.
  public func automationViews(at now: Moment) -> [AutomationView] {
    automations.views(in: automationScene(at: now))
  }

  /// The auxiliary outputs that are active.
  public func isActive(_ output: OutputID) -> Bool? { automations.outputs.isActive(output) }

  /// The inputs that count as inactive, since an automation masks them.
  public var maskedInputs: Set<InputID> { automations.masked }

  /// How everything stands, as automations see it.
  private func automationScene(at now: Moment) -> AutomationScene {
    var scene = AutomationScene(
      policy: policy, at: now.wall, clockTrust: now.trust, inputs: site.levels,
      masked: automations.masked,
      plans: Set(plans.entries.filter { !$0.isDrill }.map(\.plan)), people: areas.people)
    for unit in doors.units {
      let id = unit.layout.id
      scene.doors[id] = AutomationScene.Door(
        isOpen: unit.isOpen, isReleased: unit.requiredLock == .released,
        mode: unit.mode?.mode ?? .normal, ordered: unit.orderedModes,
        closedBy: closed(unit, at: now))
    }
    return scene
  }

  /// Why no automation may open a door.
  private func closed(_ unit: DoorUnit, at now: Moment) -> String? {
    let closing = unit.orderedModes.all.first {
      $0.mode.keepsClosed && $0.holds(at: now.monotonic)
    }
    if let closing { return "\(closing.mode.rawValue) by \(closing.owner)" }
    if let plan = conditions.plans[unit.layout.id] { return "plan \(plan.reason)" }
    return interlock(against: unit.layout.id).map { "door \($0) of its interlock is not locked" }
  }

  /// What happened may set off automations, and what they do others. Each moment of that has an end.
  mutating func automate(
    _ effects: [ControllerEffect], hearing heard: [AutomationTrigger.Event] = [], at now: Moment
  ) -> [ControllerEffect] {
    guard !automations.isIdle else { return effects }
    var (all, last) = (effects, effects)
    var seen = heard
    for _ in 0...automations.chain {
      var hasRecord = !seen.isEmpty
      for case .record(let occurrence) in last {
        hasRecord = true
        if let event = occurrence.trigger { seen.append(event) }
      }
      let isDue = automations.nextDeadline.map { $0 <= now.monotonic } ?? false
      guard hasRecord || isDue else { break }
      last = automations.step(seen, in: automationScene(at: now), at: now)
        .flatMap { carryOut($0, at: now) }
      guard !last.isEmpty else { break }
      all += last
      seen = []
    }
    return all
  }

  mutating func followAutomations(at now: Moment) -> [ControllerEffect] {
    automations.follow(policy, at: now.monotonic).flatMap { carryOut($0, at: now) }
  }

  private mutating func carryOut(_ wish: AutomationWish, at now: Moment) -> [ControllerEffect] {
    switch wish {
    case .effect(let effect): return [effect]
    case .unlock(let door):
      return atDoor(door, now) { $0.release(order: nil, under: $1, at: now) }
        + play(.granted, at: door, now)
    case .order(let entry, let door): return changeModes(of: door, at: now) { $0.set(entry) }
    case .takeBack(let mode, let door, let owner):
      guard doors[door]?.orderedModes.entry(of: mode)?.owner == owner else { return [] }
      return changeModes(of: door, at: now) { $0.clear(mode) }
    case .startPlan(let order):
      return plans.carryOut(order, under: policy, at: now) + followPlans(at: now)
    }
  }

  private mutating func changeModes(
    of door: DoorID, at now: Moment, _ change: (inout DoorModes) -> Void
  ) -> [ControllerEffect] {
    guard var modes = doors[door]?.orderedModes else { return [] }
    change(&modes)
    return [.remember(.modes(door, modes))]
      + atDoor(door, now) { $0.setModes(modes, under: $1, at: now) }
  }

  /// Lets a reader act; no effects for an id that no reader has.
  mutating func atReader(
    _ id: ReaderID, _ act: (inout ReaderUnit) -> [ControllerEffect]
  ) -> [ControllerEffect] {
    guard let place = readers.place(of: id) else { return [] }
    return act(&readers.units[place])
  }

  /// Takes what was persisted, where nothing has happened since the start.
  mutating func restore(_ memory: ControllerMemory, at now: Moment) -> [ControllerEffect] {
    for (id, lockout) in memory.lockouts {
      guard let place = readers.place(of: id) else { continue }
      readers.units[place].restore(lockout)
    }
    guesses.restore(memory.cardLockouts)
    areas.restore(memory.fire)
    plans.restore(memory.plans, under: policy, at: now.monotonic)
    return followPlans(at: now)
      + doors.units.map(\.layout.id).flatMap { id in
        atDoor(id, now) {
          $0.restore(
            memory.modes[id] ?? DoorModes(), firstPerson: memory.firstPersons[id], under: $1,
            at: now)
        }
      }
  }

  mutating func effects(of wishes: [DoorWish], at door: Int, _ now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for wish in wishes {
      switch wish {
      case .effect(let effect):
        effects.append(effect)
        if !lockCurrents.isEmpty, case .setLock(let id, let level, _, _) = effect {
          lockCurrents.note(level, of: id, at: now.monotonic)
        }
        if case .remember(.presence(let person, let area, let seen)) = effect {
          lookUps.overtake(person)
          effects += areas.note(person, in: area, seen)
        }
      case .feedback(let change): effects += feedback(change, at: door, now)
      }
    }
    return effects
  }

  /// A change at each reader of a door.
  mutating func feedback(
    _ change: FeedbackChange, at door: Int, _ now: Moment
  ) -> [ControllerEffect] {
    let id = doors.units[door].layout.id
    var effects: [ControllerEffect] = []
    for place in readers.units.indices where readers.units[place].layout.door == id {
      effects += readers.units[place].handle(change, at: now.monotonic)
    }
    return effects
  }

  mutating func effects(
    of wishes: [ReaderWish], at reader: Int, _ now: Moment
  ) -> [ControllerEffect] {
    guard !wishes.isEmpty else { return [] }
    let layout = readers.units[reader].layout
    var effects: [ControllerEffect] = []
    for wish in wishes {
      switch wish {
      case .effect(let effect): effects.append(effect)
      case .ask(let canonicals, let issues, let purpose):
        effects += ask(
          lookUps.begin(
            purpose, canonicals, issues: issues, reader: layout.id, door: layout.door,
            at: now.monotonic), at: now)
      case .ring: effects += bells.press(layout.id, of: layout.door, at: now)
      case .refuse(let purpose, let card):
        let verdict = Verdict(
          decision: .deny(.lockedOut), credential: card, person: nil,
          policyRevision: policy.revision, steps: [])
        effects.append(
          .record(
            .access(
              AccessRecord(
                door: layout.door, reader: layout.id, presentation: purpose.name,
                verdict: verdict))))
      }
    }
    return effects
  }
}
