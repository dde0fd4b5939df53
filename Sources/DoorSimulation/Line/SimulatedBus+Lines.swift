import DoorCore
import DoorPorts
import DoorRules
import OSDPChannel
import OSDPLine

/// What the checkers ask of readers, and the lines of doors that are at them.
extension SimulatedBus {
  /// The key that the controller has for the reader at this door.
  func key(at door: Int) -> ReaderKey? { seat(at: door).flatMap { rings[$0].current } }

  /// The keys of all readers, and those that they shall get.
  var keys: [[UInt8]] {
    rings.flatMap { [$0.current, $0.candidate].compactMap { $0?.reveal() } }
  }

  /// Whether a person pairs the reader at this door now.
  func isPairedByPerson(_ door: Int) -> Bool {
    guard let seat = seat(at: door), let until = run?.seats[seat].pairedUntil else { return false }
    return clockwork.elapsed <= until
  }

  // MARK: Lines of doors

  /// Three times as long as it takes until a relay is driven again.
  static let holdTenths = UInt16(Rig.reassertAtReaderMilliseconds * 3 / 100)

  /// What a run of the program knows of them when it begins.
  func states(of door: Int) -> ReaderLineStates {
    let id = site.doors[door]
    let lines =
      site.hasLinesAtReader(door)
      ? ReaderLines(
        inputs: [
          .init(line: .contact(id), number: 0), .init(line: .requestToExit(id), number: 1),
        ], outputs: [.init(line: .relay(id), number: 0)], holdTenths: Self.holdTenths)
      : ReaderLines()
    return ReaderLineStates(lines, of: site.readers[door])
  }

  func seatWithLines(of id: DoorID) -> Int? {
    guard let door = site.doors.firstIndex(of: id), site.hasLinesAtReader(door) else { return nil }
    return seat(at: door)
  }

  private func seat(with line: InputLine) -> Int? {
    switch line {
    case .contact(let door), .requestToExit(let door): seatWithLines(of: door)
    case .lockCurrent, .fire, .tamper, .plan, .mains, .battery, .auxiliary, .data0, .data1: nil
    }
  }

  // MARK: For the program

  func driveRelay(of id: DoorID, active: Bool) throws(PortError) {
    guard let seat = seatWithLines(of: id), let lines = run?.seats[seat].lines,
      let command = lines.lines.command(.relay(id), active: active)
    else { return }
    let reader = field.readers[seat]
    if reader.isRelayActive != active, run?.seats[seat].servedAt != nil {
      let isReleased = active != site.plan.doors[reader.door].isFailSafe
      observers.see(.line(.ordered(reader.door, isReleased: isReleased)))
    }
    run?.line.send(command, to: reader.address, at: now)
    advance()
    try lines.canDrive(.relay(id))
  }

  func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    guard case .relay(let id) = line, let seat = seatWithLines(of: id),
      let lines = run?.seats[seat].lines, sabotaged?.knowsNoLevels != true
    else {
      throw PortError(.invalid, operation: "read \(line.words)", detail: "it is at no reader")
    }
    return try lines.isActive(line, at: now)
  }

  func level(of line: InputLine) -> ReaderInputLevel? {
    guard let seat = seat(with: line) else { return nil }
    let level = run?.seats[seat].lines.level(of: line) ?? .awaited
    return level == .lost && sabotaged?.hidesLostExits == true ? .inactive : level
  }

  // MARK: At the doors

  /// Sets the level of an input at a reader, which settles it itself; false when it is at none.
  func set(_ line: InputLine, active: Bool) -> Bool {
    guard let seat = seat(with: line) else { return false }
    let number = if case .contact = line { 0 } else { 1 }
    field.readers[seat].setInput(number, active: active)
    settle()
    return true
  }

  /// Whether somebody has kept this reader from nothing since then, so that its lines are as good as the
  /// controller's own.
  func hasServed(_ door: Int, since start: Int64) -> Bool {
    guard let seat = seat(at: door), let servedAt = run?.seats[seat].servedAt else { return false }
    return servedAt <= start && site.noisyUntil[door] < start
  }

  /// When the reader was said to be away; nil while it is served, and before anything is known.
  func awayAt(_ door: Int) -> Int64? { seat(at: door).flatMap { run?.seats[$0].awayAt } }

  /// Whether both wires are whole, and nobody is at them.
  var isQuiet: Bool {
    !isUnplugged && !field.isCut && field.noisePercent == 0 && field.intruder.victim == nil
  }

  // MARK: Relays

  /// Something happens to a reader.
  func change(_ seat: Int, isAsked: Bool, _ body: (inout SimulatedReader) -> Void) {
    let wasActive = field.readers[seat].isRelayActive
    body(&field.readers[seat])
    look(at: seat, wasActive, isAsked: isAsked)
  }

  /// Tells of a relay that has switched, and sees to it that it comes to rest in time.
  func look(at seat: Int, _ wasActive: Bool, isAsked: Bool) {
    let reader = field.readers[seat]
    if reader.isRelayActive != wasActive { onRelay?(reader.door, !wasActive, isAsked) }
    guard reader.restsAt >= 0 else { return }
    let rests = reader.restsAt
    clockwork.schedule(inMicroseconds: max(rests - clockwork.elapsed, 0)) { [weak self] in
      guard let self, field.readers[seat].restsAt == rests else { return }
      change(seat, isAsked: false) { $0.advance(to: rests) }
    }
  }
}
