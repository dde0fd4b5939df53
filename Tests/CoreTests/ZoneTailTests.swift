import Testing

@testable import DoorRules

@Suite("B4: what a zone's file says of the years after its table")
struct ZoneTailTests {
  /// Seconds since 1970 of a UTC hour.
  private func hour(_ year: Int, _ month: Int, _ day: Int, _ hour: Int) -> Int64 {
    Int64(CivilDate(year: year, month: month, day: day).dayNumber) * 86_400 + Int64(hour) * 3_600
  }

  @Test("day J60 is the first of March in every year, day 59 counted from 0 the 29th of February")
  func leapYears() throws {
    let julian = try #require(ZoneTail(Array("AAA0BBB,J59/0,J60/0".utf8)[...]))
    let ordinal = try #require(ZoneTail(Array("AAA0BBB,58/0,59/0".utf8)[...]))
    for year in [2_024, 2_000, 2_023, 2_100] {
      // Until the first of March by summer's clock, which is an hour ahead.
      let march = hour(year, 3, 1, 0)
      #expect(julian.offsetSeconds(atUTC: hour(year, 2, 28, 0) - 1) == 0)
      #expect(julian.offsetSeconds(atUTC: hour(year, 2, 28, 0)) == 3_600)
      #expect(julian.offsetSeconds(atUTC: march - 3_601) == 3_600)
      #expect(julian.offsetSeconds(atUTC: march - 3_600) == 0)
      #expect(ordinal.offsetSeconds(atUTC: hour(year, 2, 28, 22)) == 3_600)
      #expect(ordinal.offsetSeconds(atUTC: hour(year, 2, 28, 23)) == 0)
    }
  }
}
