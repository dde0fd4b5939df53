public import DoorRules
public import WiegandCodec

/// The node as a value: readers and doors in, effects out. It reads no clock, touches no line and
/// asks no store; it returns what it wants done and is told the result. The state is in its parts,
/// each of which owns its own; the controller passes inputs to them and turns their wishes into
/// effects.
///
/// Calling order: ``handle(_:at:)`` for what happened, ``advance(to:)`` at ``nextDeadline``,
/// the effects carried out in the order given.
public struct Controller: Sendable {
  var conditions: DoorConditions
  var doors: Roster<DoorID, DoorUnit>
  var readers: Roster<ReaderID, ReaderUnit>
  var lookUps: LookUps
  var guesses: PINGuard
  var areas: AreaRoster
  var bells = DoorBells()
  var plans: PlanBoard
  var automations: AutomationEngine
  private(set) var site: SiteInputs
  var lockCurrents: LockCurrents

  /// `active` are the inputs of doors and site that are active at the start, `memory` is what was
  /// persisted. A mode or a schedule that holds a door open does so from the start.
  public init(
    layout: ControllerLayout, policy: PolicySnapshot, active: Set<InputLine> = [],
    memory: ControllerMemory = ControllerMemory(), at now: Moment
  ) {
    conditions = DoorConditions(policy: policy)
    lookUps = LookUps(milliseconds: layout.lookUpMilliseconds)
    guesses = PINGuard(lockouts: memory.cardLockouts)
    areas = AreaRoster(policy, fire: memory.fire, at: now.monotonic)
    plans = PlanBoard(memory.plans, under: policy, at: now.monotonic)
    automations = AutomationEngine(
      policy, outputs: layout.outputs, lookMilliseconds: layout.sampleMilliseconds,
      at: now.monotonic)
    site = SiteInputs(
      active: active, power: layout.power, inputs: layout.inputs,
      sampleMilliseconds: layout.sampleMilliseconds, at: now.monotonic)
    lockCurrents = LockCurrents(layout, active: active, at: now.monotonic)
    doors = Roster(
      layout.doors.map {
        (
          $0.id,
          DoorUnit(
            layout: $0, active: active, modes: memory.modes[$0.id] ?? DoorModes(),
            firstPerson: memory.firstPersons[$0.id],
            at: now.monotonic)
        )
      })
    readers = Roster(
      layout.readers.map {
        (
          $0.id,
          ReaderUnit(
            layout: $0, lockout: memory.lockouts[$0.id] ?? Lockout(), at: now.monotonic)
        )
      })
    // Discard these effects: the shell drives ``requiredLock(of:)`` at its start anyway.
    _ = followPlans(at: now, isStart: true) + refreshModes(at: now, isStart: true)
  }

  // MARK: What can be seen

  /// The policy in force.
  public var policy: PolicySnapshot { conditions.policy }

  /// When to call ``advance(to:)`` next.
  public var nextDeadline: MonotonicInstant? {
    var first = MonotonicInstant.earliest(
      .earliest(site.nextDeadline, plans.nextDeadline, automations.nextDeadline),
      lookUps.nextDeadline, areas.nextDeadline, bells.nextDeadline)
    first = .earliest(first, lockCurrents.nextDeadline)
    for door in doors.units { first = .earliest(first, door.nextDeadline) }
    for reader in readers.units { first = .earliest(first, reader.nextDeadline) }
    return first
  }

  /// Who is inside the areas that count, by the areas' ids.
  public var musters: [AreaMuster] { areas.musters }

  /// How many are in the areas that limit people, as a decision needs it.
  public var areaCounts: AreaCounts {
    guard policy.limitsPeople else { return AreaCounts() }
    var counts = areas.limited
    for door in doors.units {
      for (person, area) in door.goingIn where !areas.isInside(person, area) {
        counts.onTheWay[area, default: []].insert(person)
      }
    }
    return counts
  }

  /// Whether an auxiliary input is active; nil for one that is not wired.
  public func isActive(_ input: InputID) -> Bool? { site.isActive(input) }

  /// True while the fire alarm sounds.
  public var isFireAlarm: Bool { site.isFire }

  /// The alarms of the site that are raised now.
  public var siteAlarms: [SiteAlarm] { site.alarms }

  /// What is switched off to save the battery.
  public var shed: Set<PowerLoad> { site.shed }

  /// The level that a door's lock must have now; `secured` for an unknown door.
  public func requiredLock(of door: DoorID) -> LockLevel {
    doors[door]?.requiredLock ?? .secured
  }

  /// What can be seen of a door; `open` is nil without a contact, `mode` is nil when it is normal.
  public func view(of door: DoorID) -> (open: Bool?, alarms: [DoorAlarm], mode: DoorModeEntry?)? {
    guard let unit = doors[door] else { return nil }
    let alarms = lockCurrents.isEmpty ? [] : lockCurrents.alarms(of: door)
    return (unit.isOpen, alarms.isEmpty ? unit.alarms : unit.alarms + alarms, unit.mode)
  }

