import DoorCore
import DoorRules
import Testing

@Suite("B1 B9: the clock's table at its bounds, to the millisecond")
struct ClockBoundTests {
  private static let noon = WallInstant(secondsSince1970: 1_800_000_000)

  private func steady(_ seconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: UInt64(1_000 + seconds) * 1_000_000_000)
  }

  /// A clock that somebody vouched for at noon.
  private func vouched(_ source: ClockSource = .timeServer) -> CivilClock {
    var clock = CivilClock(ClockMemory(), boot: "b", at: steady(0))
    _ = clock.read(ClockReading(Self.noon, .timeServer), at: steady(0))
    if source == .cloud { clock.hear(cloud: Self.noon, at: steady(0)) }
    return clock
  }

  /// What the clock makes of a system's clock that is so far off, `seconds` after noon.
  private func read(
    _ clock: inout CivilClock, off milliseconds: Int64, _ source: ClockSource = .none,
    after seconds: Int64 = 0, asleep: Int64 = 0
  ) -> (state: ClockState?, ownMilliseconds: Int64) {
    let real = Self.noon.advanced(bySeconds: seconds)
    let moment = clock.read(
      ClockReading(
        real.advanced(byMilliseconds: milliseconds), source, asleepMilliseconds: asleep),
      at: steady(seconds))
    return (clock.system?.state, moment.wall.milliseconds(since: real))
  }

  @Test(
    "a time that was vouched for is steady up to 2 s, and corrected up to an hour",
    arguments: [
      (0, .steady), (2_000, .steady), (-2_000, .steady), (2_001, .corrected),
      (-2_001, .corrected), (3_600_000, .corrected), (-3_600_000, .corrected),
      (3_600_001, .jumpedAhead), (-3_600_001, .jumpedBack),
    ] as [(Int64, ClockState)])
  func whileVouched(_ milliseconds: Int64, _ state: ClockState) {
    var clock = vouched()
    #expect(read(&clock, off: milliseconds).state == state)
    #expect(clock.isSetBack == (milliseconds < -2_000))
    #expect((clock.doubt == nil) == (state == .steady))
    let isFar = state == .jumpedAhead || state == .jumpedBack
    clock = vouched(.cloud)
    let isDisputed = state == .corrected && milliseconds.magnitude > 60_000
    #expect(
      read(&clock, off: milliseconds).state
        == (isFar ? .contradicted : isDisputed ? .disputed : state))
  }

  @Test(
    "for a day a time server corrects what the cloud said by a minute at most, then by an hour",
    arguments: [
      (60_000, 86_400, .corrected), (-60_000, 86_400, .corrected), (60_001, 86_400, .disputed),
      (-60_001, 86_400, .disputed), (60_001, 86_401, .corrected),
      (-3_600_000, 86_400, .disputed), (-3_600_000, 86_401, .corrected),
    ] as [(Int64, Int64, ClockState)])
  func afterTheCloud(_ milliseconds: Int64, _ seconds: Int64, _ state: ClockState) {
    var clock = vouched(.cloud)
    #expect(read(&clock, off: milliseconds, after: seconds).state == state)
    // Also when the machine slept in between.
    clock = vouched(.cloud)
    _ = read(&clock, off: 0)
    #expect(
      read(&clock, off: milliseconds + 7_200_000, after: seconds, asleep: 7_200_000).state == state)
    // A technician on site is believed against it.
    clock = vouched(.cloud)
    _ = read(&clock, off: 600_000)
    #expect(clock.hearTechnician(at: steady(0)) == 600_000)
    #expect(read(&clock, off: 0).state == .corrected)
  }

  @Test("small corrections do not add up to more than a minute from what the cloud said")
  func creeping() {
    var clock = vouched(.cloud)
    for seconds in 1...600 as ClosedRange<Int64> {
      #expect(
        read(&clock, off: seconds * 1_000, .timeServer, after: seconds).ownMilliseconds <= 60_000)
    }
  }

  @Test(
    "after a power cut a time is resumed from 5 minutes before what was known to a year after it",
    arguments: [
      (-300_000, .resumed, .resumed), (-300_001, .resumedBehind, .resumedBehind),
      (-31_536_000_000, .resumedBehind, .resumedBehind),
      (-31_536_000_001, .resumedBehind, .firstStart),
      (31_536_000_000, .resumed, .resumed), (31_536_000_001, .resumedFar, .resumedFar),
    ] as [(Int64, ClockState, ClockState)])
  func afterPowerCut(_ milliseconds: Int64, _ proved: ClockState, _ unproved: ClockState) {
    var clock = CivilClock(vouched().memory(at: steady(0)), boot: "c", at: steady(0))
    #expect(read(&clock, off: milliseconds).state == proved)
    clock = CivilClock(ClockMemory(mark: Self.noon), boot: "c", at: steady(0))
    #expect(read(&clock, off: milliseconds).state == unproved)
  }

  @Test("the program was built when 2026 began, and is in use for 30 years of 365 days")
  func limits() {
    for (limit, date) in [
      (ClockLimits.builtAt, "2026-01-01"), (ClockLimits.plausibleUntil, "2055-12-25"),
    ] {
      #expect(CivilMoment(localSeconds: limit.secondsSince1970).date.description == date)
      #expect(limit.millisecondsSince1970 % 86_400_000 == 0)
    }
  }

  @Test("alone a time is trusted from the first moment of 2026 on, as far as who says it")
  func alone() {
    for (source, trust) in [
      (.none, .unknown), (.battery, .holdover), (.timeServer, .synchronised), (.cloud, .holdover),
      (.technician, .holdover),
    ] as [(ClockSource, ClockTrust)] {
      #expect(ClockReading(ClockLimits.builtAt, source).trustAlone == trust)
      let before = ClockLimits.builtAt.advanced(byMilliseconds: -1)
      #expect(ClockReading(before, source).trustAlone == .unknown)
    }
  }

  @Test("a clock that has no time is off by nothing, and was not set back")
  func noTime() {
    var clock = CivilClock(ClockMemory(), boot: "b", at: steady(0))
    #expect(!clock.isSetBack && clock.doubt == nil)
    #expect(read(&clock, off: 0).state == .firstStart)
    #expect(clock.doubt?.offMilliseconds == 0 && !clock.isSetBack)
  }

  @Test("no time is before 2026, and one of 30 years later is far")
  func firstStart() {
    for (at, state) in [
      (ClockLimits.builtAt.advanced(byMilliseconds: -1), .beforeBuild),
      (ClockLimits.builtAt, .firstStart), (ClockLimits.plausibleUntil, .firstStart),
      (ClockLimits.plausibleUntil.advanced(byMilliseconds: 1), .firstStartFar),
    ] as [(WallInstant, ClockState)] {
      var clock = CivilClock(ClockMemory(), boot: "b", at: steady(0))
      _ = clock.read(ClockReading(at, .none), at: steady(0))
      #expect(clock.system?.state == state)
    }
  }

  @Test("in the same boot a time goes on from the moment at which it was kept, and not before")
  func sameBoot() {
    let kept = vouched().memory(at: steady(10))
    for (seconds, boot, by) in [
      (10, "b", .timeServer), (9, "b", nil), (10, "c", nil), (10, nil, nil),
    ] as [(Int64, String?, ClockSource?)] {
      #expect(CivilClock(kept, boot: boot, at: steady(seconds)).vouchedBy == by)
    }
    for (off, by) in [(0, .battery), (-1, nil)] as [(Int64, ClockSource?)] {
      let wall = ClockLimits.builtAt.advanced(byMilliseconds: off)
      let memory = ClockMemory(
        mark: wall, own: .init(wall: wall, at: steady(0), by: .battery, boot: "b"))
      #expect(CivilClock(memory, boot: "b", at: steady(0)).vouchedBy == by)
    }
  }

  @Test("a sleep of a second counts, a shorter one is the time between two readings")
  func asleep() {
    for (asleep, own) in [(999, 0), (1_000, 1_000), (1_001, 1_001)] as [(Int64, Int64)] {
      var clock = vouched()
      #expect(read(&clock, off: 0, asleep: asleep).ownMilliseconds == own)
    }
    // What was slept before is counted already.
    var clock = vouched()
    #expect(read(&clock, off: 0, asleep: 5_000).ownMilliseconds == 5_000)
    #expect(read(&clock, off: 0, asleep: 8_000).ownMilliseconds == 8_000)
  }

  @Test("a time server is believed once it has said the same, within 2 s, for 900 s")
  func held() {
    for (jitter, seconds, own) in [
      (0, 900, 0), (2_000, 901, 7_202_000), (-2_000, 901, 7_198_000), (2_001, 901, 0),
      (-2_001, 901, 0),
    ] as [(Int64, Int64, Int64)] {
      var clock = vouched()
      #expect(read(&clock, off: 7_200_000, .timeServer, after: 1).ownMilliseconds == 0)
      let later = read(&clock, off: 7_200_000 + jitter, .timeServer, after: seconds)
      #expect(later.ownMilliseconds == own, "\(jitter) \(seconds)")
    }
  }

  @Test("a word of the cloud may have been on its way for a minute")
  func cloud() {
    for (off, own) in [
      (60_000, 0), (60_001, 60_001), (-60_000, 0), (-60_001, -60_001),
    ] as [(Int64, Int64)] {
      var clock = vouched()
      clock.hear(cloud: Self.noon.advanced(byMilliseconds: off), at: steady(0))
      #expect(read(&clock, off: 0).ownMilliseconds == own)
    }
  }
}
