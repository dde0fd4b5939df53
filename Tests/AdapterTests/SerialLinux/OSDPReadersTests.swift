import ChildProcesses
import CoreModels
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import OSDPChannel
import OSDPCodec
import OSDPLine
import SerialLinux
import Synchronization
import Testing

@Suite("The cipher of readers is AES (A13)")
struct AESCipherTests {
  @Test("it gives the same as FIPS 197 step by step, both ways, and nothing for another length")
  func same() {
    var random = Xorshift(seed: 5)
    let (slow, quick) = (SlowAES(), AESCipher())
    for _ in 0..<200 {
      let key = (0..<16).map { _ in UInt8(random.number(0...255)) }
      let block = (0..<16).map { _ in UInt8(random.number(0...255)) }
      #expect(quick.encrypt(block, key: key) == slow.encrypt(block, key: key))
      #expect(quick.decrypt(block, key: key) == slow.decrypt(block, key: key))
    }
    #expect(quick.encrypt([1], key: [UInt8](repeating: 1, count: 16)).isEmpty)
  }
}

/// Keys in memory.
private final class MemoryKeys: ReaderKeyStore {
  let rings = Mutex<[ReaderID: KeyRing]>([:])

  func ring(of reader: ReaderID) throws(PortError) -> KeyRing {
    rings.withLock { $0[reader] ?? KeyRing() }
  }

  func keep(_ ring: KeyRing, of reader: ReaderID) throws(PortError) {
    rings.withLock { $0[reader] = ring }
  }
}

/// Keys on a disk that does not answer.
private final class StuckKeys: ReaderKeyStore {
  private let answer = DispatchSemaphore(value: 0)

  func release() { answer.signal() }

  func ring(of reader: ReaderID) throws(PortError) -> KeyRing {
    answer.wait()
    return KeyRing()
  }

  func keep(_ ring: KeyRing, of reader: ReaderID) throws(PortError) {}
}

@Suite(
  "Readers on a line of their own are served by threads (A13)", .computing)
struct OSDPReadersTests {
  private static let reader = ReaderID("front-in")!
  private static let exit = InputLine.requestToExit(DoorID("front")!)
  private static let relay = OutputLine.relay(DoorID("front")!)

  /// A line with one model reader, the port, and what it reported.
  private final class Bench: Sendable {
    let model: Mutex<ModelReader>
    let line: TerminalLine
    let readers: OSDPReaders
    let keys = MemoryKeys()
    let reports = Mutex<[BusReport]>([])

    init() throws {
      let path = NSTemporaryDirectory() + "osdp-\(UUID().uuidString)"
      let model = Mutex(ModelReader(address: 3, cipher: AESCipher()))
      self.model = model
      let heard = Heard()
      line = try TerminalLine(path: path) { heard.answer($0) }
      readers = OSDPReaders(
        [
          .init(
            id: OSDPReadersTests.reader, line: path, speed: .b9600, address: 3,
            lines: ReaderLines(
              inputs: [.init(line: OSDPReadersTests.exit, number: 0)],
              outputs: [.init(line: OSDPReadersTests.relay, number: 0)]))
        ], keys: keys, clock: SystemMonotonicClock())
      heard.set { [self] bytes in self.model.withLock { $0.hear(bytes) } }
      readers.start { [self] report in reports.withLock { $0.append(report) } }
    }

    /// True as soon as it holds; false when ``Patience`` ends.
    func eventually(_ holds: () -> Bool) -> Bool {
      var patience = Patience(seconds: 60)
      while patience.lasts() {
        if holds() { return true }
        usleep(5_000)
      }
      return false
    }

    /// True as soon as it was reported, from the `skip`th report on.
    func has(_ report: BusReport, after skip: Int = 0) -> Bool {
      eventually { reports.withLock { $0.dropFirst(skip).contains(report) } }
    }

    /// The bits of the cards that were told.
    var cards: [[Bool]] {
      reports.withLock { reports in
        reports.compactMap {
          if case .delivered(_, .card(let frame)) = $0 { frame.bits } else { nil }
        }
      }
    }

    var count: Int { reports.withLock(\.count) }

    func end() {
      readers.stop()
      line.stop()
    }
  }

  /// The model is made after the line.
  private final class Heard: Sendable {
    private let take = Mutex<(@Sendable ([UInt8]) -> [UInt8])?>(nil)

    func set(_ take: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.take.withLock { $0 = take } }

    func answer(_ bytes: [UInt8]) -> [UInt8] { take.withLock { $0 }?(bytes) ?? [] }
  }

