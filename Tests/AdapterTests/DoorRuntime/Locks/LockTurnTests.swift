import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("LockDriver: locks that nobody waits for switch one after the other (A4)")
struct LockTurnTests {
  private static let doors = (0..<30).map { DoorID("d\($0)")! }
  private static let onDisk = Journal.Progress(last: 0, committed: 0, isBroken: false)
  private var driver = LockDriver(
    failSafeDoors: [], commitDeadlineMilliseconds: 50, staggerMilliseconds: 50)

  private static func secured(_ door: Int) -> LockDriver.Movement {
    LockDriver.Movement(door: doors[door], level: .secured, order: nil)
  }

  private static func released(_ door: Int) -> LockDriver.Movement {
    LockDriver.Movement(door: doors[door], level: .released, order: nil)
  }

  /// Asks for a movement; true when it moves now, and then the lock takes its level.
  private mutating func moves(
    _ movement: LockDriver.Movement, _ urgency: ControllerEffect.Urgency,
    present: LockLevel? = nil, at milliseconds: Int
  ) -> Bool {
    let wishes = driver.set(
      movement, urgency, present: present, events: Self.onDisk,
      at: PartFixture.moment(milliseconds))
    guard !wishes.isEmpty else { return false }
    _ = driver.moved(movement, at: PartFixture.instant(milliseconds))
    return true
  }

  /// The doors that move by themselves until `end`, each with its time.
  private mutating func play(until end: Int) -> [(door: Int, at: Int)] {
    var played: [(Int, Int)] = []
    while let next = driver.nextDeadline, next <= PartFixture.instant(end) {
      let at = next.microseconds(since: PartFixture.instant(0)) / 1_000
      for movement in driver.advance(to: next).moves {
        _ = driver.moved(movement, at: next)
        played.append((Self.doors.firstIndex(of: movement.door) ?? -1, at))
      }
    }
    return played
  }

  @Test("doors that lock in one instant switch 50 ms apart, in their order")
  mutating func apart() {
    #expect(moves(Self.secured(0), .inTurn, at: 0))
    for door in 1..<4 { #expect(!moves(Self.secured(door), .inTurn, at: 0)) }
    let played = play(until: 1_000)
    #expect(played.map(\.door) == [1, 2, 3])
    #expect(played.map(\.at) == [50, 100, 150])
  }

  @Test("no lock waits for longer than a second, however many doors there are")
  mutating func longest() {
    for door in 0..<30 { _ = moves(Self.secured(door), .inTurn, at: 0) }
    let played = play(until: 5_000)
    #expect(played.count == 29)
    #expect(played.map(\.at).max() == LockDriver.turnMillisecondsMax)
  }

  @Test("who leaves, or flees, waits for no turn: not their own door's, nor another's")
  mutating func leaving() {
    for door in 0..<4 { _ = moves(Self.released(door), .inTurn, at: 0) }
    // Door 3 would be released by its schedule in 150 ms.
    #expect(moves(Self.released(3), .atOnce, at: 1))
    #expect(play(until: 1_000).map(\.door) == [1, 2])
    for door in 0..<4 { _ = moves(Self.secured(door), .inTurn, at: 2_000) }
    #expect(moves(Self.released(3), .atOnce, at: 2_001))
    // And what was to lock it is forgotten.
    #expect(play(until: 5_000).map(\.door) == [1, 2])
  }

  @Test("a door of its own locks at once, however soon after it was released")
  mutating func alone() {
    #expect(moves(Self.released(0), .atOnce, at: 0))
    #expect(moves(Self.secured(0), .inTurn, at: 1))
    #expect(driver.nextDeadline == nil)
  }

  @Test("a lock that has its level already takes no turn, and gives none up")
  mutating func sameLevel() {
    #expect(moves(Self.secured(0), .inTurn, at: 0))
    #expect(moves(Self.secured(0), .inTurn, at: 10))
    #expect(moves(Self.secured(0), .atOnce, at: 20))
    #expect(!moves(Self.secured(1), .inTurn, at: 20))
    // What is asserted every second does not overtake a lock that waits for its turn.
    #expect(!moves(Self.secured(1), .atOnce, at: 30))
    #expect(!moves(Self.secured(1), .inTurn, at: 40))
    #expect(play(until: 1_000).map(\.at) == [50])
  }

  @Test("the magnets of a board that fell off and came back get their current one after the other")
  mutating func returned() {
    for door in 0..<4 { _ = moves(Self.secured(door), .inTurn, at: 0) }
    _ = play(until: 1_000)
    // While it is away nobody knows their level, and each is tried at once.
    for door in 0..<4 { #expect(moves(Self.secured(door), .inTurn, at: 5_000)) }
    #expect(moves(Self.secured(0), .inTurn, present: .released, at: 6_000))
    for door in 1..<4 {
      #expect(!moves(Self.secured(door), .inTurn, present: .released, at: 6_000))
    }
    // Asserted again before its turn came.
    #expect(!moves(Self.secured(3), .inTurn, present: .released, at: 6_020))
    let played = play(until: 9_000)
    #expect(played.map(\.door) == [1, 2, 3])
    #expect(played.map(\.at) == [6_050, 6_100, 6_150])
    #expect(moves(Self.secured(0), .inTurn, present: .secured, at: 9_000))
  }

  @Test("a relay's level means another thing for a lock that opens without power")
  func levels() {
    let driver = LockDriver(
      failSafeDoors: [Self.doors[0]], commitDeadlineMilliseconds: 50, staggerMilliseconds: 50)
    #expect(driver.level(of: Self.doors[0], relayActive: true) == .secured)
    #expect(driver.level(of: Self.doors[0], relayActive: false) == .released)
    #expect(driver.level(of: Self.doors[1], relayActive: true) == .released)
    #expect(driver.level(of: Self.doors[1], relayActive: false) == .secured)
  }

  @Test("with 0 all switch at once")
  mutating func off() {
    driver = LockDriver(failSafeDoors: [], commitDeadlineMilliseconds: 50, staggerMilliseconds: 0)
    for door in 0..<4 { #expect(moves(Self.secured(door), .inTurn, at: 0)) }
  }
}
