public import DoorRules
public import WiegandCodec

/// The whole node as a value: readers and doors in, effects out. It reads no clock, touches no
/// line and asks no store; it says what it wants and is told what came of it.
///
/// Calling order: ``handle(_:at:)`` for what happened, ``advance(to:)`` at ``nextDeadline``,
/// the effects carried out in the order given.
public struct Controller: Sendable {
  /// The most look-ups that may be open at once; the oldest is forgotten beyond it.
  static let openLookUpsMax = 64

  public private(set) var policy: PolicySnapshot
  var doors: [DoorID: DoorPort]
  var readers: [ReaderID: ReaderPort]
  let doorOrder: [DoorID]
  let readerOrder: [ReaderID]
  var openLookUps: [UInt64: OpenLookUp] = [:]
  var nextTicket: UInt64 = 1
  /// Cards whose PIN was guessed.
  var cardLockouts: [CredentialID: Lockout] = [:]
  var site: SitePort

  /// What a look-up was for.
  struct OpenLookUp: Sendable {
    var reader: ReaderID
    var purpose: Purpose

    enum Purpose: Sendable {
      case card(evidence: [String: String])
      case pin
      case pinAfterCard([CredentialHolder])

      /// As events name it.
      var shown: String {
        switch self {
        case .card: "card"
        case .pin: "pin"
        case .pinAfterCard: "cardThenPIN"
        }
      }
    }
  }

  /// `active` are the contacts and site inputs that are active at the start, `memory` is what was
  /// kept. A mode or a schedule that holds a door open does so from the start.
  public init(
    layout: ControllerLayout, policy: PolicySnapshot, active: Set<InputLine> = [],
    memory: ControllerMemory = ControllerMemory(), at now: Moment
  ) {
    self.policy = policy
    cardLockouts = memory.cardLockouts
    site = SitePort(
      active: active, sampleMilliseconds: layout.sampleMilliseconds, at: now.monotonic)
    doors = Dictionary(
      layout.doors.map {
        (
          $0.id,
          DoorPort(
            layout: $0, leafOpen: active.contains(.contact($0.id)),
            modes: memory.modes[$0.id] ?? DoorModes(), firstPerson: memory.firstPersons[$0.id],
            at: now.monotonic)
        )
      }, uniquingKeysWith: { first, _ in first })
    readers = Dictionary(
      layout.readers.map { reader in
        var port = ReaderPort(layout: reader)
        port.lockout = memory.lockouts[reader.id] ?? Lockout()
        return (reader.id, port)
      }, uniquingKeysWith: { first, _ in first })
    doorOrder = layout.doors.map(\.id)
    readerOrder = layout.readers.map(\.id)
    // Nothing changed by starting: the effects are for nobody, the level is asked for anyway.
    for id in doorOrder { _ = refreshMode(of: id, at: now) }
  }

  /// When to call ``advance(to:)`` next.
  public var nextDeadline: MonotonicInstant? {
    var first = site.nextDeadline
    for port in doors.values { first = .earliest(first, port.nextDeadline) }
    for port in readers.values { first = .earliest(first, port.nextDeadline) }
    return first
  }

  /// The level that a door's lock must have now; `secured` for an unknown door.
  public func requiredLock(of door: DoorID) -> LockLevel {
    doors[door]?.machine.requiredLock ?? .secured
  }

  /// What can be seen of a door; without a mode it is normal.
  public func view(of door: DoorID) -> (open: Bool?, alarms: [DoorAlarm], mode: DoorModeEntry?)? {
    guard let port = doors[door] else { return nil }
    return (port.layout.hasContact ? port.contact.isActive : nil, port.machine.alarms, port.mode)
  }

  /// The modes that were ordered at a door, whether they count now or not.
  public func modes(of door: DoorID) -> DoorModes? { doors[door]?.modes }

  /// What can be seen of a reader.
  public func view(
    of reader: ReaderID
  ) -> (counters: CaptureCounters, lockout: Lockout, findings: [ReaderFinding])? {
    readers[reader].map { ($0.assembler.counters, $0.lockout, $0.diagnosis.findings) }
  }

