import CoreModels
import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("A reader that storms (A1, A2)")
struct ControllerStormTests {
  private static let other = ReaderID("front-out")!

  private func world() -> ControllerHarness {
    var world = ControllerHarness {
      $0.layout.readers.append(
        .init(id: ControllerStormTests.other, door: ControllerHarness.door))
    }
    world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
    return world
  }

  /// Edges of a broken cable: both lines at random, `perSecond` of them.
  private func storm(_ world: inout ControllerHarness, seconds: Int, perSecond: Int) {
    var random = Xorshift(seed: 9)
    let end = world.now.advanced(byMilliseconds: seconds * 1_000)
    while world.now < end {
      world.now = world.now.advanced(byMicroseconds: 1_000_000 / perSecond)
      let line: InputLine =
        random.next() % 2 == 0
        ? .data0(ControllerHarness.reader) : .data1(ControllerHarness.reader)
      world.send(
        .edge(LineEdge(line: line, isActive: random.next() % 2 == 0, at: world.now)))
    }
  }

  private func mutes(_ world: ControllerHarness) -> [(seconds: Int, edges: Int)] {
    world.occurrences.compactMap {
      if case .muted(_, _, let seconds, let edges) = $0 { (seconds, edges) } else { nil }
    }
  }

  @Test("A1: ten thousand edges a second mute that reader with one event, and say how many")
  func muted() throws {
    var world = world()
    storm(&world, seconds: 3, perSecond: 10_000)
    #expect(mutes(world).map(\.seconds) == [10])
    #expect(!world.isReleased)
    let events = world.occurrences.count { occurrence in
      if case .malformed = occurrence { true } else { false }
    }
    // A quarter of a second of noise is decoded, the rest is dropped.
    #expect(events <= 300)
    world.run(forMilliseconds: 10_000)
    let dropped = world.occurrences.compactMap {
      if case .unmuted(_, _, let dropped) = $0 { dropped } else { nil }
    }
    #expect(dropped.count == 1 && (27_000...28_000).contains(dropped.first ?? 0))
    try world.badge(facility: 1, card: 1)
    #expect(world.denials.last == .some(nil) && world.isReleased)
  }

  @Test("A1: while one reader storms another reads cards, and exit and relock keep their time")
  func others() throws {
    var world = world()
    storm(&world, seconds: 1, perSecond: 8_000)
    try world.badge(facility: 1, card: 1, at: Self.other)
    #expect(world.isReleased)
    let released = world.now
    storm(&world, seconds: 6, perSecond: 5_000)
    world.run(forMilliseconds: 1)
    #expect(!world.isReleased)
    let relock = world.journal.last { entry in
      if case .setLock(_, .secured, _, _) = entry.effect {
        entry.at < released.advanced(byMilliseconds: 5_010)
      } else {
        false
      }
    }
    #expect(relock != nil)
    world.pressExit()
    #expect(world.isReleased)
  }

  @Test("A1: the mute grows while the storm comes back, and starts small after a calm minute")
  func growing() {
    var world = world()
    for _ in 0..<3 {
      storm(&world, seconds: 1, perSecond: 5_000)
      world.run(forMilliseconds: 300_000 / 5)
    }
    #expect(mutes(world).map(\.seconds) == [10, 20, 60])
    world.run(forMilliseconds: 130_000)
    storm(&world, seconds: 1, perSecond: 5_000)
    #expect(mutes(world).map(\.seconds).last == 10)
  }

  @Test("A1: the busiest reader that there can be is not muted")
  func busy() throws {
    var world = world()
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 1, card: 2)
    for _ in 0..<40 { world.send(bits: bits, spacingMicroseconds: 500) }
    #expect(mutes(world).isEmpty)
    #expect(world.denials.count == 40)
  }
}
