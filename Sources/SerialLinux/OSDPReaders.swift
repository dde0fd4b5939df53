public import DoorCore
public import DoorPorts
public import DoorRules
public import OSDPChannel
public import OSDPCodec
public import OSDPLine
import Synchronization

/// Where the keys of readers are kept.
public protocol ReaderKeyStore: Sendable {
  /// The keys of a reader; an empty ring for one that was never paired.
  func ring(of reader: ReaderID) throws(PortError) -> KeyRing
  /// Replaces them. They are on disk when this returns.
  func keep(_ ring: KeyRing, of reader: ReaderID) throws(PortError)
}

/// The OSDP readers of a controller, on any number of lines. See ``OSDPLine``.
public final class OSDPReaders: ReaderBus {
  /// A reader as wired.
  public struct Wiring: Sendable, Hashable {
    public var id: ReaderID
    /// The device, such as one of `/dev/serial/by-id`.
    public var line: String
    /// All readers of a line have one speed.
    public var speed: LineSpeed
    public var address: UInt8
    /// From one question to the next; all readers of a line have one.
    public var pollMilliseconds: Int
    /// The lines of its door that are at it.
    public var lines: ReaderLines

    public init(
      id: ReaderID, line: String, speed: LineSpeed, address: UInt8, pollMilliseconds: Int = 50,
      lines: ReaderLines = ReaderLines()
    ) {
      self.lines = lines
      self.id = id
      self.line = line
      self.speed = speed
      self.address = address
      self.pollMilliseconds = pollMilliseconds
    }
  }

  private struct Known {
    /// Nil before anything is known, and while it is served.
    var absence: ReaderAbsence?
    /// Why its keys cannot be read.
    var keyTrouble: String?
    var identity: String?
    var isServed = false
    var isPairing = false

    mutating func take(_ news: ReaderNews) {
      switch news {
      case .secured:
        absence = nil
        keyTrouble = nil
        isServed = true
      case .offline(let absence):
        self.absence = absence
        isServed = false
      case .identity(let identity): self.identity = identity.words
      case .paired:
        isPairing = false
        isServed = true
      case .notPaired: isPairing = false
      case .card, .formattedCard, .proof, .notProved, .keys, .tamper, .fault, .capabilities,
        .powerFailure, .inputs,
        .outputs, .driven, .refused:
        break
      }
    }
  }

  private let wirings: [Wiring]
  private let keys: any ReaderKeyStore
  private let clock: any MonotonicClock
  private let fresh: @Sendable () -> UInt64
  private let threads: [String: LineThread]
  private let known = Mutex<[ReaderID: Known]>([:])
  private let lines: Mutex<[ReaderID: ReaderLineStates]>

  /// `fresh` gives random numbers fit for keys.
  public init(
    _ wirings: [Wiring], keys: any ReaderKeyStore, clock: any MonotonicClock,
    fresh: @escaping @Sendable () -> UInt64 = {
      var system = SystemRandomNumberGenerator()
      return system.next()
    }
  ) {
    self.wirings = wirings
    self.keys = keys
    self.clock = clock
    self.fresh = fresh
    lines = Mutex(
      Dictionary(
        wirings.map { ($0.id, ReaderLineStates($0.lines, of: $0.id)) },
        uniquingKeysWith: { first, _ in first }))
    threads = Dictionary(
      wirings.map { ($0.line, LineThread(path: $0.line, speed: $0.speed, clock: clock)) },
      uniquingKeysWith: { first, _ in first })
  }

  public func start(onReport: @escaping @Sendable (BusReport) -> Void) {
    for (path, thread) in threads {
      let here = wirings.filter { $0.line == path }
      // Like those of the controller itself, outputs are at rest before anybody asks for more.
      for wiring in here {
        for command in wiring.lines.rest { thread.order(.send(command, wiring.address)) }
      }
      thread.start { [self] in
        let rings = here.map { (address: $0.address, ring: ring(of: $0.id)) }
        return OSDPLine(
          readers: rings,
          inputsOf: Set(here.filter { !$0.lines.inputs.isEmpty }.map(\.address)),
          speed: here.first?.speed ?? .b9600,
          times: LineTimes(pollMilliseconds: here.first?.pollMilliseconds ?? 50),
          cipher: AESCipher(), fresh: fresh, at: clock.now())
      } tell: { [self] address, news in
        guard let reader = here.first(where: { $0.address == address })?.id else { return }
        for report in take(news, of: reader) { onReport(report) }
      }
    }
  }

  /// A file that cannot be read is no key: the reader is offline, and pairing makes a new one.
  private func ring(of reader: ReaderID) -> KeyRing {
    do throws(PortError) { return try keys.ring(of: reader) } catch {
      known.withLock { $0[reader, default: Known()].keyTrouble = "\(error)" }
      return KeyRing()
    }
  }

  public func has(_ line: OutputLine) -> Bool { wiring(of: line) != nil }

  private func wiring(of line: OutputLine) -> Wiring? {
    switch line {
    case .led(let reader), .beeper(let reader): wirings.first { $0.id == reader }
    case .relay: wirings.first { $0.lines.outputs.contains { $0.line == line } }
    case .auxiliary: nil
    }
  }

