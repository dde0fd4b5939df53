import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("LockDriver: a release waits for its event, and not for long (A4, D8, F2)")
struct LockDriverTests {
  private static let front = DoorID("front")!
  private static let back = DoorID("back")!
  private var driver = LockDriver(
    failSafeDoors: [Self.back], commitDeadlineMilliseconds: 50, staggerMilliseconds: 50)

  private func released(_ order: String? = nil, _ door: DoorID = Self.front) -> LockDriver.Movement
  {
    LockDriver.Movement(door: door, level: .released, order: order)
  }

  private static func events(
    _ last: UInt64, committed: UInt64, isBroken: Bool = false
  ) -> Journal.Progress {
    Journal.Progress(last: last, committed: committed, isBroken: isBroken)
  }

  @Test("D8 A4: a release waits until its event is on disk, and moves only if it is still wanted")
  mutating func waits() {
    let wishes = driver.set(
      released("c-1"), .afterRecords, events: Self.events(7, committed: 5),
      at: PartFixture.moment())
    #expect(wishes.isEmpty)
    #expect(driver.committed(through: 6).isEmpty)
    let moved = driver.committed(through: 7)
    #expect(moved.names == ["moveLockIfRequired front released"])
    #expect(moved.moves == [released("c-1")])
    #expect(driver.committed(through: 8).isEmpty)
    #expect(driver.nextDeadline == nil)
  }

  @Test("an event that is on disk already keeps nobody waiting")
  mutating func committedAlready() {
    let wishes = driver.set(
      released(), .afterRecords, events: Self.events(7, committed: 7), at: PartFixture.moment())
    #expect(wishes.names == ["moveLock front released"])
    #expect(driver.nextDeadline == nil)
  }

  @Test(
    "A4: a release waits no longer than its deadline, and the event says that the disk was late")
  mutating func deadline() {
    _ = driver.set(
      released(), .afterRecords, events: Self.events(1, committed: 0), at: PartFixture.moment(10))
    #expect(driver.nextDeadline == PartFixture.instant(60))
    #expect(driver.advance(to: PartFixture.instant(59)).isEmpty)
    let wishes = driver.advance(to: PartFixture.instant(60))
    #expect(wishes.names == ["moveLockIfRequired front released", "record log.commitLate"])
    #expect(wishes.records.first?.door == Self.front)
    #expect(wishes.records.first?.detail == ["deadlineMilliseconds": "50"])
    // The event comes at last: the lock has moved already.
    #expect(driver.committed(through: 1).isEmpty)
    #expect(driver.nextDeadline == nil)
  }

  @Test("of two doors that wait each moves with its own event, and the sooner deadline counts")
  mutating func twoDoors() {
    _ = driver.set(
      released(), .afterRecords, events: Self.events(1, committed: 0), at: PartFixture.moment(0))
    _ = driver.set(
      released(nil, Self.back), .afterRecords, events: Self.events(2, committed: 0),
      at: PartFixture.moment(20))
    #expect(driver.nextDeadline == PartFixture.instant(50))
    #expect(driver.committed(through: 1).moves.map(\.door) == [Self.front])
    #expect(driver.nextDeadline == PartFixture.instant(70))
    #expect(driver.advance(to: PartFixture.instant(70)).moves.map(\.door) == [Self.back])
  }

  @Test("A4 D8: what is asserted every second does not overtake a release that waits")
  mutating func reassert() {
    let now = PartFixture.moment()
    let open = Self.events(1, committed: 0)
    _ = driver.set(released("c-1"), .afterRecords, events: open, at: now)
    #expect(driver.set(released(), .atOnce, events: open, at: now).isEmpty)
    // The other level and the other door do not wait.
    let secured = LockDriver.Movement(door: Self.front, level: .secured, order: nil)
    #expect(
      driver.set(secured, .atOnce, events: open, at: now).names == ["moveLock front secured"])
    #expect(
      driver.set(released(nil, Self.back), .atOnce, events: open, at: now).names
        == ["moveLock back released"])
    // Once the release has moved, the level is asserted again.
    _ = driver.committed(through: 1)
    #expect(driver.set(released(), .atOnce, events: open, at: now).moves == [released()])
  }

  @Test("A4 F2: a log that is broken keeps nobody waiting")
  mutating func brokenLog() {
    let wishes = driver.set(
      released("c-1"), .afterRecords, events: Self.events(9, committed: 2, isBroken: true),
      at: PartFixture.moment())
    #expect(wishes.names == ["moveLock front released"] && wishes.moves == [released("c-1")])
  }

  @Test("A4: the relay of a lock that power holds closed is active while it is secured")
  func polarity() {
    func isActive(_ door: DoorID, _ level: LockLevel) -> Bool {
      driver.isRelayActive(for: LockDriver.Movement(door: door, level: level, order: nil))
    }
    #expect(isActive(Self.front, .released) && !isActive(Self.front, .secured))
    #expect(!isActive(Self.back, .released) && isActive(Self.back, .secured))
  }

  @Test("F3: each cause of a line is new once, and known as long as the line does not follow")
  mutating func errors() {
    let relay = OutputLine.relay(Self.front)
    #expect(driver.relayError(of: Self.front) == nil)
    #expect(driver.failed(relay, PartFixture.error) == true)
    #expect(driver.failed(relay, PartFixture.error) == false)
    #expect(driver.failed(relay, PartFixture.otherError) == true)
    #expect(driver.relayError(of: Self.front) == PartFixture.otherError)
    #expect(driver.relayError(of: Self.back) == nil)
    driver.succeeded(.relay(Self.back))
    #expect(driver.relayError(of: Self.front) == PartFixture.otherError)
    driver.succeeded(relay)
    #expect(driver.relayError(of: Self.front) == nil)
    #expect(driver.failed(relay, PartFixture.otherError) == true)
  }
}
