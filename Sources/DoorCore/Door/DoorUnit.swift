import DoorRules

/// One door: its lock and leaf, its request to exit, its modes, and the people at it. It takes
/// inputs, the conditions and the time, and returns what it wants done.
///
/// Calling order as for ``DoorMachine``: inputs, ``advance(to:under:)`` at ``nextDeadline``.
struct DoorUnit: Sendable {
  let layout: ControllerLayout.Door
  /// Modes that were ordered; the schedule and the fire alarm come on top.
  var orderedModes: DoorModes
  var officeCount = OfficeCount()
  /// The mode in force; nil is normal.
  private(set) var mode: DoorModeEntry?
  private var machine: DoorMachine
  private var contact: ContactInput
  private var exit: ExitInput
  /// When the required level is driven again.
  private var reassertAt: MonotonicInstant
  private var firstPerson: FirstPerson
  private var companion: Companion?
  private var hosts: [EnteredHost] = []
  private var passengers = Passengers()

  /// An input of the door.
  enum Input: Sendable, Hashable { case contact, exit }

  /// `active` are the inputs that are active at the start, `firstPerson` is when the first person
  /// of the unlock window came, as it was persisted.
  init(
    layout: ControllerLayout.Door, active: Set<InputLine>, modes: DoorModes,
    firstPerson: WallInstant?, at now: MonotonicInstant
  ) {
    self.layout = layout
    self.firstPerson = FirstPerson(restored: firstPerson)
    orderedModes = modes
    let open = layout.hasContact && active.contains(.contact(layout.id))
    machine = DoorMachine(leafOpen: open, timing: layout.timing, at: now)
    let quiet = layout.timing.debounceMilliseconds
    contact = ContactInput(isActive: open, quietMilliseconds: quiet)
    exit = ExitInput(
      isActive: active.contains(.requestToExit(layout.id)), timing: layout.timing, at: now)
    reassertAt = now
  }

  // MARK: What can be seen

  var requiredLock: LockLevel { machine.requiredLock }

  var alarms: [DoorAlarm] {
    machine.alarms + (exit.isHeld ? [.exitHeld] : []) + (exit.isLost ? [.exitLost] : [])
      + (contact.isLost ? [.contactLost] : [])
  }

  /// Whether the leaf stands open; nil without a contact, and while its level is not known.
  var isOpen: Bool? { seesLeaf ? contact.isOpen : nil }

  private var seesLeaf: Bool { layout.hasContact && contact.isSeen }

  /// Locked and closed, as an interlock requires of its other doors. What is not seen may stand open.
  var isSecured: Bool { machine.state == .secured && (seesLeaf || !layout.hasContact) }

  /// Who may enter which area through this door now, and has not yet.
  var goingIn: [(PersonID, AreaID)] { passengers.goingIn }

  /// Who waits here for a second person.
  func companion(at now: MonotonicInstant) -> Companion? {
    companion.flatMap { $0.isWaiting(at: now) ? $0 : nil }
  }

  /// The host who entered here just now, or waits here for a second person.
  func host(at now: MonotonicInstant) -> PersonID? {
    if let host = hosts.last(where: { now < $0.until }) { return host.person }
    return companion(at: now).flatMap { $0.isHost ? $0.person : nil }
  }

  var nextDeadline: MonotonicInstant {
    .earliest(
      .earliest(machine.nextDeadline, passengers.turnBackAt), contact.nextDeadline,
      exit.nextDeadline, companion?.until, reassertAt) ?? reassertAt
  }

  // MARK: Inputs and time

  /// Notes an edge. Its effects come with the next deadline.
  mutating func handle(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    switch input {
    case .contact: contact.handle(isActive: isActive, at: now)
    case .exit: exit.handle(isActive: isActive, at: now)
    }
  }

  /// Notes a sampled level.
  mutating func sample(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    switch input {
    case .contact: contact.sample(isActive: isActive, at: now)
    case .exit: exit.sample(isActive: isActive, at: now)
    }
  }

  /// The contact's level is not known yet.
  mutating func awaitContact(at now: MonotonicInstant) {
    contact.expect()
    machine.awaitLeaf(at: now)
  }

