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
      // Until the first of March in summer time, which is an hour ahead.
      let march = hour(year, 3, 1, 0)
      #expect(julian.offsetSeconds(atUTC: hour(year, 2, 28, 0) - 1) == 0)
      #expect(julian.offsetSeconds(atUTC: hour(year, 2, 28, 0)) == 3_600)
      #expect(julian.offsetSeconds(atUTC: march - 3_601) == 3_600)
      #expect(julian.offsetSeconds(atUTC: march - 3_600) == 0)
      #expect(ordinal.offsetSeconds(atUTC: hour(year, 2, 28, 22)) == 3_600)
      #expect(ordinal.offsetSeconds(atUTC: hour(year, 2, 28, 23)) == 0)
    }
  }

  private func read(_ text: String) -> ZoneTail? { ZoneTail(Array(text.utf8)[...]) }

  @Test(
    "the first to the fourth weekday of each month, and the last, are where a calendar has them")
  func weekdaysOfMonths() throws {
    var wrong: [String] = []
    for year in [1_950, 2_024, 2_026, 2_100] {
      for month in 1...12 {
        // The days of the month by their weekday, Sunday first.
        let first = CivilDate(year: year, month: month, day: 1).dayNumber
        let days = (first..<first + 31).filter { CivilDate(dayNumber: $0).month == month }
        let byWeekday = (0..<7).map { weekday in
          days.filter { (Weekday(dayNumber: $0).rawValue + 1) % 7 == weekday }
        }
        for (weekday, days) in byWeekday.enumerated() {
          for week in 1...5 {
            let day = week == 5 ? days[days.count - 1] : days[week - 1]
            // The end of a year that no such month reaches, or the beginning.
            let other = month < 7 ? "J365" : "J1"
            let rule = "AAA0BBB,M\(month).\(week).\(weekday)/3,\(other)/0"
            let begins = Int64(day) * 86_400 + 10_800
            let tail = try #require(read(rule))
            if tail.offsetSeconds(atUTC: begins - 1) != 0
              || tail.offsetSeconds(atUTC: begins) != 3_600
            {
              wrong.append("\(rule) \(year)")
            }
          }
        }
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("summer is from its first second to before its end, and spans the new year in the south")
  func boundaries() throws {
    let north = try #require(read("AAA3BBB,M4.1.0,M10.1.0"))
    let south = try #require(read("AAA3BBB,M10.1.0,M4.1.0"))
    for year in [2_026, 2_027] {
      // The first Sundays of April and of October, 02:00 of standard and of summer time.
      let (april, october) = year == 2_026 ? (5, 4) : (4, 3)
      for (moment, isSummer) in [
        (hour(year, 4, april, 5) - 1, false), (hour(year, 4, april, 5), true),
        (hour(year, 10, october, 4) - 1, true), (hour(year, 10, october, 4), false),
        (hour(year, 1, 1, 0), false), (hour(year, 12, 31, 23), false),
      ] {
        #expect(north.offsetSeconds(atUTC: moment) == (isSummer ? -7_200 : -10_800))
      }
      for (moment, isSummer) in [
        (hour(year, 4, april, 4) - 1, true), (hour(year, 4, april, 4), false),
        (hour(year, 10, october, 5) - 1, false), (hour(year, 10, october, 5), true),
        (hour(year, 1, 1, 0), true), (hour(year, 12, 31, 23), true),
      ] {
        #expect(south.offsetSeconds(atUTC: moment) == (isSummer ? -7_200 : -10_800))
      }
    }
  }

  @Test("summer all year, as RFC 8536 writes it, has no gap at the new year")
  func allYear() throws {
    for (rule, offset) in [
      ("EST5EDT,0/0,J365/25", -14_400), ("XXX-9YYY,0/0,J365/25", 36_000),
      // A summer that ends when it begins is not defined; Python's zoneinfo reads it the same way.
      ("AAA0BBB,J60/2,J60/3", 3_600),
    ] {
      let tail = try #require(read(rule))
      for year in [2_024, 2_025, 2_100] {
        for hours in -48..<48 {
          for (month, day) in [(1, 1), (3, 1)] {
            #expect(tail.offsetSeconds(atUTC: self.hour(year, month, day, hours)) == offset)
          }
        }
      }
    }
  }

  @Test(
    "an offset is hours, minutes and seconds west of UTC, with or without a sign",
    arguments: [
      ("AAA0", 0), ("AAA3", -10_800), ("AAA+3", -10_800), ("AAA-3", 10_800), ("AAA03", -10_800),
      ("AAA1:02", -3_720), ("AAA1:02:03", -3_723), ("AAA-1:59:59", 7_199), ("AAA24", -86_400),
      ("AAA-24:59:59", 89_999), ("ABCDEz5", -18_000), ("<+0330>-3:30", 12_600), ("<>5", -18_000),
    ])
  func offsets(_ rule: String, _ offset: Int) throws {
    let tail = try #require(read(rule))
    #expect(tail.offsetSeconds(atUTC: 0) == offset)
    #expect(tail.changes == nil)
  }

  @Test(
    "summer is an hour ahead of standard time, or has an offset of its own",
    arguments: [
      ("AAA3BBB", -7_200), ("AAA3BBB1:30", -5_400), ("AAA-3BBB<", nil), ("AAA3<-5>5", -18_000),
    ])
  func summerOffsets(_ zone: String, _ offset: Int?) {
    let tail = read(zone + ",0/0,J365/25")
    #expect(tail?.summerOffset == offset)
  }

  @Test(
    "a change is at 02:00 by the wall, or as many as 167 hours from midnight either way",
    arguments: [
      ("", 7_200), ("/0", 0), ("/2", 7_200), ("/+1", 3_600), ("/-1", -3_600), ("/1:02:03", 3_723),
      ("/167", 601_200), ("/-167:59:59", -604_799), ("/168", nil), ("/-168", nil), ("/", nil),
      ("/x", nil), ("/1:60", nil), ("/1:00:60", nil), ("/1:", nil), ("/1:0:", nil), ("/-+1", nil),
      ("/00001", nil), ("/0001", 3_600), ("/1:2:3:4", nil),
    ])
  func times(_ time: String, _ seconds: Int?) {
    #expect(read("AAA0BBB,J100\(time),J200")?.changes?.start.seconds == seconds)
    #expect(read("AAA0BBB,J50,J200\(time)")?.changes?.end.seconds == seconds)
  }

  @Test("the numbers of a day are taken at each bound and refused one past it")
  func days() {
    typealias Day = ZoneTail.Change.Day
    for (text, day) in [
      ("M1.1.0", .weekday(month: 1, week: 1, day: 0)),
      ("M12.5.6", .weekday(month: 12, week: 5, day: 6)),
      ("M0.1.0", nil), ("M13.1.0", nil), ("M1.0.0", nil), ("M1.6.0", nil), ("M1.1.7", nil),
      ("M1.1", nil), ("M1.1.", nil), ("M1,1,0", nil), ("M1.1,0", nil), ("M1", nil), ("M", nil),
      ("J1", .julian(1)), ("J365", .julian(365)), ("J0", nil), ("J366", nil), ("J", nil),
      ("0", .ordinal(0)), ("365", .ordinal(365)), ("366", nil), ("-1", nil), ("", nil), ("x", nil),
    ] as [(String, Day?)] {
      #expect(read("AAA0BBB,\(text),J200")?.changes?.start.day == day, "\(text)")
      #expect(read("AAA0BBB,J200,\(text)")?.changes?.end.day == day, "\(text)")
    }
  }

  @Test(
    "what is no rule is refused",
    arguments: [
      "", "A", "AB5", "AAA", "5", "<5", "<A>", "<AAA5", "AAA5,", "AAA5BB", "AAA5BBB", "AAA5BBB4",
      "AAA5BBB,", "AAA5BBB,J1", "AAA5BBB,J1,", "AAA5BBB,J1J2", "AAA5BBBJ1,J2", "AAA5BBB,J1,J2,",
      "AAA5BBB,J1,J2 ", "AAA5 ", " AAA5", "AAA-+5", "AAA+-5", "AAA25", "AAA-25", "AAA1:60",
      "AAA5BBB25,J1,J2", "AAA5BBB-25,J1,J2", "AAA5:", "AA15", "A[A5", "A`A5", "A@A5", "A{A5",
      "AAA5\n",
    ])
  func refused(_ rule: String) { #expect(read(rule) == nil) }
}
