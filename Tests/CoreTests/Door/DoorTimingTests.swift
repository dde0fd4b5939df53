import DoorCore
import Testing

@Suite("The times of a door (A4, A6)")
struct DoorTimingTests {
  @Test("A4 A6: the times of a door for which nobody set any")
  func standard() {
    #expect(
      DoorTiming()
        == DoorTiming(
          relock: .whenClosed, heldOpenMilliseconds: 30_000, warningMilliseconds: 10_000,
          releaseLimitMilliseconds: 120_000, debounceMilliseconds: 20,
          reassertMilliseconds: 1_000, exitHoldMilliseconds: 5_000,
          exitRequest: .required, exitGraceMilliseconds: 500, exitHeldMilliseconds: 60_000))
  }

  @Test(
    "A6: the warning is cut to the time until the alarm, and none is none",
    arguments: [(-1, 0), (0, 0), (1, 1), (4_999, 4_999), (5_000, 5_000), (5_001, 5_000)])
  func warning(_ milliseconds: Int, _ counts: Int) {
    let timing = DoorTiming(heldOpenMilliseconds: 5_000, warningMilliseconds: milliseconds)
    #expect(timing.warningMilliseconds == counts)
  }
}
