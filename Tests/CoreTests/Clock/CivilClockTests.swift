import DoorCore
import DoorRules
import Testing

@Suite("B1 B9: the door's own time")
struct CivilClockTests {
  fileprivate static let noon = WallInstant(secondsSince1970: 1_800_000_000)

  fileprivate static func steady(_ seconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: UInt64(1_000 + seconds) * 1_000_000_000)
  }

  /// A clock that has been read at ``noon``.
  private func clock(_ source: ClockSource, _ memory: ClockMemory = ClockMemory()) -> CivilClock {
    var clock = CivilClock(memory, boot: "b", at: Self.steady(0))
    _ = clock.read(ClockReading(Self.noon, source), at: Self.steady(0))
    return clock
  }

  @Test(
    "B1: 400,000,000 s ahead for 70 s, disciplined or not: served on, and everything as it was",
    arguments: [ClockSource.none, .battery, .timeServer],
    [400_000_000, 172_800, -86_400] as [Int64])
  func ahead(_ liar: ClockSource, _ off: Int64) {
    var clock = clock(.timeServer)
    for seconds in stride(from: 1, through: 70, by: 1) as StrideThrough<Int64> {
      #expect(clock.read(off: off, liar, after: seconds) == Shown(0, .holdover))
      #expect(clock.doubt?.offMilliseconds == off * 1_000)
    }
    #expect(clock.isSetBack == (off < 0))
    #expect(clock.memory(at: Self.steady(70)).mark == Self.noon.advanced(bySeconds: 70))
    #expect(clock.read(off: 0, .timeServer, after: 71) == Shown(0, .synchronised))
    #expect(clock.doubt == nil)
    #expect(clock.takeMove() == nil)
  }

  @Test(
    "B1: a machine that slept has the right time when it wakes, and an hour ago is over",
    arguments: [ClockSource.timeServer, .battery, .none])
  func slept(_ source: ClockSource) {
    var clock = clock(.timeServer)
    let hours = 8 * 3_600 as Int64
    let truth = Self.noon.advanced(bySeconds: hours + 60)
    // The steady clock stood still for eight hours.
    let moment = clock.read(
      ClockReading(truth, source, asleepMilliseconds: hours * 1_000), at: Self.steady(60))
    #expect(moment.wall == truth && moment.trust.isTrusted && clock.doubt == nil)
    #expect(clock.takeMove() == nil)
    // Somebody who sets the clock gets nothing by it.
    let set = clock.read(
      ClockReading(
        truth.advanced(bySeconds: -hours), source, asleepMilliseconds: hours * 1_000 + 3),
      at: Self.steady(61))
    #expect(set.wall == truth.advanced(bySeconds: 1))
  }

  @Test("B1: the same while the daemon starts again, in this boot and in the next")
  func aheadOverRestarts() {
    let memory = clock(.battery).memory(at: Self.steady(0))
    var restarted = CivilClock(memory, boot: "b", at: Self.steady(10))
    #expect(restarted.read(off: 400_000_000, .none, after: 20) == Shown(0, .holdover))
    // The next boot, in which the battery clock is right again.
    var rebooted = CivilClock(
      restarted.memory(at: Self.steady(20)), boot: "c", at: MonotonicInstant(nanoseconds: 1))
    let truth = Self.noon.advanced(bySeconds: 500)
    let moment = rebooted.read(
      ClockReading(truth, .battery), at: MonotonicInstant(nanoseconds: 1))
    #expect(moment.wall == truth && moment.trust == .holdover)
  }

  @Test("B9: a cold start that nobody has timed is doubtful, wherever its clock resumes")
  func coldStart() {
    let memory = clock(.timeServer).memory(at: Self.steady(0))
    for off in [-19_800, -60, 0, 60, 19_800] as [Int64] {
      var cold = CivilClock(memory, boot: "c", at: Self.steady(0))
      #expect(cold.read(off: off, .none, after: 0) == Shown(0, .doubtful))
      // Nor does it become trusted by reaching what was known.
      #expect(cold.read(off: off, .none, after: 30_000) == Shown(0, .doubtful))
      #expect(cold.read(off: off, .timeServer, after: 30_001) == Shown(off * 1_000, .synchronised))
    }
  }

  @Test("B9: a good battery clock is served without network, also if it lags a little")
  func battery() {
    let memory = clock(.timeServer).memory(at: Self.steady(0))
    var cold = CivilClock(memory, boot: "c", at: Self.steady(0))
    #expect(cold.read(off: 19_800, .battery, after: 0) == Shown(19_800_000, .holdover))
    cold = CivilClock(memory, boot: "c", at: Self.steady(0))
    // Time does not run back by what it lags.
    #expect(cold.read(off: -300, .battery, after: 0) == Shown(0, .holdover))
    cold = CivilClock(memory, boot: "c", at: Self.steady(0))
    #expect(cold.read(off: -301, .battery, after: 0) == Shown(0, .doubtful))
  }

  @Test(
    "a stored time that was damaged, or written by a version that believed anything, ends nothing")
  func damaged() {
    let year: Int64 = 365 * 86_400
    for mark in [Int64.min, 0, Self.noon.advanced(bySeconds: 12 * year).secondsSince1970, .max] {
      for source in [ClockSource.battery, .timeServer] {
        let memory = ClockMemory(mark: WallInstant(secondsSince1970: mark))
        let clock = clock(source, memory)
        #expect(clock.vouchedBy == source, "\(mark)")
        #expect(clock.memory(at: Self.steady(0)).mark == Self.noon, "\(mark)")
      }
    }
    // Both records are there and agree: then it is the battery clock that is wrong.
    let far = Self.noon.advanced(bySeconds: 2 * year)
    let proved = ClockMemory(
      mark: far, own: .init(wall: far, at: Self.steady(0), by: .timeServer, boot: "a"))
    #expect(clock(.battery, proved).vouchedBy == nil)
    #expect(clock(.timeServer, proved).vouchedBy == .timeServer)
    // They do not agree: it was damaged.
    var torn = proved
    torn.mark = far.advanced(bySeconds: 1)
    #expect(clock(.battery, torn).vouchedBy == .battery)
  }

  @Test("what is kept of a time that nobody vouched for is still the latest known, and proved")
  func keptDoubtful() {
    let memory = clock(.timeServer).memory(at: Self.steady(0))
    var cold = CivilClock(memory, boot: "c", at: Self.steady(0))
    _ = cold.read(off: 5, .none, after: 100)
    let kept = cold.memory(at: Self.steady(100))
    #expect(kept.mark == Self.noon.advanced(bySeconds: 100))
    #expect(kept.own?.by == ClockSource.none)
    // In the same boot nobody has vouched yet, either.
    var again = CivilClock(kept, boot: "c", at: Self.steady(200))
    #expect(again.read(off: 5, .none, after: 200).trust == .doubtful)
  }

  @Test(
    "a word of the cloud is a time of its own, unless the door's or the system's agrees with it")
  func cloud() {
    // The door has nothing, and the system's clock shows 1970.
    var clock = CivilClock(ClockMemory(), boot: "b", at: Self.steady(0))
    _ = clock.read(ClockReading(WallInstant(secondsSince1970: 9), .none), at: Self.steady(0))
    clock.hear(cloud: Self.noon, at: Self.steady(0))
    #expect(clock.read(off: -1_800_000_000, .none, after: 10) == Shown(0, .holdover))
    // It was on its way for half a minute, and the door's own time is more exact.
    clock.hear(cloud: Self.noon, at: Self.steady(30))
    #expect(clock.read(off: 0, .none, after: 30) == Shown(0, .holdover))
    // The system's clock agrees, and the door's own does not.
    var other = self.clock(.battery)
    _ = other.read(off: 7_200, .none, after: 100)
    other.hear(cloud: Self.noon.advanced(bySeconds: 7_280), at: Self.steady(100))
    #expect(other.read(off: 7_200, .none, after: 100) == Shown(7_200_000, .holdover))
  }

  @Test(
    "what the cloud has vouched for, no time server contradicts by an hour, however long it holds")
  func contradicted() {
    var clock = clock(.timeServer)
    clock.hear(cloud: Self.noon, at: Self.steady(0))
    for seconds in stride(from: 60, through: 7_200, by: 60) as StrideThrough<Int64> {
      #expect(clock.read(off: 86_400, .timeServer, after: seconds) == Shown(0, .holdover))
    }
    // One that corrects it by less is the more exact of the two, and the cloud's word still stands.
    #expect(clock.read(off: 20, .timeServer, after: 7_201) == Shown(20_000, .synchronised))
    #expect(clock.vouchedBy == .cloud)
  }

  @Test(
    "of a time server and a cloud that differ by minutes the cloud stays in force, and nothing moves",
    arguments: [90, -600, 3_000] as [Int64])
  func disputed(_ off: Int64) {
    var clock = clock(.timeServer)
    var moves = 0
    for seconds in 1...600 as ClosedRange<Int64> {
      _ = clock.read(off: off, .timeServer, after: seconds)
      clock.hear(cloud: Self.noon.advanced(bySeconds: seconds), at: Self.steady(seconds))
      moves += clock.takeMove() == nil ? 0 : 1
      #expect(clock.read(off: off, .timeServer, after: seconds) == Shown(0, .holdover))
    }
    // Before the cloud's first word the server was believed, and that word took it back.
    #expect(moves == 1)
  }

  @Test("a technician says that the system's clock is right, and it is, over a restart too")
  func technician() {
    var clock = clock(.battery)
    #expect(clock.read(off: 86_400, .none, after: 10) == Shown(0, .holdover))
    #expect(clock.hearTechnician(at: Self.steady(10)) == 86_400_000)
    #expect(clock.read(off: 86_400, .none, after: 11) == Shown(86_400_000, .holdover))
    #expect(clock.doubt == nil)
    #expect(clock.takeMove() == nil)
    var again = CivilClock(clock.memory(at: Self.steady(11)), boot: "b", at: Self.steady(12))
    #expect(again.read(off: 86_400, .none, after: 20) == Shown(86_400_000, .holdover))
    #expect(again.vouchedBy == .technician)
  }

  @Test("a move of a time that was vouched for is told once, with who moved it")
  func moves() {
    var clock = clock(.battery)
    _ = clock.read(off: -90, .timeServer, after: 1)
    let move = clock.takeMove()
    #expect(move?.source == .timeServer && move?.state == .corrected)
    #expect(move?.milliseconds == -90_000)
    #expect(clock.takeMove() == nil)
  }

  @Test("F3: a reading or a memory at either end of its range is no crash")
  func extremes() {
    let ends = [Int64.min, -1, 0, .max].map { WallInstant(millisecondsSince1970: $0) }
    for mark in ends {
      for at in ends {
        for source in [ClockSource.none, .battery, .timeServer] {
          var clock = CivilClock(ClockMemory(mark: mark), boot: nil, at: Self.steady(0))
          _ = clock.read(ClockReading(at, source), at: Self.steady(0))
          clock.hear(cloud: mark, at: Self.steady(0))
          _ = clock.hearTechnician(at: MonotonicInstant(nanoseconds: .max))
          let end = MonotonicInstant(nanoseconds: .max)
          _ = clock.read(ClockReading(at, source), at: end)
          _ = CivilClock(clock.memory(at: end), boot: "b", at: Self.steady(0))
        }
      }
    }
  }
}

/// What the door shows, in milliseconds beside the truth, and how far it is to be trusted.
private struct Shown: Equatable {
  var off: Int64
  var trust: ClockTrust

  init(_ off: Int64, _ trust: ClockTrust) {
    self.off = off
    self.trust = trust
  }
}

extension CivilClock {
  /// The system's clock is `off` seconds beside the truth, `seconds` after noon.
  fileprivate mutating func read(
    off: Int64, _ source: ClockSource, after seconds: Int64
  ) -> Shown {
    let truth = CivilClockTests.noon.advanced(bySeconds: seconds)
    let moment = read(
      ClockReading(truth.advanced(bySeconds: off), source), at: CivilClockTests.steady(seconds))
    return Shown(moment.wall.milliseconds(since: truth), moment.trust)
  }
}
