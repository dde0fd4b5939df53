import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The ports of a controller with the planted fault; they pass everything else on.
final class SabotagedParts: @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  let fault: Sabotage
  let disk: SimulatedDisk
  let realLines: SimulatedLines
  let time: SimulatedTime
  var appends = 0
  var releases = 0
  /// Events reported as committed that are not on disk yet.
  var owed: [EventDraft] = []
  var promised: UInt64 = 0
  /// For ``Sabotage/staleLookUps``: what was found, and when.
  var found: [HolderID: (holder: CredentialHolder, at: Int64)] = [:]
  /// For ``Sabotage/driveOnce``: the level that each line was driven to last.
  var driven: [OutputLine: Bool] = [:]
  /// For ``Sabotage/leakPIN``.
  let pin: String

  init(
    _ fault: Sabotage, disk: SimulatedDisk, lines: SimulatedLines, time: SimulatedTime, pin: String
  ) {
    self.fault = fault
    self.disk = disk
    realLines = lines
    self.time = time
    self.pin = pin
  }
}

extension SabotagedParts: WallClock {
  func read() -> ClockReading {
    var reading = time.read()
    if fault == .offByOneMinute { reading.at = reading.at.advanced(bySeconds: -60) }
    // Whom a door believes whatever it knows.
    if fault == .believeAnyClock { reading.source = .technician }
    // Somebody vouches for whatever the clock shows.
    if fault == .believeJump, !time.isRight { reading.source = .technician }
    return reading
  }
}

/// Zones with the planted fault.
struct SabotagedZones: ZoneSource {
  let real: any ZoneSource

  func zone(named name: String) throws(PortError) -> CompiledZone {
    let utc = try real.zone(named: "UTC")
    do { return try CompiledZone(name: name, bytes: utc.bytes) } catch {
      throw PortError(.damaged, operation: "read a zone", detail: "\(error)")
    }
  }

  func currentName(of name: String) -> String? { nil }
}

/// Zones as they were when each was first read.
final class UnchangingZones: ZoneSource, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private let real: any ZoneSource
  private var first: [String: CompiledZone] = [:]

  init(real: any ZoneSource) { self.real = real }

  func zone(named name: String) throws(PortError) -> CompiledZone {
    if let known = first[name] { return known }
    let zone = try real.zone(named: name)
    first[name] = zone
    return zone
  }

  func currentName(of name: String) -> String? { nil }
}

extension SabotagedParts: GPIOPort {
  var isSimulated: Bool { true }
  var faults: [LineFault] { realLines.faults }
  var polled: [PolledInput] { [] }
  func deliverPending() { realLines.deliverPending() }
  func stop() { realLines.stop() }
  func isActive(_ line: InputLine) throws(PortError) -> Bool {
    if fault == .deafMains, line == .mains { return false }
    return try realLines.isActive(line)
  }
  func isActive(_ line: OutputLine) throws(PortError) -> Bool { try realLines.isActive(line) }

  func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {
    realLines.start { [unowned self] edge in
      switch edge.line {
      case .requestToExit where fault == .deafExit:
        appends += 1
        if appends % 5 == 0 { return }
      case .requestToExit where fault == .leavingWaits:
        if disk.readStall.contains(time.elapsed) { return }
      case .contact where fault == .deafContact: return
      case .mains where fault == .deafMains: return
      case .requestToExit, .contact, .lockCurrent, .data0, .data1, .fire, .tamper, .plan, .mains,
        .battery, .auxiliary:
        break
      }
      onEdge(edge)
    }
  }

  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    if fault == .forgetRelock, case .relay = line, !active {
      releases += 1
      if releases % 7 == 0 { return }
    }
    if fault == .readBeforeRelay, case .relay = line {
      _ = try disk.state.value(forKey: "clock.watermark")
    }
    if fault == .driveOnce {
      guard driven[line] != active else { return }
      driven[line] = active
    }
    try realLines.drive(line, active: active)
  }
}

extension SabotagedParts: EventLog {
  func position() throws(PortError) -> LogPosition { try disk.log.position() }

  func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    appends += 1
    switch fault {
    case .dropEvent where appends % 40 == 0 && drafts.count == 1:
      return [try disk.log.position().last + 1]
    case .doubleEvent where appends % 40 == 0:
      _ = try disk.log.append([drafts[0]])
      return try disk.log.append(drafts)
    case .acknowledgeBeforeCommit:
      let first = try disk.log.position().last + UInt64(owed.count) + 1
      owed += drafts
      if owed.count >= 3 {
        let all = owed
        owed = []
        _ = try disk.log.append(all)
      }
      return (0..<UInt64(drafts.count)).map { first + $0 }
    case .leakPIN where appends % 25 == 0:
      var leaking = drafts
      // Leak it in clear, in hexadecimal and in base64, in turn.
      let forms = [
        pin, pin.utf8.map { String($0, radix: 16) }.joined(),
        String(decoding: Base64URL.encode("typed \(pin)".utf8), as: UTF8.self),
      ]
      leaking[0].detail["typed"] = forms[appends / 25 % forms.count]
      return try disk.log.append(leaking)
    default: return try disk.log.append(drafts)
    }
  }

  func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try disk.log.events(after: number, limit: limit)
  }

  func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    try disk.log.giveUpSpoiled(after: number, note: note)
  }

  func acknowledge(through number: UInt64) throws(PortError) {
    let last = try disk.log.position().last
    try disk.log.acknowledge(
      through: fault == .acknowledgeTooMuch ? min(number + 1, last) : number)
  }

  func urgentEvents(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    try disk.log.urgentEvents(after: number, limit: limit)
  }
  func beginEpoch() throws(PortError) -> LogPosition { try disk.log.beginEpoch() }
  func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try disk.log.rewind(through: number)
  }
  func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] { try disk.log.page(query) }
}

extension SabotagedParts: CommandLedger {
  func begin(
    commandID: String, content: ContentHash?, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    let answer = try disk.ledger.begin(
      commandID: commandID, content: content, at: at, expires: expires)
    return fault == .skipLedger ? .begun : answer
  }

  func finish(commandID: String, result: CommandResult) throws(PortError) {
    if fault == .loseResults {
      // Confirm it at once, so that a result in a lost message is never sent again.
      try disk.ledger.finish(commandID: commandID, result: result)
      return try disk.ledger.confirmResults([commandID])
    }
    try disk.ledger.finish(commandID: commandID, result: result)
  }

  func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    try disk.ledger.unconfirmedResults(limit: limit)
  }
  func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try disk.ledger.confirmResults(commandIDs)
  }
  func interruptOpen(at: WallInstant, simulated: Bool) throws(PortError) -> [CommandResult] {
    try disk.ledger.interruptOpen(at: at, simulated: simulated)
  }
}