  public func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    guard let reader = wiring(of: line)?.id, let states = lines.withLock({ $0[reader] }) else {
      throw PortError(
        .invalid, operation: "read \(line.words)", detail: "no reader on a line has it")
    }
    return try states.isActive(line, at: clock.now())
  }

  public func level(of line: InputLine) -> ReaderInputLevel? {
    lines.withLock { states in states.values.lazy.compactMap { $0.level(of: line) }.first }
  }

  public func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    guard let wiring = wiring(of: line) else {
      throw PortError(
        .invalid, operation: "drive \(line.words)", detail: "no reader on a line has it")
    }
    guard
      let command = wiring.lines.command(line, active: active)
        ?? OSDPCommand(line, active: active)
    else { return }
    // The line knows it even while the reader is away: what stays is said to it when it is back.
    try order(command, of: wiring, "drive \(line.words)")
    if case .relay = line { try lines.withLock { $0[wiring.id] }?.canDrive(line) }
  }

  /// Sends a command in the reader's next turn. Throws `invalid` for an unknown reader.
  public func send(_ command: OSDPCommand, to reader: ReaderID) throws(PortError) {
    let operation = "send to the reader \(reader)"
    guard let wiring = wirings.first(where: { $0.id == reader }) else {
      throw PortError(.invalid, operation: operation, detail: "it is on no OSDP line")
    }
    try order(command, of: wiring, operation)
  }

  private func order(
    _ command: OSDPCommand, of wiring: Wiring, _ operation: String
  ) throws(PortError) {
    guard threads[wiring.line]?.order(.send(command, wiring.address)) == true else {
      throw PortError(
        .full, operation: operation, detail: "too many commands wait at \(wiring.line)")
    }
  }

  public var readers: [BusReader] {
    let known = known.withLock { $0 }
    return wirings.map { wiring in
      let thread = threads[wiring.line]
      let seen = known[wiring.id] ?? Known()
      let faults = thread?.faults(of: wiring.address) ?? [:]
      return BusReader(
        id: wiring.id, place: "\(wiring.line), address \(wiring.address)",
        absence: seen.isServed ? nil : seen.absence?.rawValue ?? "starting",
        advice: seen.isServed
          ? nil
          : thread?.trouble ?? seen.keyTrouble ?? seen.absence?.advice(for: wiring.id.rawValue),
        identity: seen.identity, isPairing: seen.isPairing,
        faults: Dictionary(uniqueKeysWithValues: faults.map { ($0.rawValue, $1) }),
        lines: wiring.lines.words)
    }
  }

  public func pair(_ reader: ReaderID, seconds: Int) throws(PortError) {
    let operation = "pair the reader \(reader)"
    guard let wiring = wirings.first(where: { $0.id == reader }),
      let thread = threads[wiring.line]
    else {
      throw PortError(
        .invalid, operation: operation, detail: "it is not on an OSDP line; see `reader.NAME.osdp`")
    }
    let key = try newKey(operation)
    // Should the file be damaged, a new one takes its place.
    var ring = (try? keys.ring(of: reader)) ?? KeyRing()
    ring.candidate = key
    try keys.keep(ring, of: reader)
    let end = clock.now().advanced(byMilliseconds: seconds * 1_000)
    known.withLock { $0[reader, default: Known()].isPairing = true }
    guard thread.order(.pair(wiring.address, key, until: end)) else {
      known.withLock { $0[reader]?.isPairing = false }
      throw PortError(.full, operation: operation, detail: "too many orders wait at the line")
    }
  }

  private func newKey(_ operation: String) throws(PortError) -> ReaderKey {
    // By chance no key is weak; a second one would be a broken source of chance.
    let bytes = fresh().littleEndianBytes + fresh().littleEndianBytes
    do throws(ReaderKey.Problem) { return try ReaderKey(bytes) } catch {
      throw PortError(
        .damaged, operation: operation, detail: "the machine's random numbers are not random")
    }
  }

  public func stop() { for thread in threads.values { thread.stop() } }

  // MARK: What the line tells

  private func take(_ news: ReaderNews, of reader: ReaderID) -> [BusReport] {
    if news == .paired { promote(reader) }
    known.withLock { known in
      var seen = known[reader] ?? Known()
      seen.take(news)
      known[reader] = seen
    }
    let now = clock.now()
    if case .proof(let proof) = news { return [delivery(of: proof, reader, at: now)] }
    let ofLines = lines.withLock { $0[reader]?.take(news, at: now) } ?? []
    return BusReport.of(news, reader: reader, at: now) + ofLines
  }

  private func delivery(
    of proof: PKOCProof, _ reader: ReaderID, at now: MonotonicInstant
  ) -> BusReport {
    .delivered(
      reader,
      PKOCVerifier.canonical(of: proof).map { ReaderDelivery.proved(Secret($0)) }
        ?? ReaderDelivery(.wrongSignature, at: now))
  }

  /// The reader has proved its new key: the old one is forgotten. Should the disk refuse, both are tried
  /// at the next start.
  private func promote(_ reader: ReaderID) {
    guard let ring = try? keys.ring(of: reader), let candidate = ring.candidate else { return }
    try? keys.keep(KeyRing(current: candidate), of: reader)
  }
}
