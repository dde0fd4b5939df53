import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Synchronization
import Testing
import WiegandCodec

@testable import GPIOLinux

@Suite("Simulated panel: actions of a person become edges (A1, A2, A6, D6)")
struct SimulatedPanelTests {
  /// A clock that a test moves.
  private final class HandClock: MonotonicClock {
    private let time = Atomic<UInt64>(5_000_000_000)
    func now() -> MonotonicInstant {
      MonotonicInstant(nanoseconds: time.load(ordering: .sequentiallyConsistent))
    }
    func pass(milliseconds: UInt64) {
      time.add(milliseconds * 1_000_000, ordering: .sequentiallyConsistent)
    }
  }

  /// A panel, its clock, and every edge that it handed on, with the clock of that moment.
  private final class World: Sendable {
    let clock = HandClock()
    let panel: SimulatedPanel
    private let recorded = Mutex<[(edge: LineEdge, handedOn: MonotonicInstant)]>([])
    let reader = ReaderID("front-in")!
    let door = DoorID("front")!
    let start: MonotonicInstant

    init() {
      panel = SimulatedPanel(clock: clock)
      start = clock.now()
      panel.start { [self] edge in
        recorded.withLock { $0.append((edge, clock.now())) }
      }
    }

    deinit { panel.stop() }

    func end() { panel.stop() }

    /// Everything until the panel has nothing more to play, in steps of a millisecond.
    func play(milliseconds: UInt64) -> [LineEdge] {
      for _ in 0..<milliseconds {
        clock.pass(milliseconds: 1)
        panel.deliverPending()
      }
      return recorded.withLock { $0.map(\.edge) }
    }

    var earliness: [MonotonicInstant] {
      recorded.withLock { $0.filter { $0.handedOn < $0.edge.at }.map(\.edge.at) }
    }

    func microseconds(_ edge: LineEdge) -> Int { edge.at.microseconds(since: start) }
  }

  /// What a line did, in microseconds since the start.
  private func pulses(
    _ edges: [LineEdge], _ world: World
  ) -> [(line: InputLine, at: Int, width: Int)] {
    var open: [InputLine: Int] = [:]
    var found: [(line: InputLine, at: Int, width: Int)] = []
    for edge in edges {
      if edge.isActive {
        open[edge.line] = world.microseconds(edge)
      } else if let began = open.removeValue(forKey: edge.line) {
        found.append((edge.line, began, world.microseconds(edge) - began))
      }
    }
    return found.sorted { $0.at < $1.at }
  }

  @Test(
    "A1: each bit is one pulse on its own line, of the width and spacing that were asked for",
    arguments: [(100, 2_000), (20, 200), (1_000, 20_000), (50, 1_500)])
  func bits(_ width: Int, _ spacing: Int) throws {
    let world = World()
    defer { world.end() }
    let bits = [true, false, false, true, true, false]
    try world.panel.send(
      [bits], from: world.reader, widthMicroseconds: width, spacingMicroseconds: spacing,
      betweenMilliseconds: 120)
    let edges = world.play(milliseconds: 150)
    #expect(edges.map(\.at) == edges.map(\.at).sorted())
    let seen = pulses(edges, world)
    #expect(seen.map(\.line) == bits.map { $0 ? .data1(world.reader) : .data0(world.reader) })
    #expect(seen.allSatisfy { $0.width == width })
    #expect(zip(seen.dropFirst(), seen).allSatisfy { $0.at - $1.at == spacing })
    #expect(world.earliness.isEmpty)
  }

  @Test("A2: each key is a burst of its own, a pause after the last edge of the previous one")
  func keys() throws {
    let world = World()
    defer { world.end() }
    let keys: [KeypadKey] = [.digit(4), .star, .pound]
    try world.panel.send(
      keys.map { keypadBits(for: $0, dialect: .automatic) }, from: world.reader,
      widthMicroseconds: 100, spacingMicroseconds: 2_000, betweenMilliseconds: 120)
    let seen = pulses(world.play(milliseconds: 400), world)
    #expect(seen.count == 12)
    for burst in [4, 8] {
      let quiet = seen[burst].at - (seen[burst - 1].at + seen[burst - 1].width)
      #expect(quiet == 120_000)
    }
    let bits = seen.map { $0.line == .data1(world.reader) }
    #expect(bits[0..<4] == [false, true, false, false])
  }

  @Test("A1: two cards at one reader follow each other; another reader does not wait")
  func order() throws {
    let world = World()
    defer { world.end() }
    let other = ReaderID("front-out")!
    let bits = Array(repeating: true, count: 26)
    for reader in [world.reader, world.reader, other] {
      try world.panel.send(
        [bits], from: reader, widthMicroseconds: 100, spacingMicroseconds: 2_000,
        betweenMilliseconds: 120)
    }
    let seen = pulses(world.play(milliseconds: 400), world)
    let first = seen.filter { $0.line == .data1(world.reader) }
    #expect(first.count == 52)
    #expect(first[26].at - (first[25].at + first[25].width) == 120_000)
    let second = seen.filter { $0.line == .data1(other) }
    #expect(second.count == 26)
    #expect(second[0].at == first[0].at)
  }

