import DoorCore
import DoorPorts
import DoorRules
import Synchronization
import Testing

@testable import DoorRuntime

@Suite("ClockKeeper: what becomes of the clock is recorded, and kept for the next run (F4, B1)")
struct ClockKeeperTests {
  private let wall = HandWallClock(PartFixture.start)
  private let steady = HandMonotonicClock()

  private func keeper(_ memory: ClockMemory = ClockMemory()) -> ClockKeeper {
    var keeper = ClockKeeper(
      memory, boot: "b", monotonic: steady, wall: wall, housekeepingSeconds: 60)
    _ = keeper.now()
    return keeper
  }

  private func later(_ seconds: Int64) -> WallInstant {
    PartFixture.start.advanced(bySeconds: seconds)
  }

  /// Time passes; the system's clock shows it, and `off` more.
  private func pass(_ seconds: Int64, off: Int64 = 0) {
    steady.set(milliseconds: Int(seconds) * 1_000)
    wall.set(later(seconds + off))
  }

  @Test("F4: each change of the trust is recorded once, with both sides")
  func trust() {
    var keeper = keeper()
    #expect(keeper.note(at: keeper.now()).isEmpty)
    pass(10)
    wall.set(.battery)
    let lost = keeper.note(at: keeper.now())
    #expect(lost.names == ["record clock.trustChanged"])
    #expect(lost.records.first?.detail == ["from": "synchronised", "to": "holdover"])
    #expect(keeper.note(at: keeper.now()).isEmpty)
    wall.set(.timeServer)
    let back = keeper.note(at: keeper.now())
    #expect(back.records.first?.detail == ["from": "holdover", "to": "synchronised"])
  }

  @Test("B1: a clock that is not believed is recorded, and one that flaps once a minute at most")
  func doubted() {
    wall.set(.battery)
    var keeper = keeper()
    pass(1, off: 400_000_000)
    let doubted = keeper.note(at: keeper.now())
    #expect(doubted.names == ["record clock.doubted"])
    #expect(doubted.records.first?.reason == "jumpedAhead")
    #expect(
      doubted.records.first?.detail == ["source": "battery", "milliseconds": "400000000000"])
    var records = 0
    for second in 2...120 as ClosedRange<Int64> {
      pass(second, off: second.isMultiple(of: 2) ? 0 : 400_000_000)
      let now = keeper.now()
      #expect(now.wall == later(second) && now.trust == .holdover)
      records += keeper.note(at: now).count
    }
    #expect(records == 1)
  }

  @Test("a time server that corrects the door's own time is recorded with the move")
  func moved() {
    wall.set(.battery)
    var keeper = keeper()
    _ = keeper.note(at: keeper.now())
    pass(1, off: 90)
    wall.set(.timeServer)
    let moved = keeper.note(at: keeper.now())
    #expect(moved.names == ["record clock.trustChanged", "record clock.moved"])
    #expect(moved.records.last?.reason == "corrected")
    #expect(moved.records.last?.detail == ["source": "timeServer", "milliseconds": "90000"])
  }

  @Test("a technician's word is recorded with name and reason, persisted, and ends the doubt")
  func technician() throws {
    wall.set(.battery)
    var keeper = keeper()
    pass(10, off: 86_400)
    #expect(keeper.now().wall == later(10))
    let said = try keeper.trust(by: "ann", reason: "my watch")
    #expect(
      said.names == ["record clock.trusted", "persist clock.own clock.watermark"])
    #expect(said.records.first?.person == "ann")
    #expect(
      said.records.first?.detail == ["milliseconds": "86400000", "operatorReason": "my watch"])
    #expect(keeper.now().wall == later(86_410) && keeper.doubt == nil)
    wall.set(WallInstant(secondsSince1970: 5))
    #expect(throws: PortError.self) { try keeper.trust(by: "ann", reason: "my watch") }
  }

  @Test(
    "B1: a word of the cloud counts for a minute after the hello that it answers, and only then")
  func cloud() {
    wall.set(.none)
    var keeper = keeper()
    #expect(keeper.now().trust == .unknown)
    let truth = later(86_400)
    keeper.hear(cloud: truth, session: "n", at: keeper.now())
    #expect(keeper.now().trust == .unknown)
    keeper.saidHello("n", at: keeper.now().monotonic)
    keeper.hear(cloud: truth, session: nil, at: keeper.now())
    keeper.hear(cloud: truth, session: "m", at: keeper.now())
    #expect(keeper.now().trust == .unknown)
    steady.set(milliseconds: 60_001)
    keeper.hear(cloud: truth, session: "n", at: keeper.now())
    #expect(keeper.now().trust == .unknown)
    steady.set(milliseconds: 60_000)
    keeper.hear(cloud: truth, session: "n", at: keeper.now())
    #expect(keeper.now().trust == .holdover && keeper.now().wall == truth)
  }

  @Test("housekeeping is due at the start, and once in each period")
  func housekeeping() {
    var keeper = keeper()
    #expect(keeper.nextDeadline == PartFixture.instant(0))
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(0)) == true)
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(0)) == false)
    #expect(keeper.nextDeadline == PartFixture.instant(60_000))
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(59_999)) == false)
    // Late once is once, and the next period begins there.
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(200_000)) == true)
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(259_999)) == false)
    #expect(keeper.takeHousekeeping(at: PartFixture.instant(260_000)) == true)
  }

  @Test("C8 F2: the time and the last contact go to the disk in one commit, and come back")
  func persist() throws {
    var keeper = keeper()
    var contact = CloudContact(kept: nil, startedAt: PartFixture.instant(0))
    pass(5)
    contact.heard(signed: later(5), at: PartFixture.moment(5_000))
    let write = [keeper.persist(contact)]
    #expect(write.names == ["persist clock.own clock.watermark cloud.heard"])
    #expect(write.written["clock.watermark"] == ClockWatermark.bytes(of: later(5)))
    #expect(
      write.written["cloud.heard"] == Array("\(later(5).millisecondsSince1970) 0".utf8))
    let kept = try #require(write.written["clock.own"] ?? nil)
    #expect(
      String(decoding: kept, as: UTF8.self)
        == "\(later(5).millisecondsSince1970) 6000000000 timeServer b")
    // The next run of the daemon, in which somebody has set the clock.
    pass(10, off: 86_400)
    wall.set(.none)
    var next = self.keeper(ClockMemory(mark: later(5), own: KeptClock.own(kept)))
    #expect(next.now().wall == later(10) && next.now().trust == .holdover)
  }

  @Test("F4: while nothing is known nothing is persisted, and what is on the disk stays")
  func persistUnknown() {
    wall.set(.none)
    var keeper = keeper()
    let contact = CloudContact(kept: nil, startedAt: PartFixture.instant(0))
    #expect([keeper.persist(contact)].written.isEmpty)
  }

  @Test("F3: what is no time of a clock is none")
  func garbage() {
    for text in ["", "1", "1 2 none", "x 2 none b", "1 -2 none b", "1 2 nobody b"] {
      #expect(KeptClock.own(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(KeptClock.own(Array("1 2 none ".utf8))?.boot == "")
  }
}

/// A monotonic clock that a test sets, from ``PartFixture/instant(_:)`` on.
private final class HandMonotonicClock: MonotonicClock {
  private let milliseconds = Mutex(0)

  func set(milliseconds: Int) { self.milliseconds.withLock { $0 = milliseconds } }
  func now() -> MonotonicInstant { PartFixture.instant(milliseconds.withLock { $0 }) }
}
