public import DoorCore
public import DoorPorts
public import DoorRules
public import OSDPChannel
public import OSDPCodec
public import OSDPLine
import Synchronization
import WiegandCodec

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

    public init(id: ReaderID, line: String, speed: LineSpeed, address: UInt8) {
      self.id = id
      self.line = line
      self.speed = speed
      self.address = address
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
  }

  private let wirings: [Wiring]
  private let keys: any ReaderKeyStore
  private let clock: any MonotonicClock
  private let fresh: @Sendable () -> UInt64
  private let times: LineTimes
  private let threads: [String: LineThread]
  private let known = Mutex<[ReaderID: Known]>([:])

  /// `fresh` gives random numbers fit for keys.
  public init(
    _ wirings: [Wiring], keys: any ReaderKeyStore, clock: any MonotonicClock,
    times: LineTimes = LineTimes(),
    fresh: @escaping @Sendable () -> UInt64 = {
      var system = SystemRandomNumberGenerator()
      return system.next()
    }
  ) {
    self.wirings = wirings
    self.keys = keys
    self.clock = clock
    self.times = times
    self.fresh = fresh
    threads = Dictionary(
      wirings.map { ($0.line, LineThread(path: $0.line, speed: $0.speed, clock: clock)) },
      uniquingKeysWith: { first, _ in first })
  }

  public func start(onReport: @escaping @Sendable (BusReport) -> Void) {
    for (path, thread) in threads {
      let here = wirings.filter { $0.line == path }
      thread.start { [self] in
        let rings = here.map { (address: $0.address, ring: ring(of: $0.id)) }
        return OSDPLine(
          readers: rings, speed: here.first?.speed ?? .b9600, times: times, cipher: AESCipher(),
          fresh: fresh, at: clock.now())
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
    case .relay: nil
    }
  }

  public func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    guard let wiring = wiring(of: line) else {
      throw PortError(
        .invalid, operation: "drive \(line.words)", detail: "no reader on a line has it")
    }
    let command: OSDPCommand
    switch line {
    case .led: command = .lamp([OSDPLamp(permanent: .steady(active ? .green : .red))])
    case .beeper: command = .buzzer(OSDPBuzzer(isOn: active, onTenths: active ? 1 : 0))
    case .relay: return
    }
    try order(command, of: wiring, "drive \(line.words)")
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
        faults: Dictionary(uniqueKeysWithValues: faults.map { ($0.rawValue, $1) }))
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
    switch news {
    case .secured:
      known.withLock { known in
        known[reader, default: Known()].absence = nil
        known[reader]?.keyTrouble = nil
        known[reader]?.isServed = true
      }
      return [.absent(reader, reason: nil)]
    case .offline(let absence):
      known.withLock { known in
        known[reader, default: Known()].absence = absence
        known[reader]?.isServed = false
      }
      return [.absent(reader, reason: absence.rawValue)]
    case .identity(let identity):
      known.withLock { $0[reader, default: Known()].identity = identity.words }
      return []
    case .card(let card): return [.delivered(reader, delivery(of: card))]
    case .formattedCard(let digits):
      let words = "\(digits.count) digits: set the reader to send its cards' bits"
      return [.delivered(reader, .malformed(malformed(.unknownLength, 0, words)))]
    case .keys(let keys): return keys.map { .delivered(reader, delivery(of: $0)) }
    case .tamper(let raised): return [.tamper(reader, raised: raised)]
    case .fault(let fault, let count):
      return [
        .fault(reader, fault: fault.rawValue, count: count, isSuspicious: fault.isSuspicious)
      ]
    case .paired:
      promote(reader)
      known.withLock { known in
        known[reader, default: Known()].isPairing = false
        known[reader]?.isServed = true
      }
      return [.paired(reader, failure: nil)]
    case .notPaired(let failure):
      known.withLock { $0[reader, default: Known()].isPairing = false }
      return [.paired(reader, failure: failure.rawValue)]
    case .capabilities, .powerFailure, .inputs, .outputs, .refused: return []
    }
  }

  /// The reader has proved its new key: the old one is forgotten. Should the disk refuse, both are tried
  /// at the next start.
  private func promote(_ reader: ReaderID) {
    guard let ring = try? keys.ring(of: reader), let candidate = ring.candidate else { return }
    try? keys.keep(KeyRing(current: candidate), of: reader)
  }

  private func delivery(of card: OSDPCard) -> ReaderDelivery {
    guard card.bits.count <= WiegandLimits.frameBitsMax else {
      return .malformed(
        malformed(.tooLong, card.bits.count, "\(card.bits.count) bits are longer than any card"))
    }
    let now = clock.now()
    return .card(
      WiegandFrame(bits: card.bits, startedAt: now, endedAt: now, bitIntervalMicroseconds: 0))
  }

  private func delivery(of key: UInt8) -> ReaderDelivery {
    switch key {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .key(.digit(key - UInt8(ascii: "0")))
    case UInt8(ascii: "*"), 0x7F: .key(.star)
    case UInt8(ascii: "#"), 0x0D: .key(.pound)
    case UInt8(ascii: "A")...UInt8(ascii: "D"): .key(.other(key - UInt8(ascii: "A") + 12))
    default: .malformed(malformed(.keypadCheck, 8, "a key that no keypad has"))
    }
  }

  private func malformed(_ fault: FrameFault, _ bits: Int, _ words: String) -> MalformedFrame {
    MalformedFrame(
      fault: fault, bitCount: bits, shortestGapMicroseconds: 0, longestGapMicroseconds: 0,
      at: clock.now(), detail: words)
  }
}
