import DoorCore
import DoorRules
import Testing

@Suite("Both clocks at one point (C8)")
struct MomentTests {
  @Test("C8: at a door without a cloud nobody says how old the cache is: it is never too old")
  func cacheAge() {
    let now = MonotonicInstant(nanoseconds: 1)
    let moment = Moment(monotonic: now, wall: ControllerHarness.noon, trust: .unknown)
    #expect(
      moment
        == Moment(
          monotonic: now, wall: ControllerHarness.noon, trust: .unknown, cacheAgeSeconds: 0))
  }
}