  /// What carries the input is away, and its level not known any more.
  mutating func lose(
    _ input: Input, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    switch input {
    case .contact:
      guard layout.hasContact, contact.lose(at: now.monotonic) else { return [] }
      // Whoever was let in is not seen any more: as without a contact, they count as inside.
      return [alarm(.contactLost, raised: true)] + passAll(under: conditions, at: now)
    case .exit:
      let (isNew, wasHeld) = exit.lose()
      guard isNew else { return [] }
      let ended = wasHeld ? [alarm(.exitHeld, raised: false)] : []
      // Nobody can ask any more. Whoever needs that to leave must find the door free.
      let moves =
        layout.timing.exitRequest == .required
        ? leave(since: now.monotonic, under: conditions, at: now)
        : move(.exit(active: false), under: conditions, at: now)
      return ended + [alarm(.exitLost, raised: true)] + moves
    }
  }

  private func alarm(_ alarm: DoorAlarm, raised: Bool) -> DoorWish {
    .effect(.record(.alarm(layout.id, alarm, raised: raised)))
  }

  /// Lets time pass.
  mutating func advance(to now: Moment, under conditions: DoorConditions) -> [DoorWish] {
    guard nextDeadline <= now.monotonic else { return [] }
    var wishes: [DoorWish] = []
    // Leaving comes first: it must neither wait nor be taken for a forced door.
    for change in exit.advance(to: now.monotonic) {
      wishes += follow(change, under: conditions, at: now)
    }
    for change in contact.advance(to: now.monotonic) {
      switch change {
      case .leaf(let open, let began, let movedAt):
        let moves = machine.handle(.contact(open: open), since: began, at: movedAt)
        wishes += translate(moves, under: conditions, at: now)
      case .isBack: wishes.append(alarm(.contactLost, raised: false))
      }
    }
    wishes += translate(machine.advance(to: now.monotonic), under: conditions, at: now)
    wishes += passengers.advance(to: now.monotonic, at: layout.id)
    if let waiting = companion, !waiting.isWaiting(at: now.monotonic) {
      companion = nil
      wishes.append(.feedback(.play(.denied)))
    }
    guard reassertAt <= now.monotonic else { return wishes }
    reassertAt = now.monotonic.advanced(byMilliseconds: layout.timing.reassertMilliseconds)
    // First the mode: a relay that lost its level must not get that of a schedule which ends now.
    wishes += refreshMode(under: conditions, at: now)
    // A board that came back has all its relays to switch.
    let level = machine.requiredLock
    wishes.append(
      .effect(.setLock(layout.id, level, level == .secured ? .inTurn : .atOnce, order: nil)))
    wishes.append(.effect(.sample(layout.id)))
    return wishes
  }

  /// What the exit input does to the door.
  private mutating func follow(
    _ change: ExitInput.Change, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    switch change {
    case .begins(let began):
      return leave(since: began, under: conditions, at: now)
        + [.effect(.record(.exitRequested(layout.id)))]
    case .ends: return move(.exit(active: false), under: conditions, at: now)
    case .isHeld: return [alarm(.exitHeld, raised: true)]
    case .isFree: return [alarm(.exitHeld, raised: false)]
    case .isBack(let isActive):
      let moves =
        isActive
        ? leave(since: now.monotonic, under: conditions, at: now)
        : move(.exit(active: false), under: conditions, at: now)
      return [alarm(.exitLost, raised: false)] + moves
    }
  }

  /// Somebody leaves, since then.
  private mutating func leave(
    since began: MonotonicInstant, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    let moves = machine.handle(.exit(active: true), at: began)
    var wishes = translate(moves, under: conditions, at: now)
    // The release of a schedule may still wait for its turn. Nobody who leaves waits with it.
    if !moves.contains(.setLock(.released)) { wishes.append(releaseAtOnce) }
    return wishes
  }

  // MARK: Modes

  /// Replaces everything that is ordered here.
  mutating func setModes(
    _ modes: DoorModes, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    let office = orderedModes.entry(of: .office)
    orderedModes = modes
    var wishes: [DoorWish] = []
    if let office, modes.entry(of: .office) == nil {
      wishes.append(.effect(.record(.officeEnded(layout.id, office, .order))))
    }
    return wishes + refreshMode(under: conditions, at: now)
  }

