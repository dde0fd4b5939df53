import DoorCore
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("ClockKeeper: time never runs back past what was seen, and its trust is recorded (F4)")
struct ClockKeeperTests {
  private let wall = HandWallClock(PartFixture.start)

  private func clock(_ watermark: WallInstant? = nil) -> GuardedClock {
    GuardedClock(monotonic: StillClock(), wall: wall, watermark: watermark)
  }

  private func keeper(_ watermark: WallInstant? = nil) -> ClockKeeper {
    var clock = clock(watermark)
    let now = clock.now()
    return ClockKeeper(clock, at: now, housekeepingSeconds: 60)
  }

  private func later(_ seconds: Int64) -> WallInstant {
    PartFixture.start.advanced(bySeconds: seconds)
  }

  @Test("F4: a start with a clock before the watermark shows the watermark, and trusts it not")
  func behindWatermark() {
    var clock = clock(later(100))
    let now = clock.now()
    #expect(now.wall == later(100) && now.trust == .unknown)
    // That is a clock without a battery, and nobody set it back in this run.
    #expect(!clock.wasSetBack && clock.watermark == later(100))
    wall.set(later(101))
    #expect(clock.now().trust == .synchronised && clock.watermark == later(101))
  }

  @Test("F4: a step back of two seconds is discipline; a larger one was set back, as long as it is")
  func setBack() {
    var clock = clock()
    wall.set(later(100))
    _ = clock.now()
    wall.set(later(98))
    #expect(clock.now().trust == .synchronised && !clock.wasSetBack)
    wall.set(WallInstant(millisecondsSince1970: later(98).millisecondsSince1970 - 1))
    let back = clock.now()
    #expect(back.wall == later(100) && back.trust == .unknown && clock.wasSetBack)
    wall.set(later(101))
    #expect(clock.now().wall == later(101) && !clock.wasSetBack)
  }

  @Test("F4: a time that is not trusted does not move the watermark")
  func untrusted() {
    wall.set(later(1_000_000_000))
    wall.set(.unknown)
    var clock = clock(later(0))
    #expect(clock.now().trust == .unknown && clock.watermark == later(0))
    wall.set(later(10))
    wall.set(.holdover)
    #expect(clock.now().trust == .holdover && clock.watermark == later(10))
  }

  @Test(
    "F3: a watermark at either end of its range is no crash", arguments: [.min, .max] as [Int64])
  func extremes(_ milliseconds: Int64) {
    var clock = clock(WallInstant(millisecondsSince1970: milliseconds))
    #expect(clock.now().trust == (milliseconds == .min ? .synchronised : .unknown))
  }

  @Test("F4: each change of the trust is recorded once, with both sides")
  func trust() {
    var keeper = keeper()
    #expect(keeper.noteTrust(at: PartFixture.moment()).isEmpty)
    let lost = keeper.noteTrust(at: PartFixture.moment(10, trust: .unknown))
    #expect(lost.names == ["record clock.trustChanged"])
    #expect(lost.records.first?.detail == ["from": "synchronised", "to": "unknown"])
    #expect(keeper.noteTrust(at: PartFixture.moment(20, trust: .unknown)).isEmpty)
    let back = keeper.noteTrust(at: PartFixture.moment(30, trust: .holdover))
    #expect(back.records.first?.detail == ["from": "unknown", "to": "holdover"])
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

  @Test("C8 F2: the watermark and the last contact go to the disk in one commit")
  func persist() {
    var keeper = keeper()
    var contact = CloudContact(kept: nil, startedAt: PartFixture.instant(0))
    contact.heard(signed: later(5), at: PartFixture.moment(5_000))
    wall.set(later(5))
    let write = [keeper.persist(contact)]
    #expect(write.names == ["persist clock.watermark cloud.heard"])
    #expect(write.written["clock.watermark"] == ClockWatermark.bytes(of: later(5)))
    #expect(
      write.written["cloud.heard"] == Array("\(later(5).millisecondsSince1970) 0".utf8))
  }

  @Test("F4: while the clock is unknown nothing is persisted of a contact that was never known")
  func persistUnknown() {
    wall.set(.unknown)
    var keeper = keeper()
    let contact = CloudContact(kept: nil, startedAt: PartFixture.instant(0))
    #expect([keeper.persist(contact)].names == ["persist clock.watermark"])
  }
}
