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
  var doors: [DoorID: DoorUnit]
  var readers: [ReaderID: ReaderUnit]
  let doorOrder: [DoorID]
  let readerOrder: [ReaderID]
  var lookUps = LookUps()
  var guesses: PINGuard
  private var site: SiteInputs

  /// `active` are the contacts and site inputs that are active at the start, `memory` is what was
  /// kept. A mode or a schedule that holds a door open does so from the start.
  public init(
    layout: ControllerLayout, policy: PolicySnapshot, active: Set<InputLine> = [],
    memory: ControllerMemory = ControllerMemory(), at now: Moment
  ) {
    conditions = DoorConditions(policy: policy)
    guesses = PINGuard(lockouts: memory.cardLockouts)
    site = SiteInputs(
      active: active, sampleMilliseconds: layout.sampleMilliseconds, at: now.monotonic)
    doors = Dictionary(
      layout.doors.map {
        (
          $0.id,
          DoorUnit(
            layout: $0, leafOpen: active.contains(.contact($0.id)),
            modes: memory.modes[$0.id] ?? DoorModes(), firstPerson: memory.firstPersons[$0.id],
            at: now.monotonic)
        )
      }, uniquingKeysWith: { first, _ in first })
    readers = Dictionary(
      layout.readers.map {
        ($0.id, ReaderUnit(layout: $0, lockout: memory.lockouts[$0.id] ?? Lockout()))
      }, uniquingKeysWith: { first, _ in first })
    doorOrder = layout.doors.map(\.id)
    readerOrder = layout.readers.map(\.id)
    // Nothing changed by starting: the effects are for nobody, the level is driven anyway.
    _ = refreshModes(at: now)
  }

  // MARK: What can be seen

  public var policy: PolicySnapshot { conditions.policy }

  /// When to call ``advance(to:)`` next.
  public var nextDeadline: MonotonicInstant? {
    var first = site.nextDeadline
    for door in doors.values { first = .earliest(first, door.nextDeadline) }
    for reader in readers.values { first = .earliest(first, reader.nextDeadline) }
    return first
  }

  /// True while the fire alarm sounds.
  public var isFireAlarm: Bool { site.isFire }

  /// The level that a door's lock must have now; `secured` for an unknown door.
  public func requiredLock(of door: DoorID) -> LockLevel {
    doors[door]?.requiredLock ?? .secured
  }

  /// What can be seen of a door; `open` is nil without a contact, `mode` is nil when it is normal.
  public func view(of door: DoorID) -> (open: Bool?, alarms: [DoorAlarm], mode: DoorModeEntry?)? {
    doors[door].map { ($0.isOpen, $0.alarms, $0.mode) }
  }

  /// The modes that were ordered at a door, whether they are in force or not.
  public func modes(of door: DoorID) -> DoorModes? { doors[door]?.orderedModes }

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
    switch input {
    case .edge(let edge):
      // The edge's own stamp decides what came before it, not the time of its delivery.
      var stamped = now
      stamped.monotonic = min(edge.at, now.monotonic)
      return handle(edge, at: stamped)
    case .delivered(let id, let delivery):
      let before = advance(reader: id, to: now)
      let wishes = readers[id]?.handle(delivery, guesses: guesses, at: now.monotonic) ?? []
      return before + effects(of: wishes, at: id)
    case .lookedUp(let answer):
      return handle(answer, at: now)
    case .policy(let snapshot):
      conditions.policy = snapshot
      return refreshModes(at: now)
    case .modes(let id, let modes):
      let wishes = doors[id]?.setModes(modes, under: conditions, at: now) ?? []
      return effects(of: wishes, at: id, now)
    case .sampled(let line, let isActive):
      sample(line, isActive: isActive, at: now.monotonic)
      return []
    case .order(let order):
      return handle(order, at: now)
    case .edgesLost:
      for id in readerOrder { readers[id]?.forgetHalfRead() }
      return [.record(.edgesLost)]
    }
  }

  /// Lets time pass.
  public mutating func advance(to now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for id in readerOrder { effects += advance(reader: id, to: now) }
    for id in doorOrder { effects += advance(door: id, to: now) }
    return effects + advanceSite(to: now)
  }

  /// Lets time pass where edges come in order, at the reader or door that the line belongs to; then
  /// the edge counts.
  private mutating func handle(_ edge: LineEdge, at now: Moment) -> [ControllerEffect] {
    switch edge.line {
    case .data0(let id): return handle(edge, of: .data0, reader: id, at: now)
    case .data1(let id): return handle(edge, of: .data1, reader: id, at: now)
    case .contact(let id): return handle(edge, of: .contact, door: id, at: now)
    case .requestToExit(let id): return handle(edge, of: .exit, door: id, at: now)
    case .fire: return handle(edge, of: .fire, at: now)
    case .tamper: return handle(edge, of: .tamper, at: now)
    }
  }

  private mutating func handle(
    _ edge: LineEdge, of line: DataEdge.Line, reader id: ReaderID, at now: Moment
  ) -> [ControllerEffect] {
    let before = advance(reader: id, to: now)
    // In place, not in a copy: this is the way of every edge.
    let wishes = readers[id]?.handle(edge, of: line, guesses: guesses, at: now.monotonic) ?? []
    return before + effects(of: wishes, at: id)
  }

  private mutating func handle(
    _ edge: LineEdge, of input: DoorUnit.Input, door id: DoorID, at now: Moment
  ) -> [ControllerEffect] {
    let effects = advance(door: id, to: now)
    doors[id]?.handle(input, isActive: edge.isActive, at: now.monotonic)
    return effects
  }

  private mutating func handle(
    _ edge: LineEdge, of input: SiteInputs.Input, at now: Moment
  ) -> [ControllerEffect] {
    let effects = advanceSite(to: now)
    site.handle(input, isActive: edge.isActive, at: now.monotonic)
    return effects
  }

  /// Takes a level that was looked at. What it may bring comes with the next deadline.
  private mutating func sample(_ line: InputLine, isActive: Bool, at now: MonotonicInstant) {
    switch line {
    case .contact(let id): doors[id]?.sample(.contact, isActive: isActive, at: now)
    case .requestToExit(let id): doors[id]?.sample(.exit, isActive: isActive, at: now)
    case .fire: site.sample(.fire, isActive: isActive, at: now)
    case .tamper: site.sample(.tamper, isActive: isActive, at: now)
    case .data0(let id): readers[id]?.sample(.data0, isActive: isActive)
    case .data1(let id): readers[id]?.sample(.data1, isActive: isActive)
    }
  }

  private mutating func advance(reader id: ReaderID, to now: Moment) -> [ControllerEffect] {
    let wishes = readers[id]?.advance(to: now.monotonic, guesses: guesses) ?? []
    return effects(of: wishes, at: id)
  }

  private mutating func advance(door id: DoorID, to now: Moment) -> [ControllerEffect] {
    let wishes = doors[id]?.advance(to: now, under: conditions) ?? []
    return effects(of: wishes, at: id, now)
  }

  private mutating func advanceSite(to now: Moment) -> [ControllerEffect] {
    var effects: [ControllerEffect] = []
    for wish in site.advance(to: now.monotonic) {
      switch wish {
      case .effect(let effect): effects.append(effect)
      case .fire(let isActive):
        conditions.fireSince = isActive ? now.wall : nil
        effects += refreshModes(at: now)
      }
    }
    return effects
  }

  private mutating func refreshModes(at now: Moment) -> [ControllerEffect] {
    doorOrder.flatMap { id in
      let wishes = doors[id]?.refreshMode(under: conditions, at: now) ?? []
      return effects(of: wishes, at: id, now)
    }
  }
}