  /// Since when somebody who rang waits at a door; nil for nobody.
  public func bell(of door: DoorID) -> WallInstant? { bells.waitsSince(at: door) }

  /// The modes that were ordered at a door, whether they are in force or not.
  public func modes(of door: DoorID) -> DoorModes? { doors[door]?.orderedModes }

  /// The plans in force, the strongest first.
  public var plansInForce: [PlanEntry] { plans.entries }

  /// Why an order of a plan cannot be carried out; nil when it can.
  public func refusal(of order: PlanOrder) -> String? { plans.refusal(of: order, under: policy) }

  /// What can be seen of a reader.
  public func view(
    of reader: ReaderID
  ) -> (counters: CaptureCounters, lockout: Lockout, findings: [ReaderFinding])? {
    readers[reader].map { ($0.counters, $0.lockout, $0.findings) }
  }

  // MARK: Inputs and time

  /// Takes one input. Only an edge or a delivery lets time pass, up to its own stamp and for its
  /// own reader or door: with any other input, and on other lines, there may be older edges on
  /// their way, and those must find their frame still open.
  public mutating func handle(_ input: ControllerInput, at now: Moment) -> [ControllerEffect] {
    if case .heard(let event) = input { return automate([], hearing: [event], at: now) }
    return automate(take(input, at: now), at: now)
  }

  private mutating func take(_ input: ControllerInput, at now: Moment) -> [ControllerEffect] {
    switch input {
    case .edge(let edge):
      // The edge's own stamp decides what came before it, not the time of its delivery.
      var stamped = now
      stamped.monotonic = min(edge.at, now.monotonic)
      return handle(edge, at: stamped)
    case .delivered(let id, let delivery):
      guard let place = readers.place(of: id) else { return [] }
      return advance(reader: place, to: now)
        + effects(
          of: readers.units[place].handle(delivery, guesses: guesses, at: now.monotonic),
          at: place, now)
    case .lookedUp(let answer):
      return handle(answer, at: now)
    case .policy(let snapshot):
      let isFirst = conditions.policy.revision == 0
      conditions.policy = snapshot
      forgetHosts()
      return areas.follow(snapshot, at: now.monotonic) + plans.follow(snapshot)
        + (isFirst && site.isPlanPressed ? startPlans(at: now) : followPlans(at: now))
        + refreshModes(at: now) + followAutomations(at: now)
    case .modes(let id, let modes):
      return atDoor(id, now) { $0.setModes(modes, under: $1, at: now) }
    case .restored(let memory): return restore(memory, at: now)
    case .presences(let presences):
      areas.adopt(presences)
      return []
    case .resetArea(let area, let by, let reason):
      return areas.reset(area, by: by, reason: reason, at: now.wall)
    case .recordsChanged:
      forgetHosts()
      return []
    case .forgiven(let person): return areas.forgive(person)
    case .sampled(let line, let isActive):
      sample(line, isActive: isActive, at: now.monotonic)
      return []
    case .awaited(let line):
      if case .contact(let id) = line, let place = doors.place(of: id) {
        doors.units[place].awaitContact(at: now.monotonic)
      }
      return []
    case .lost(let line): return lose(line, at: now)
    case .order(let order):
      return handle(order, at: now)
    case .plan(let order):
      return plans.carryOut(order, under: policy, at: now) + followPlans(at: now)
    case .heard: return []
    case .edgesLost:
      for place in readers.units.indices { readers.units[place].forgetHalfRead() }
      return [.record(.edgesLost)]
    }
  }

  /// Lets time pass.
  public mutating func advance(to now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for place in readers.units.indices { effects += advance(reader: place, to: now) }
    for place in doors.units.indices { effects += advance(door: place, to: now) }
    if !lockCurrents.isEmpty { effects += lockCurrents.advance(to: now.monotonic) }
    effects += advanceSite(to: now) + advancePlans(to: now)
    effects += areas.advance(to: now, under: policy, isFire: site.mayBeFire)
    effects += giveUpLookUps(at: now) + bells.advance(to: now.monotonic)
    return automate(effects, at: now)
  }

  /// Lets time pass at the reader or door that the line belongs to, since edges come in order
  /// there; then takes the edge.
  private mutating func handle(_ edge: LineEdge, at now: Moment) -> [ControllerEffect] {
    switch edge.line {
    case .data0(let id): return handle(edge, of: .data0, reader: id, at: now)
    case .data1(let id): return handle(edge, of: .data1, reader: id, at: now)
    case .contact(let id): return handle(edge, of: .contact, door: id, at: now)
    case .requestToExit(let id): return handle(edge, of: .exit, door: id, at: now)
    case .lockCurrent(let id):
      let effects = lockCurrents.advance(to: now.monotonic)
      lockCurrents.handle(id, isActive: edge.isActive, at: now.monotonic)
      return effects
    case .fire: return handle(edge, of: .fire, at: now)
    case .tamper: return handle(edge, of: .tamper, at: now)
    case .plan: return handle(edge, of: .plan, at: now)
    case .mains: return handle(edge, of: .mains, at: now)
    case .battery: return handle(edge, of: .battery, at: now)
    case .auxiliary(let id):
      let effects = advanceSite(to: now)
      site.handle(id, isActive: edge.isActive, at: now.monotonic)
      return effects
    }
  }