  /// Takes one input. Only an edge lets time pass, up to its own stamp and for its own reader or
  /// door: with any other input, and on other lines, there may be older edges on their way, and
  /// those must find their frame still open.
  public mutating func handle(_ input: ControllerInput, at now: Moment) -> [ControllerEffect] {
    switch input {
    case .edge(let edge):
      // The edge's own stamp decides what came before it, not the time of its delivery.
      var stamped = now
      stamped.monotonic = min(edge.at, now.monotonic)
      return advance(for: edge.line, to: stamped) + handle(edge, at: stamped)
    case .lookedUp(let answer):
      return handle(answer, at: now)
    case .policy(let snapshot):
      policy = snapshot
      return doorOrder.flatMap { refreshMode(of: $0, at: now) }
    case .modes(let door, let modes):
      doors[door]?.modes = modes
      return refreshMode(of: door, at: now)
    case .sampled(let line, let isActive):
      sample(line, isActive: isActive, at: now.monotonic)
      return []
    case .supervised(let line, let state):
      return supervise(line, state, at: now.monotonic)
    case .order(let order):
      return handle(order, at: now)
    case .edgesLost:
      for id in readerOrder {
        readers[id]?.forgetWhatIsHalfRead()
      }
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

  /// Lets time pass where edges come in order: at the reader or door that a line belongs to.
  private mutating func advance(for line: InputLine, to now: Moment) -> [ControllerEffect] {
    switch line {
    case .data0(let id), .data1(let id): advance(reader: id, to: now)
    case .contact(let id), .requestToExit(let id): advance(door: id, to: now)
    case .fire, .tamper: advanceSite(to: now)
    }
  }

  private mutating func handle(_ edge: LineEdge, at now: Moment) -> [ControllerEffect] {
    switch edge.line {
    case .data0(let id):
      capture(edge, line: .data0, reader: id, at: now)
    case .data1(let id):
      capture(edge, line: .data1, reader: id, at: now)
    case .contact(let id):
      debounce(edge.isActive, at: now.monotonic, of: id, \.contact)
    case .requestToExit(let id):
      debounce(edge.isActive, at: now.monotonic, of: id, \.exit)
    case .fire, .tamper:
      noteSite(edge, at: now.monotonic)
    }
  }

  private mutating func noteSite(_ edge: LineEdge, at now: MonotonicInstant)
    -> [ControllerEffect]
  {
    site.note(edge.line, isActive: edge.isActive, at: now)
    return []
  }

  private mutating func debounce(
    _ level: Bool, at now: MonotonicInstant, of id: DoorID,
    _ input: WritableKeyPath<DoorPort, DebouncedInput>
  ) -> [ControllerEffect] {
    doors[id]?[keyPath: input].handle(isActive: level, at: now)
    return []
  }

  private mutating func advance(door id: DoorID, to now: Moment) -> [ControllerEffect] {
    guard let deadline = doors[id]?.nextDeadline, deadline <= now.monotonic,
      var port = doors[id]
    else { return [] }
    let exit = port.exit.advance(to: now.monotonic)
    let leaf = port.contact.advance(to: now.monotonic)
    var moves: [DoorMachine.Effect] = []
    // Leaving comes first: it must neither wait nor be taken for a forced door.
    if exit == true {
      moves += port.machine.handle(
        .exit(holdMilliseconds: port.layout.timing.exitHoldMilliseconds), at: now.monotonic)
    }
    let movesForLeaving = moves.count
    if let leaf { moves += port.machine.handle(.contact(open: leaf), at: now.monotonic) }
    moves += port.machine.advance(to: now.monotonic)
    let waitedAlone = port.companion.map { $0.until <= now.monotonic } ?? false
    if waitedAlone { port.companion = nil }
    let reassert = port.reassertAt <= now.monotonic
    if reassert {
      port.reassertAt = now.monotonic.advanced(
        byMilliseconds: port.layout.timing.reassertMilliseconds)
    }
    doors[id] = port

    var effects = translate(Array(moves.prefix(movesForLeaving)), of: id, at: now)
    if exit == true { effects.append(.record(.exitRequested(id))) }
    effects += translate(Array(moves.dropFirst(movesForLeaving)), of: id, at: now)
    if waitedAlone { effects += signal(.denied, at: id, now) }
    guard reassert else { return effects }
    effects.append(.setLock(id, port.machine.requiredLock, .atOnce, order: nil))
    effects.append(.sample(id))
    return effects + refreshMode(of: id, at: now)
  }
}
