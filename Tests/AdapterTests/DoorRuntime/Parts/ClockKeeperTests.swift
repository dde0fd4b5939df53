import CloudProtocol
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

  @Test(
    "a time that moves to and fro is recorded 4 times, then once in 15 min with the rest's number")
  func movesLimit() {
    var keeper = keeper()
    var moves: [EventRecord] = []
    for second in 1...1_000 as ClosedRange<Int64> {
      pass(second, off: second.isMultiple(of: 2) ? 0 : 90)
      let now = keeper.now()
      #expect(now.wall == later(second + (second.isMultiple(of: 2) ? 0 : 90)))
      moves += keeper.note(at: now).records
    }
    #expect(moves.count == ClockKeeper.movesMax + 1)
    #expect(moves.prefix(ClockKeeper.movesMax).allSatisfy { $0.detail["leftOut"] == nil })
    #expect(moves.last?.detail["leftOut"] == "896")
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

  /// An acknowledgement of the cloud, for a session of its own or of another.
  private func acknowledgement(
    _ session: String?, through: UInt64 = 0, epoch: String = "e"
  ) -> EventAcknowledgement {
    EventAcknowledgement(epoch: epoch, through: through, sessionNonce: session)
  }

  private func log(_ last: UInt64, epoch: String = "e") -> LogPosition {
    LogPosition(epoch: epoch, last: last, acknowledged: 0, dropped: 0)
  }

  @Test("B1: a word of the cloud counts for a minute after the first hello of the session")
  func cloud() {
    wall.set(.none)
    var keeper = keeper()
    let truth = later(86_400)
    func hear(_ session: String?) -> ClockTrust {
      _ = keeper.hear(acknowledgement(session), issued: truth, at: keeper.now())
      return keeper.now().trust
    }
    #expect(hear("n") == .unknown)
    keeper.saidHello("n", at: keeper.now().monotonic)
    #expect(hear(nil) == .unknown)
    #expect(hear("m") == .unknown)
    steady.set(milliseconds: 60_001)
    #expect(hear("n") == .unknown)
    steady.set(milliseconds: 60_000)
    #expect(hear("n") == .holdover)
    #expect(keeper.now().wall == truth)
  }

  @Test(
    "B1: a cloud that returns late is asked for the time with an event, and its acknowledgement tells it"
  )
  func late() {
    wall.set(.none)
    var keeper = keeper()
    let truth = later(86_400)
    keeper.saidHello("n", at: keeper.now().monotonic)
    keeper.recorded(log(1), at: keeper.now().monotonic)
    steady.set(milliseconds: 600_000)
    func hear(_ said: EventAcknowledgement) -> [Wish] {
      keeper.hear(said, issued: truth, at: keeper.now())
    }
    #expect(hear(acknowledgement("n", through: 1)).names == ["record clock.asked"])
    #expect(hear(acknowledgement("n", through: 1)).isEmpty)
    keeper.recorded(log(2), at: keeper.now().monotonic)
    steady.set(milliseconds: 600_500)
    // Held back, of another log, of another session: none of them is of now.
    for old in [
      acknowledgement("n", through: 1), acknowledgement("n", through: 2, epoch: "d"),
      acknowledgement("m", through: 2), acknowledgement(nil, through: 2),
    ] {
      #expect(hear(old).isEmpty)
      #expect(keeper.now().trust == .unknown)
    }
    _ = hear(acknowledgement("n", through: 2))
    #expect(keeper.now().trust == .holdover && keeper.now().wall == truth)
  }

  @Test(
    "B1: a cloud that is slow for ever is asked once in ten minutes, and a door that knows the time never asks"
  )
  func slow() {
    wall.set(.none)
    var keeper = keeper()
    keeper.saidHello("n", at: keeper.now().monotonic)
    var asked = 0
    for second in 100...1_400 {
      steady.set(milliseconds: second * 1_000)
      if second.isMultiple(of: 100) {
        keeper.recorded(log(UInt64(second)), at: keeper.now().monotonic)
      }
      let last = UInt64((second - 61) / 100 * 100)
      asked +=
        keeper.hear(
          acknowledgement("n", through: last), issued: later(0), at: keeper.now()
        ).count
    }
    #expect(asked == 3)
    #expect(keeper.now().trust == .unknown)
    wall.set(.timeServer)
    steady.set(milliseconds: 9_000_000)
    #expect(keeper.now().trust == .synchronised)
    #expect(keeper.hear(acknowledgement("n"), issued: later(0), at: keeper.now()).isEmpty)
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