  @Test("A6: a door contact bounces, and keeps its level")
  func contact() throws {
    let world = World()
    defer { world.end() }
    try world.panel.setContact(of: world.door, open: true)
    let opened = world.play(milliseconds: 40)
    #expect(opened.allSatisfy { $0.line == .contact(world.door) })
    #expect(opened.map(\.isActive) == [true, false, true])
    #expect(try world.panel.isActive(InputLine.contact(world.door)))
    try world.panel.setContact(of: world.door, open: false)
    #expect(world.play(milliseconds: 40).suffix(3).map(\.isActive) == [false, true, false])
    #expect(try !world.panel.isActive(InputLine.contact(world.door)))
  }

  @Test("A6: open and close in quick succession are played one after the other, none is lost")
  func contactTwice() throws {
    let world = World()
    defer { world.end() }
    try world.panel.setContact(of: world.door, open: true)
    try world.panel.setContact(of: world.door, open: false)
    let edges = world.play(milliseconds: 100)
    #expect(edges.map(\.isActive) == [true, false, true, false, true, false])
    #expect(edges[3].at.microseconds(since: edges[2].at) >= 30_000)
  }

  @Test("A6: the exit button is pressed for a moment and released")
  func exit() throws {
    let world = World()
    defer { world.end() }
    try world.panel.pressExit(of: world.door)
    let edges = world.play(milliseconds: 300)
    #expect(edges.map(\.line) == Array(repeating: .requestToExit(world.door), count: 2))
    #expect(edges.map(\.isActive) == [true, false])
    #expect(edges[1].at.microseconds(since: edges[0].at) == 200_000)
  }

  @Test("A1: an action that exceeds the limit is refused, and nothing of it is played")
  func limit() throws {
    let world = World()
    defer { world.end() }
    let burst = Array(repeating: true, count: SimulatedPanel.edgesMax / 4)
    func send() throws {
      try world.panel.send(
        [burst], from: world.reader, widthMicroseconds: 20, spacingMicroseconds: 200,
        betweenMilliseconds: 50)
    }
    try send()
    try send()
    let error = #expect(throws: PortError.self) { try send() }
    #expect(error?.code == .full)
    #expect(error?.detail.contains("\(SimulatedPanel.edgesMax)") == true)
    let seen = world.play(milliseconds: 2_200)
    #expect(seen.count == SimulatedPanel.edgesMax)
    // There is room again.
    try send()
  }

  @Test("D6: outputs remember their level and how often it changed; stopping makes them inactive")
  func outputs() throws {
    let world = World()
    let relay = OutputLine.relay(world.door)
    #expect(try !world.panel.isActive(relay))
    for level in [false, true, true, false, true] {
      try world.panel.drive(relay, active: level)
      #expect(try world.panel.isActive(relay) == level)
    }
    #expect(world.panel.movements(of: relay) == 3)
    #expect(world.panel.isSimulated && world.panel.faults.isEmpty)
    world.panel.stop()
    #expect(try !world.panel.isActive(relay))
    #expect(throws: PortError.self) { try world.panel.drive(relay, active: true) }
    #expect(try !world.panel.isActive(relay))
  }

  @Test("A1: after a stop nothing is played")
  func stopped() throws {
    let world = World()
    try world.panel.send(
      [[true, false]], from: world.reader, widthMicroseconds: 100, spacingMicroseconds: 2_000,
      betweenMilliseconds: 120)
    world.panel.stop()
    // The first edge was due at once, and may have been on its way.
    #expect(world.play(milliseconds: 50).count <= 1)
  }

  @Test("A1: with the real clock every edge arrives in order, and none before its time")
  func realTime() async throws {
    let clock = RealClock()
    let panel = SimulatedPanel(clock: clock)
    let seen = Mutex<[(at: MonotonicInstant, handedOn: MonotonicInstant)]>([])
    let reader = ReaderID("front-in")!
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      panel.start { edge in
        let count = seen.withLock {
          $0.append((edge.at, clock.now()))
          return $0.count
        }
        if count == 52 { done.resume() }
      }
      do {
        try panel.send(
          [Array(repeating: false, count: 26)], from: reader, widthMicroseconds: 100,
          spacingMicroseconds: 2_000, betweenMilliseconds: 120)
      } catch { done.resume(throwing: error) }
    }
    panel.stop()
    let edges = seen.withLock { $0 }
    #expect(edges.map(\.at) == edges.map(\.at).sorted())
    #expect(edges.allSatisfy { $0.at <= $0.handedOn })
  }

  private struct RealClock: MonotonicClock {
    func now() -> MonotonicInstant {
      MonotonicInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds)
    }
  }
}