  /// Takes what was persisted, where nothing was ordered and nobody came since the start.
  mutating func restore(
    _ modes: DoorModes, firstPerson came: WallInstant?, under conditions: DoorConditions,
    at now: Moment
  ) -> [DoorWish] {
    if orderedModes == DoorModes() { orderedModes = modes }
    if firstPerson.cameAt == nil { firstPerson = FirstPerson(restored: came) }
    return refreshMode(under: conditions, at: now)
  }

  /// Updates the mode in force; the machine follows when it changes. At the start nobody can be told of
  /// an office mode that is over: the first look at the modes afterwards ends it.
  mutating func refreshMode(
    under conditions: DoorConditions, at now: Moment, isStart: Bool = false
  ) -> [DoorWish] {
    let schedule = ModeSchedule(of: layout, under: conditions)
    var wishes: [DoorWish] = []
    if firstPerson.forgetAfterWindow(of: schedule, at: now) {
      wishes.append(.effect(.remember(.firstPerson(layout.id, nil))))
    }
    let entry = schedule.mode(
      ordered: orderedModes, firstPersonHasCome: firstPerson.cameAt != nil, current: mode, at: now)
    // Nobody knows who is still there once it ends.
    if entry?.mode == .lockdown || entry?.mode == .plan, !isStart, firstPerson.forget() {
      wishes.append(.effect(.remember(.firstPerson(layout.id, nil))))
    }
    if let office = orderedModes.entry(of: .office), entry?.mode != .office, !isStart {
      wishes += endOffice(
        schedule.officeEnd(office, at: now) ?? .mode(entry?.mode ?? .normal))
    }
    guard entry != mode else { return wishes }
    let before = mode?.mode ?? .normal
    let after = entry?.mode ?? .normal
    mode = entry
    let urgency = after.releaseUrgency
    let moves = machine.handle(.latch(after.holdsOpen), at: now.monotonic)
    wishes += translate(moves, urgency: urgency, under: conditions, at: now)
    // What the schedule had released may still wait for its turn.
    if after.holdsOpen, urgency == .atOnce, !moves.contains(.setLock(.released)) {
      wishes.append(releaseAtOnce)
    }
    if after.locksAtOnce { wishes += move(.secure, under: conditions, at: now) }
    guard after != before else { return wishes }
    return [.effect(.record(.modeChanged(layout.id, from: before, to: entry)))] + wishes
  }

  // MARK: People

  /// Everything that follows from a grant: the lock, the areas, the schedule that waited for a first
  /// person, the silent duress alarms. `entrants` are one person, or two who enter together.
  mutating func admit(
    _ entrants: [Entrant], order: String?, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    let turn = officeTurn(of: entrants.first, under: conditions, at: now)
    var wishes: [DoorWish] = []
    if case .ends(let press) = turn { wishes += endOffice(by: press, under: conditions, at: now) }
    for entrant in entrants {
      let (verdict, reader) = (entrant.verdict, entrant.reader)
      if verdict.isDuress {
        wishes.append(.effect(.record(.duress(layout.id, reader, verdict.person))))
      }
      if verdict.breaksAntiPassback {
        wishes.append(.effect(.record(.antiPassback(layout.id, reader, verdict.person))))
      }
    }
    wishes += release(
      for: ExtendedTimes.Times.longest(of: entrants), order: order, under: conditions, at: now)
    for entrant in entrants { passengers.add(entrant) }
    if !waitsForLeaf { wishes += passAll(under: conditions, at: now) }
    if entrants.contains(where: { !$0.verdict.isLeaving && $0.verdict.mayBeFirst }),
      firstPerson.enter(under: ModeSchedule(of: layout, under: conditions), at: now)
    {
      wishes.append(.effect(.remember(.firstPerson(layout.id, now.wall))))
      wishes += refreshMode(under: conditions, at: now)
    }
    if case .begins(let press, let plan) = turn {
      wishes += beginOffice(press, plan, under: conditions, at: now)
      // From now on nobody has to open it.
      if !waitsForLeaf { wishes += passAll(under: conditions, at: now) }
    }
    return wishes
  }

