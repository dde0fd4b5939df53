import DoorCore
import DoorRules
import Testing

@Suite("A5: what becomes of a span over a restart")
struct KeptSpanTests {
  private static let noon = WallInstant(secondsSince1970: 1_800_000_000)
  private static let written = KeptSpan(remainingMilliseconds: 600_000, savedAt: noon)

  private func left(
    _ span: TimedSpan, of kept: KeptSpan = written, after seconds: Int64,
    _ trust: ClockTrust = .holdover
  ) -> Int {
    kept.remainingMilliseconds(
      of: span,
      at: Moment(
        monotonic: MonotonicInstant(nanoseconds: 7), wall: Self.noon.advanced(bySeconds: seconds),
        trust: trust))
  }

  @Test("the time that the door was down counts while the clock is trusted, and makes none longer")
  func trusted() {
    for span in [TimedSpan.modeOpen, .modeClosed, .lockout] {
      #expect(left(span, after: 0) == 600_000)
      #expect(left(span, after: 60) == 540_000)
      #expect(left(span, after: 600) == 0)
      #expect(left(span, after: 400_000_000) == 0)
      #expect(left(span, after: -86_400) == 600_000)
    }
  }

  @Test(
    "when nobody knows how long that was, an open door is open no more, a lock lasts as long again",
    arguments: [ClockTrust.doubtful, .unknown])
  func untrusted(_ trust: ClockTrust) {
    let unsaved = KeptSpan(remainingMilliseconds: 600_000, savedAt: nil)
    for (span, expected) in [
      (TimedSpan.modeOpen, 0), (.modeClosed, 600_000), (.lockout, 600_000),
    ] {
      #expect(left(span, after: 60, trust) == expected)
      #expect(left(span, of: unsaved, after: 60) == expected)
    }
  }

  @Test("F3: any number from the disk is a span no longer than was written, and none crashes")
  func anyNumbers() {
    for remaining in [Int.min, -1, 0, 1, .max] {
      for saved in [Int64.min, 0, .max] {
        let kept = KeptSpan(
          remainingMilliseconds: remaining,
          savedAt: WallInstant(millisecondsSince1970: saved))
        for span in TimedSpan.allCases {
          #expect((0...max(remaining, 0)).contains(left(span, of: kept, after: 0)))
        }
      }
    }
  }

  @Test("what is written is the rest, and when that was only if the clock was trusted")
  func writing() {
    var now = Moment(
      monotonic: MonotonicInstant(nanoseconds: 1_000_000_000), wall: Self.noon, trust: .holdover)
    let end = MonotonicInstant(nanoseconds: 601_000_000_000)
    #expect(KeptSpan(until: end, at: now) == Self.written)
    now.trust = .doubtful
    #expect(KeptSpan(until: end, at: now).savedAt == nil)
    now.monotonic = end
    #expect(KeptSpan(until: end, at: now).remainingMilliseconds == 0)
  }
}
