import CoreModels
import DoorRules
import Testing

@Suite("F4: instants move exactly, and stop at the ends instead of overflowing")
struct InstantTests {
  @Test("a monotonic instant moves by microseconds and milliseconds, down to 0 and up to the end")
  func monotonic() {
    func moved(_ from: UInt64, _ microseconds: Int) -> UInt64 {
      MonotonicInstant(nanoseconds: from).advanced(byMicroseconds: microseconds).nanoseconds
    }
    #expect(moved(5, 0) == 5 && moved(5, 1) == 1_005)
    #expect(moved(2_500, -1) == 1_500 && moved(2_500, -2) == 500)
    #expect(moved(1_001, -1) == 1 && moved(1_000, -1) == 0 && moved(999, -1) == 0)
    #expect(moved(.max - 1_000, 1) == .max && moved(.max - 1_001, 1) == .max - 1)
    #expect(moved(.max - 999, 1) == .max && moved(.max, -1) == .max - 1_000)
    #expect(moved(7, .max) == .max && moved(7, .min) == 0)
    let start = MonotonicInstant(nanoseconds: 7)
    #expect(start.advanced(byMilliseconds: 3).nanoseconds == 3_000_007)
    #expect(start.advanced(byMilliseconds: -3).nanoseconds == 0)
  }

  @Test("the time between two is whole microseconds, and 0 when they are in the wrong order")
  func between() {
    let earlier = MonotonicInstant(nanoseconds: 10_000)
    for (later, microseconds) in [
      (0, 0), (9_999, 0), (10_000, 0), (10_999, 0), (11_000, 1), (11_001, 1), (1_010_000, 1_000),
    ] as [(UInt64, Int)] {
      #expect(
        MonotonicInstant(nanoseconds: later).microseconds(since: earlier) == microseconds)
    }
    #expect(
      MonotonicInstant(nanoseconds: .max).microseconds(since: MonotonicInstant(nanoseconds: 0))
        == Int(UInt64.max / 1_000))
  }

  @Test("the earliest of up to five deadlines is the least of those that are set")
  func earliest() {
    var random = Xorshift(seed: 11)
    for _ in 0..<500 {
      let all = (0..<5).map { _ in
        random.chance(1, in: 3)
          ? nil : MonotonicInstant(nanoseconds: UInt64(random.number(0...9)))
      }
      #expect(
        MonotonicInstant.earliest(all[0], all[1], all[2], all[3], all[4])
          == all.compactMap { $0 }.min())
      #expect(MonotonicInstant.earliest(all[0], all[1]) == all[..<2].compactMap { $0 }.min())
    }
  }

  @Test("a wall instant has whole seconds, rounded down before 1970 too")
  func seconds() {
    for (milliseconds, seconds) in [
      (0, 0), (999, 0), (1_000, 1), (1_001, 1), (-1, -1), (-999, -1), (-1_000, -1), (-1_001, -2),
      (.max, .max / 1_000), (.min, .min / 1_000 - 1),
    ] as [(Int64, Int64)] {
      #expect(WallInstant(millisecondsSince1970: milliseconds).secondsSince1970 == seconds)
    }
    #expect(WallInstant(secondsSince1970: -3).millisecondsSince1970 == -3_000)
    let most = Int64.max / 1_000
    for (seconds, milliseconds) in [
      (most, most * 1_000), (most + 1, .max), (.max, .max), (-most, -most * 1_000),
      (-most - 1, .min), (.min, .min),
    ] as [(Int64, Int64)] {
      #expect(WallInstant(secondsSince1970: seconds).millisecondsSince1970 == milliseconds)
    }
  }

  @Test("a wall instant moves either way, and the order is that of time")
  func wall() {
    func moved(_ from: Int64, _ seconds: Int64) -> Int64 {
      WallInstant(millisecondsSince1970: from).advanced(bySeconds: seconds).millisecondsSince1970
    }
    #expect(moved(5, 0) == 5 && moved(5, 2) == 2_005 && moved(5, -2) == -1_995)
    #expect(moved(.max - 1_000, 1) == .max && moved(.max - 1_001, 1) == .max - 1)
    #expect(moved(.max - 999, 1) == .max && moved(.min + 999, -1) == .min)
    #expect(moved(.min + 1_001, -1) == .min + 1)
    #expect(moved(0, .max) == .max && moved(0, .min) == .min)
    let (one, two) = (
      WallInstant(millisecondsSince1970: 1), WallInstant(millisecondsSince1970: 2)
    )
    #expect(one < two && !(two < one) && !(one < one))
  }
}