  /// Whoever was let in has passed. A host who went in may be followed; one who goes out brings nobody.
  private mutating func passAll(under conditions: DoorConditions, at now: Moment) -> [DoorWish] {
    hosts.removeAll { $0.until <= now.monotonic }
    for verdict in passengers.waiting.map(\.verdict)
    where verdict.escort == .host && !verdict.isLeaving {
      guard let person = verdict.person,
        let seconds = conditions.policy.settings(of: layout.id)?.escortSeconds.value
      else { continue }
      forgetHosts { $0 == person }
      let until = now.monotonic.advanced(byMilliseconds: seconds * 1_000)
      hosts.append(EnteredHost(person: person, until: until))
    }
    hosts = hosts.suffix(Passengers.waitingMax)
    return passengers.pass(at: now.wall)
  }

  /// These may be followed no more: they left again, or may be no hosts any more.
  mutating func forgetHosts(where isGone: (PersonID) -> Bool = { _ in true }) {
    hosts.removeAll { isGone($0.person) }
  }

  /// Somebody waits here for a second person; replaces who waited before.
  mutating func letWait(_ companion: Companion) { self.companion = companion }

  /// The wait for a second person is over; nil when nobody waited.
  mutating func takeCompanion() -> Companion? {
    defer { companion = nil }
    return companion
  }

  /// With a contact the area is entered when the leaf opens, so that a person who badges and turns
  /// back is not shut out; without one, at once.
  private var waitsForLeaf: Bool {
    switch machine.state {
    case .released: seesLeaf
    case .secured, .passing, .open, .warned, .heldOpen, .unexplained, .forcedOpen, .latched: false
    }
  }

  // MARK: The lock

  /// Releases the lock for the door's hold time, or for as long as somebody needs, once the records
  /// before it are committed.
  mutating func release(
    for extended: ExtendedTimes.Times? = nil, order: String?, under conditions: DoorConditions,
    at now: Moment
  ) -> [DoorWish] {
    let own = conditions.policy.settings(of: layout.id)?.holdTimeSeconds.value
    let moves = machine.handle(layout.timing.release(ownSeconds: own, extended), at: now.monotonic)
    var wishes = translate(
      moves, urgency: .afterRecords, order: order, under: conditions, at: now)
    // Already released: drive the level again, so that the order is confirmed by the hardware.
    if !moves.contains(.setLock(.released)) {
      wishes.append(.effect(.setLock(layout.id, .released, .afterRecords, order: order)))
    }
    return wishes
  }

  private var releaseAtOnce: DoorWish {
    .effect(.setLock(layout.id, machine.requiredLock, .atOnce, order: nil))
  }

  private mutating func move(
    _ input: DoorMachine.Input, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    translate(machine.handle(input, at: now.monotonic), under: conditions, at: now)
  }

  /// Turns the machine's moves into wishes for the lock, the log, the readers and the areas.
  private mutating func translate(
    _ moves: [DoorMachine.Effect], urgency: ControllerEffect.Urgency = .atOnce,
    order: String? = nil, under conditions: DoorConditions, at now: Moment
  ) -> [DoorWish] {
    var wishes: [DoorWish] = []
    for move in moves {
      switch move {
      case .setLock(let level):
        // Locking waits for no record.
        wishes.append(
          .effect(
            .setLock(layout.id, level, level == .secured ? .inTurn : urgency, order: order)))
        if level == .secured {
          let leafMoves = moves.contains(.leaf(open: true)) || contact.isMoving(at: now.monotonic)
          wishes += passengers.locked(layout.id, leafMoves: leafMoves, at: now.monotonic)
        }
        if conditions.policy.settings(of: layout.id)?.playNotificationSoundOnRelayToggle.value
          == true
        {
          wishes.append(.feedback(.playIfQuiet(.chirp)))
        }
      case .leaf(let open):
        wishes.append(.effect(.record(.leaf(layout.id, open: open))))
        if open { wishes += passAll(under: conditions, at: now) }
      case .raise(let alarm):
        wishes.append(.effect(.record(.alarm(layout.id, alarm, raised: true))))
        if alarm == .heldOpenWarning { wishes.append(.feedback(.play(.heldOpenWarning))) }
      case .clear(let alarm):
        wishes.append(.effect(.record(.alarm(layout.id, alarm, raised: false))))
        if alarm == .heldOpenWarning { wishes.append(.feedback(.stop(.heldOpenWarning))) }
      }
    }
    return wishes
  }
}
