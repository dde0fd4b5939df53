import DoorCore
import DoorPorts
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine

/// The controller's line of OSDP readers: the real ``OSDPLine`` in the world's time, one for each run of
/// the program, and the keys, which survive.
///
/// A real line asks each reader every 50 ms, which would be 50 million questions in a month. This one
/// dozes: it asks every hour, every second while something is wrong on the line, and like a real one
/// while a reader has something to say or somebody is at the wires. Nothing can happen between two
/// questions of a line on which nobody says anything.
final class SimulatedBus: ReaderBus, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  static let pollMicroseconds: Int64 = 50_000
  static let watchMicroseconds: Int64 = 1_000_000
  static let dozeMilliseconds = 3_600_000

  /// A reader, as a run of the program knows it.
  struct Seat {
    /// When it was served; nil while it is not.
    var servedAt: Int64?
    /// When it was said to be away; nil while it is not.
    var awayAt: Int64?
    /// A person pairs it until then.
    var pairedUntil: Int64 = -1
    var lines: ReaderLineStates
  }

  /// One run of the program.
  struct Run {
    var number: Int
    var line: OSDPLine
    var speed = LineField.speed
    var seats: [Seat]
    var onReport: @Sendable (BusReport) -> Void
  }

  let field: LineField
  let clockwork: Clockwork
  let site: Site
  let observers: Observers
  let sabotaged: SabotagedLine?
  private let chances: LineChances
  /// The readers' keys, as they are on the disk.
  private(set) var rings: [KeyRing]
  var run: Run?
  /// The relay of a door at its reader has another level; whether the program asked for it.
  var onRelay: ((_ door: Int, _ isActive: Bool, _ isAsked: Bool) -> Void)?
  private var alarms = LineAlarms()
  /// How many cards and keys the shell was told of.
  private var told = 0
  private(set) var isUnplugged = false

  init(
    seed: UInt64, clockwork: Clockwork, site: Site, observers: Observers, sabotage: Sabotage?
  ) {
    self.clockwork = clockwork
    self.site = site
    self.observers = observers
    sabotaged = sabotage.map(SabotagedLine.init)
    let chances = LineChances(seed: seed)
    self.chances = chances
    let cipher = sabotaged?.cipher ?? QuickCipher()
    let readers = site.plan.doors.indices.compactMap { door in
      site.plan.doors[door].lineAddress.map {
        SimulatedReader(
          door: door,
          model: ModelReader(address: UInt8($0), key: chances.key(), cipher: cipher))
      }
    }
    rings = readers.map { KeyRing(current: $0.model.key) }
    field = LineField(readers: readers, intruder: LineIntruder(), random: chances.noise())
  }

  var now: MonotonicInstant { clockwork.time.now() }

  private func seat(of reader: ReaderID) -> Int? {
    field.readers.firstIndex { site.readers[$0.door] == reader }
  }

  func seat(at door: Int) -> Int? { field.readers.firstIndex { $0.door == door } }

  /// Whether the reader at this door has the key that the controller knows.
  func isPaired(_ door: Int) -> Bool {
    guard let seat = seat(at: door), let key = field.readers[seat].model.key else { return false }
    return rings[seat].current == key
  }

  /// Whether the controller serves the reader at this door; nil without a program.
  func isServed(_ door: Int) -> Bool? {
    seat(at: door).flatMap { seat in run.map { $0.seats[seat].servedAt != nil } }
  }

  /// When the reader at this door last began a channel.
  func securedAt(_ door: Int) -> Int64 {
    seat(at: door).map { field.readers[$0].securedAt } ?? -1
  }

  /// The readers' keys, by the words for them. They must never leave the door.
  var secrets: [String: [UInt8]] {
    Dictionary(
      zip(field.readers, rings).compactMap { reader, ring in
        ring.current.map { ("the key of the reader of door \(reader.door)", $0.reveal()) }
      }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: For the program

  func start(onReport: @escaping @Sendable (BusReport) -> Void) {
    var times = LineTimes()
    times.pollMilliseconds = Self.dozeMilliseconds
    if let slow = sabotaged?.probeMilliseconds { times.probeMilliseconds = slow }
    let known = zip(field.readers, rings).map {
      (address: $0.address, ring: sabotaged?.ring($1) ?? $1)
    }
    times.inputsMilliseconds = Self.dozeMilliseconds
    let lines = field.readers.map { states(of: $0.door) }
    var line = OSDPLine(
      readers: known,
      inputsOf: Set(
        zip(field.readers, lines).filter { !$1.lines.inputs.isEmpty }.map(\.0.address)),
      speed: LineField.speed, times: times,
      cipher: sabotaged?.cipher ?? QuickCipher(), fresh: sabotaged?.fresh ?? chances.challenges(),
      at: now)
    for (reader, lines) in zip(field.readers, lines) {
      for command in lines.lines.rest { line.send(command, to: reader.address, at: now) }
    }
    run = Run(
      number: chances.nextRun(), line: line, seats: lines.map { Seat(lines: $0) },
      onReport: onReport)
    if isUnplugged {
      carryOut(run?.line.lost() ?? [])
    } else {
      carryOut(run?.line.opened(at: now) ?? [])
    }
    settle()
  }

  func has(_ line: OutputLine) -> Bool {
    switch line {
    case .led(let reader), .beeper(let reader): seat(of: reader) != nil
    case .relay(let door): seatWithLines(of: door) != nil
    case .auxiliary: false
    }
  }

  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    switch line {
    case .led(let reader), .beeper(let reader):
      guard let seat = seat(of: reader), let command = OSDPCommand(line, active: active) else {
        return
      }
      run?.line.send(command, to: field.readers[seat].address, at: now)
      advance()
    case .relay(let door): try driveRelay(of: door, active: active)
    case .auxiliary: break
    }
  }

  var readers: [BusReader] {
    field.readers.indices.map { seat in
      let door = field.readers[seat].door
      return BusReader(
        id: site.readers[door], place: "the line, address \(field.readers[seat].address)",
        absence: run?.seats[seat].servedAt != nil ? nil : "silent")
    }
  }

  func pair(_ reader: ReaderID, seconds: Int) throws(PortError) {
    guard let seat = seat(of: reader), run != nil else { return }
    run?.seats[seat].pairedUntil = clockwork.elapsed + Int64(seconds) * 1_000_000
    giveKey(to: seat, seconds: seconds)
  }

  private func giveKey(to seat: Int, seconds: Int) {
    let fresh = chances.key()
    let key = sabotaged?.key(inPlaceOf: fresh, known: rings.compactMap(\.current)) ?? fresh
    rings[seat].candidate = key
    let address = field.readers[seat].address
    if let packet = sabotaged?.readable(key, to: address) { transmit(packet) }
    let end = now.advanced(byMilliseconds: seconds * 1_000)
    carryOut(
      run?.line.pair(address, key: key, until: end, at: now) ?? [])
    settle()
  }

  func stop() { run = nil }

  // MARK: At the doors

  /// Somebody shows a card or presses a key.
  func show(_ reply: OSDPReply, _ text: String, at door: Int) {
    guard let seat = seat(at: door) else { return }
    field.readers[seat].show(
      LineItem(
        number: chances.nextItem(), door: door, reply: reply, text: text,
        shownAt: clockwork.elapsed))
    settle()
  }

  // MARK: What happens to the line

  /// Something is wrong until then: the line is watched.
  func watch(until end: Int64) {
    alarms.watchUntil = max(alarms.watchUntil, end)
    ask { _ in true }
  }

  func unplug() {
    guard !isUnplugged else { return }
    isUnplugged = true
    carryOut(run?.line.lost() ?? [])
  }

  func plug() {
    guard isUnplugged else { return }
    isUnplugged = false
    carryOut(run?.line.opened(at: now) ?? [])
    settle()
  }

  /// The readers have the controller's supply.
  func powerFails() {
    for seat in field.readers.indices { change(seat, isAsked: false) { $0.restart() } }
  }

  /// A reader is replaced by another one, unpaired or of another site.
  func replace(_ door: Int, isUnpaired: Bool) {
    guard let seat = seat(at: door) else { return }
    let other = ModelReader(
      address: field.readers[seat].address, key: isUnpaired ? nil : chances.key(),
      cipher: sabotaged?.cipher ?? QuickCipher())
    change(seat, isAsked: false) { $0.replace(by: other) }
  }

  func attack(_ attack: LineAttack, at door: Int, card: OSDPReply) {
    guard let seat = seat(at: door) else { return }
    field.intruder.begin(
      attack, at: field.readers[seat].address, card: card,
      cipher: sabotaged?.cipher ?? QuickCipher())
    settle()
  }

  func restart(_ door: Int) {
    seat(at: door).map { change($0, isAsked: false) { $0.restart() } }
  }

  // MARK: The line

  func advance() {
    carryOut(run?.line.advance(to: now) ?? [])
    settle()
  }

  private func carryOut(_ wishes: [LineWish]) {
    for wish in wishes {
      switch wish {
      case .setSpeed(let speed): run?.speed = speed
      case .transmit(let bytes): transmit(bytes)
      case .tell(let address, let news): tell(address, news)
      }
    }
  }

  private func transmit(_ bytes: [UInt8]) {
    guard let run, !isUnplugged else { return }
    observers.see(.line(.sent(bytes)))
    if let more = sabotaged?.asksInClear(bytes) { observers.see(.line(.sent(more))) }
    let before = field.readers.map(\.isRelayActive)
    let arrivals = field.exchange(bytes, at: run.speed, clockwork.elapsed)
    for (seat, wasActive) in before.enumerated() { look(at: seat, wasActive, isAsked: true) }
    for arrival in arrivals {
      if let said = arrival.said, isPaired(said.door) { observers.see(.line(.said(said))) }
      guard !arrival.bytes.isEmpty else { continue }
      clockwork.schedule(inMicroseconds: arrival.afterMicroseconds) { [weak self] in
        guard let self, self.run?.number == run.number, !isUnplugged else { return }
        take(arrival)
      }
    }
  }

  private func take(_ arrival: LineField.Arrival) {
    let before = told
    let wishes = run?.line.received(arrival.bytes, at: now) ?? []
    let news = wishes.compactMap { if case .tell(_, let news) = $0 { news } else { nil } }
    carryOut(wishes)
    if let (address, more) = sabotaged?.hears(arrival.bytes, telling: news) { tell(address, more) }
    if let item = arrival.whole, isPaired(item.door) {
      observers.see(.line(.arrived(item, wasTold: told > before)))
    }
    settle()
  }

  private func tell(_ address: UInt8, _ news: ReaderNews) {
    guard let seat = field.readers.firstIndex(where: { $0.address == address }) else { return }
    let door = field.readers[seat].door
    clockwork.note("line") { "\(door) \(Self.word(news))" }
    switch news {
    case .paired:
      if let candidate = rings[seat].candidate { rings[seat] = KeyRing(current: candidate) }
      observers.see(.line(.paired(door)))
      observers.see(.line(.served(door)))
    case .secured:
      run?.seats[seat].servedAt = clockwork.elapsed
      run?.seats[seat].awayAt = nil
      observers.see(.line(.served(door)))
    case .offline(let absence):
      if sabotaged?.pairsByItself(absence) == true { giveKey(to: seat, seconds: 60) }
      run?.seats[seat].servedAt = nil
      let awayAt = run?.seats[seat].awayAt ?? clockwork.elapsed
      run?.seats[seat].awayAt = awayAt
    case .card, .keys:
      observers.tally[.lineItems] += 1
      if sabotaged?.loses() == true { return }
    case .identity, .capabilities, .formattedCard, .proof, .notProved, .tamper, .powerFailure,
      .inputs, .outputs,
      .driven, .refused, .fault, .notPaired:
      break
    }
    if let leak = sabotaged?.leak(rings[seat].current, of: site.readers[door]) {
      run?.onReport(leak)
    }
    let ofLines = run?.seats[seat].lines.take(news, at: now) ?? []
    for report in BusReport.of(news, reader: site.readers[door], at: now) + ofLines {
      if sabotaged?.hides(report) == true { continue }
      if case .delivered(_, let delivery) = report {
        told += 1
        observers.see(.line(.told(door: door, delivery.text)))
      }
      run?.onReport(report)
    }
  }

  private static func word(_ news: ReaderNews) -> String {
    if case .card = news { return "card" }
    if case .keys = news { return "key" }
    return "\(news)"
  }

  // MARK: Time

  func settle() {
    if let deadline = run?.line.nextDeadline {
      alarms.arm(clockwork.time.worldTime(of: deadline), on: clockwork) { [weak self] in
        self?.advance()
      }
    }
    let elapsed = clockwork.elapsed
    if field.intruder.victim != nil || anyNews(at: elapsed) {
      // A reader is asked at some time of its 50 ms.
      let turn = elapsed + Self.pollMicroseconds - elapsed % Self.pollMicroseconds
      alarms.armPoll(turn, on: clockwork) { [weak self] in
        self?.ask { $0.hasNews(at: turn) }
      }
    } else if elapsed < alarms.watchUntil {
      alarms.armPoll(elapsed + Self.watchMicroseconds, on: clockwork) { [weak self] in
        self?.ask { _ in true }
      }
    }
  }

  private func anyNews(at elapsed: Int64) -> Bool {
    var any = false
    for seat in field.readers.indices
    where field.readers[seat].hasNews(at: elapsed) || field.readers[seat].hasNewInputs {
      any = true
    }
    return any
  }

  /// Asks those readers at once.
  private func ask(_ isAsked: (inout SimulatedReader) -> Bool) {
    for seat in field.readers.indices
    where field.readers[seat].address == field.intruder.victim || isAsked(&field.readers[seat]) {
      run?.line.send(.poll, to: field.readers[seat].address, at: now)
    }
    for seat in field.readers.indices where field.readers[seat].takeNewInputs() {
      run?.line.send(.inputStatus, to: field.readers[seat].address, at: now)
    }
    advance()
  }
}
