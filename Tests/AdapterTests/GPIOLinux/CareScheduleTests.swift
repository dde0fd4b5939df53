import DoorCore
import DoorRules
import Testing

@testable import GPIOLinux

@Suite("When lines are looked after: missing ones again within a second, polled ones in time (F3)")
struct CareScheduleTests {
  private static func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1_000_000_000).advanced(byMilliseconds: milliseconds)
  }

  @Test("a missing line is requested at once, and then twice a second, whatever is polled")
  func retries() {
    var schedule = CareSchedule(pollMilliseconds: 20)
    var retries: [Int] = []
    var polls = 0
    var now = 0
    while now < 3_000 {
      let due = schedule.take(at: Self.at(now), isMissing: true, isPolled: true)
      if due.retry { retries.append(now) }
      if due.poll { polls += 1 }
      let wait = schedule.waitMicroseconds(at: Self.at(now), isMissing: true, isPolled: true)
      now += max((wait ?? 0) / 1_000, 1)
    }
    #expect(retries == [0, 500, 1_000, 1_500, 2_000, 2_500])
    #expect(polls == 150)
  }

  @Test(
    "a line that goes missing later is requested at once, but not more often than twice a second")
  func later() {
    var schedule = CareSchedule(pollMilliseconds: 20)
    #expect(schedule.take(at: Self.at(0), isMissing: false, isPolled: false) == (false, false))
    #expect(schedule.waitMicroseconds(at: Self.at(0), isMissing: false, isPolled: false) == nil)
    #expect(schedule.take(at: Self.at(7_000), isMissing: true, isPolled: false).retry)
    // It came back and is gone again.
    #expect(!schedule.take(at: Self.at(7_100), isMissing: true, isPolled: false).retry)
    #expect(
      schedule.waitMicroseconds(at: Self.at(7_100), isMissing: true, isPolled: false) == 400_000)
    #expect(schedule.take(at: Self.at(7_500), isMissing: true, isPolled: false).retry)
  }

  @Test("a late thread polls once, and not once for each period that it missed")
  func late() {
    var schedule = CareSchedule(pollMilliseconds: 20)
    #expect(schedule.take(at: Self.at(0), isMissing: false, isPolled: true).poll)
    #expect(schedule.take(at: Self.at(900), isMissing: false, isPolled: true).poll)
    #expect(!schedule.take(at: Self.at(901), isMissing: false, isPolled: true).poll)
  }

  @Test("a polled level becomes an edge when it changes; the first one is none")
  func levels() {
    let exit = InputLine.requestToExit(DoorID("front")!)
    var levels = PolledLevels()
    #expect(levels.read(exit, true, at: Self.at(0)) == nil)
    #expect(levels.read(exit, true, at: Self.at(20)) == nil)
    #expect(
      levels.read(exit, false, at: Self.at(40))
        == LineEdge(line: exit, isActive: false, at: Self.at(40)))
    #expect(levels.read(exit, false, at: Self.at(60)) == nil)
  }
}