  @Test("paired, a card and a key delivered, lamp and beeper driven, pulled out and plugged in")
  func whole() throws {
    let bench = try Bench()
    defer { bench.end() }
    #expect(bench.has(.absent(Self.reader, reason: "unpaired")))
    #expect(bench.readers.readers.first?.advice?.contains("postern reader pair") == true)
    try bench.readers.pair(Self.reader, seconds: 60)
    #expect(bench.has(.paired(Self.reader, failure: nil)))
    #expect(bench.has(.absent(Self.reader, reason: nil)))
    let ring = try bench.keys.ring(of: Self.reader)
    #expect(ring.current != nil && ring.candidate == nil)
    #expect(bench.model.withLock { $0.key } == ring.current)

    bench.model.withLock { $0.events = [.keys(reader: 0, keys: [0x35, 0x0D])] }
    #expect(bench.has(.delivered(Self.reader, .key(.digit(5)))))
    #expect(bench.has(.delivered(Self.reader, .key(.pound))))
    bench.model.withLock { $0.events = [.card(OSDPCard(bits: [true, false, true]))] }
    #expect(bench.eventually { bench.cards == [[true, false, true]] })

    try bench.readers.drive(.led(Self.reader), active: true)
    try bench.readers.drive(.beeper(Self.reader), active: false)
    let lamp = OSDPCommand.lamp([OSDPLamp(permanent: .steady(.green))])
    #expect(bench.eventually { bench.model.withLock { $0.heard.contains(lamp) } })

    for _ in 0..<3 {
      let before = bench.count
      bench.line.unplug()
      #expect(bench.has(.absent(Self.reader, reason: "lineLost"), after: before))
      bench.model.withLock { $0.restart() }
      try bench.line.plug()
      #expect(bench.has(.absent(Self.reader, reason: nil), after: before))
    }
  }

  @Test("an exit input and a relay at the reader: told, driven, and lost with the line")
  func lines() throws {
    let bench = try Bench()
    defer { bench.end() }
    #expect(bench.readers.has(Self.relay) && bench.readers.level(of: Self.exit) != nil)
    #expect(throws: PortError.self) { try bench.readers.drive(Self.relay, active: true) }
    try bench.readers.pair(Self.reader, seconds: 60)
    #expect(bench.eventually { bench.readers.level(of: Self.exit) == .inactive })
    bench.model.withLock { $0.lines.inputs = [true] }
    #expect(bench.eventually { bench.readers.level(of: Self.exit) == .active })
    #expect(
      bench.reports.withLock {
        $0.contains {
          if case .input(_, let edge) = $0 {
            edge.line == Self.exit && edge.isActive
          } else {
            false
          }
        }
      })
    // What was ordered before it was there is over.
    #expect(bench.model.withLock { $0.lines.outputs } == [false])
    #expect(
      bench.eventually {
        try? bench.readers.drive(Self.relay, active: true)
        return (try? bench.readers.isActive(Self.relay)) == true
      })
    #expect(bench.has(.driven(Self.reader, Self.relay, isActive: true)))
    #expect(bench.model.withLock { $0.lines.outputs } == [true])
    #expect(bench.readers.readers.first?.lines.count == 2)
    // A slow machine may have lost them before, while the reader got its key.
    let before = bench.count
    bench.line.unplug()
    #expect(bench.has(.inputLost(Self.reader, Self.exit), after: before))
    #expect(bench.has(.notDriven(Self.reader, Self.relay), after: before))
    #expect(throws: PortError.self) { try bench.readers.drive(Self.relay, active: true) }
    #expect(throws: PortError.self) { try bench.readers.isActive(Self.relay) }
  }

  @Test("A1: a disk that does not answer for the keys holds up neither the start nor the end")
  func stuckKeys() {
    let keys = StuckKeys()
    let wiring = OSDPReaders.Wiring(
      id: Self.reader, line: "/nonexistent", speed: .b9600, address: 0)
    let readers = OSDPReaders([wiring], keys: keys, clock: SystemMonotonicClock())
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      readers.start { _ in }
      readers.stop()
      ended.signal()
    }
    #expect(ended.wait(timeout: .now() + .seconds(60)) == .success)
    keys.release()
  }

  @Test(
    "a device that cannot be had is named at once, with what to do",
    arguments: [
      ("/nonexistent", "No such file or directory: plug the adapter in, or correct `osdp.line`"),
      ("/dev/null", "it is no serial device; correct `osdp.line`"),
    ])
  func noDevice(path: String, words: String) {
    let wiring = OSDPReaders.Wiring(id: Self.reader, line: path, speed: .b9600, address: 0)
    let readers = OSDPReaders([wiring], keys: MemoryKeys(), clock: SystemMonotonicClock())
    let told = DispatchSemaphore(value: 0)
    readers.start { if $0 == .absent(Self.reader, reason: "lineLost") { told.signal() } }
    defer { readers.stop() }
    #expect(told.wait(timeout: .now() + .seconds(60)) == .success)
    let trouble = readers.readers.first?.trouble ?? ""
    #expect(
      trouble.hasPrefix("reader front-in at \(path), address 0: open ") || path == "/dev/null")
    #expect(trouble.contains(words), "\(trouble)")
  }

  @Test("a reader that is on no line is not paired, and has no outputs")
  func unknown() throws {
    let readers = OSDPReaders([], keys: MemoryKeys(), clock: SystemMonotonicClock())
    #expect(throws: PortError.self) { try readers.pair(Self.reader, seconds: 1) }
    #expect(
      !readers.has(Self.relay) && readers.level(of: Self.exit) == nil
        && !readers.has(.led(Self.reader)))
  }
}