  private mutating func handle(
    _ edge: LineEdge, of line: DataEdge.Line, reader id: ReaderID, at now: Moment
  ) -> [ControllerEffect] {
    guard let place = readers.place(of: id) else { return [] }
    return advance(reader: place, to: now)
      + effects(
        of: readers.units[place].handle(edge, of: line, guesses: guesses, at: now.monotonic),
        at: place, now)
  }

  private mutating func handle(
    _ edge: LineEdge, of input: DoorUnit.Input, door id: DoorID, at now: Moment
  ) -> [ControllerEffect] {
    guard let place = doors.place(of: id) else { return [] }
    let effects = advance(door: place, to: now)
    doors.units[place].handle(input, isActive: edge.isActive, at: now.monotonic)
    return effects
  }

  private mutating func handle(
    _ edge: LineEdge, of input: SiteInputs.Input, at now: Moment
  ) -> [ControllerEffect] {
    let effects = advanceSite(to: now)
    site.handle(input, isActive: edge.isActive, at: now.monotonic)
    return effects
  }

  /// Takes a sampled level. Its effects come with the next deadline.
  private mutating func sample(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .contact(let id): sample(.contact, of: id, isActive: isActive, at: now)
    case .requestToExit(let id): sample(.exit, of: id, isActive: isActive, at: now)
    case .lockCurrent(let id): lockCurrents.sample(id, isActive: isActive, at: now)
    case .fire: site.sample(.fire, isActive: isActive, at: now)
    case .tamper: site.sample(.tamper, isActive: isActive, at: now)
    case .plan: site.sample(.plan, isActive: isActive, at: now)
    case .mains: site.sample(.mains, isActive: isActive, at: now)
    case .battery: site.sample(.battery, isActive: isActive, at: now)
    case .auxiliary(let id): site.sample(id, isActive: isActive, at: now)
    case .data0(let id): sample(.data0, of: id, isActive: isActive)
    case .data1(let id): sample(.data1, of: id, isActive: isActive)
    }
  }

  private mutating func sample(
    _ input: DoorUnit.Input, of id: DoorID, isActive: Bool, at now: MonotonicInstant
  ) {
    guard let place = doors.place(of: id) else { return }
    doors.units[place].sample(input, isActive: isActive, at: now)
  }

  private mutating func sample(_ line: DataEdge.Line, of id: ReaderID, isActive: Bool) {
    guard let place = readers.place(of: id) else { return }
    readers.units[place].sample(line, isActive: isActive)
  }

  private mutating func lose(_ line: InputLine, at now: Moment) -> [ControllerEffect] {
    switch line {
    case .contact(let id): atDoor(id, now) { $0.lose(.contact, under: $1, at: now) }
    case .requestToExit(let id): atDoor(id, now) { $0.lose(.exit, under: $1, at: now) }
    // These are wired to the controller itself.
    case .lockCurrent, .fire, .tamper, .plan, .mains, .battery, .auxiliary, .data0, .data1: []
    }
  }

  private mutating func advance(reader place: Int, to now: Moment) -> [ControllerEffect] {
    effects(
      of: readers.units[place].advance(to: now.monotonic, guesses: guesses), at: place, now)
  }

  private mutating func advance(door place: Int, to now: Moment) -> [ControllerEffect] {
    effects(of: doors.units[place].advance(to: now, under: conditions), at: place, now)
  }

  private mutating func advanceSite(to now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for wish in site.advance(to: now.monotonic) {
      switch wish {
      case .effect(let effect): effects.append(effect)
      case .startPlans: effects += startPlans(at: now)
      case .changed: automations.look(at: now.monotonic)
      case .fire(let isActive):
        conditions.fireSince = isActive ? now.wall : nil
        effects += refreshModes(at: now) + areas.fire(isActive, at: now.wall)
      case .power(.failing(let isFailing)):
        conditions.supplyFailsSince = isFailing ? now.wall : nil
        effects += refreshModes(at: now)
      case .power(.shed(let loads)):
        for place in readers.units.indices { effects += readers.units[place].shed(loads) }
      }
    }
    return effects
  }

  private mutating func advancePlans(to now: Moment) -> [ControllerEffect] {
    let effects = plans.advance(to: now, under: policy)
    return effects.isEmpty ? [] : effects + followPlans(at: now)
  }

  mutating func refreshModes(at now: Moment, isStart: Bool = false) -> [ControllerEffect] {
    doors.units.indices.flatMap { place in
      effects(
        of: doors.units[place].refreshMode(under: conditions, at: now, isStart: isStart),
        at: place, now)
    }
  }
}
