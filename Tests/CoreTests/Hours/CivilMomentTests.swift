import DoorRules
import Testing

@Suite("B4, F4: dates, weekdays and what a clock on the wall shows")
struct CivilMomentTests {
  private static func length(_ year: Int, _ month: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  @Test("the first and the last of every month from the year -400 to 2400 are counted on")
  func months() {
    var wrong: [CivilDate] = []
    // 0000-03-01 is 719,468 days before 1970; before it are an era of 400 years, January and the
    // February of a leap year.
    var day = -719_468 - 146_097 - 60
    for year in -400...2_400 {
      for month in 1...12 {
        let length = Self.length(year, month)
        for (number, date) in [
          (day, CivilDate(year: year, month: month, day: 1)),
          (day + length - 1, CivilDate(year: year, month: month, day: length)),
        ] where date.dayNumber != number || CivilDate(dayNumber: number) != date {
          wrong.append(date)
        }
        day += length
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("every minute of a week has its number and its text, before 1970 too")
  func minutes() {
    var wrong: [String] = []
    let twoDigits = (0..<60).map { $0 < 10 ? "0\($0)" : "\($0)" }
    // 1970-01-05 was a Monday, and so was 1969-12-22.
    for (monday, dates) in [
      (4, (5...11).map { "1970-01-\(twoDigits[$0])" }), (-10, (22...28).map { "1969-12-\($0)" }),
    ] {
      for (day, date) in dates.enumerated() {
        for (minute, second) in (0..<1_440).map({ ($0, $0 % 2 == 0 ? 0 : 59) }) {
          let secondOfDay = minute * 60 + second
          let moment = CivilMoment(localSeconds: Int64((monday + day) * 86_400 + secondOfDay))
          let text = "\(twoDigits[minute / 60]):\(twoDigits[minute % 60])"
          if moment.dayNumber != monday + day || moment.secondOfDay != secondOfDay
            || moment.minuteOfWeek != day * 1_440 + minute || moment.clockText != text
          {
            wrong.append("\(date) \(text)")
          }
        }
        let noon = CivilMoment(localSeconds: Int64((monday + day) * 86_400 + 43_200))
        #expect(noon.text == "\(date) 12:00")
        #expect(noon.weekday == Weekday.allCases[day])
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test(
    "what is no date, or no day of the calendar, is not read",
    arguments: [
      "", "2026-11", "2026--11-20", "-2026-11-20", "2026-11-20-", "2026-11--20", "2026-1-120",
      "+026-11-20", "2026-+1-20", "2026-11-+2", " 026-11-20", "2026/11/20", "2026:11:20",
      "2026-00-10", "2026-13-01", "2026-99-01", "2026-11-00", "2026-11-31", "2026-02-29",
      "2100-02-29", "２026-11-20",
    ])
  func refused(_ text: String) { #expect(CivilDate(parsing: text) == nil) }

  @Test("a date is written with four digits of the year at least, and one day is before the next")
  func writing() {
    for (year, text) in [
      (0, "0000-03-01"), (33, "0033-03-01"), (999, "0999-03-01"), (1_000, "1000-03-01"),
      (9_999, "9999-03-01"), (10_000, "10000-03-01"),
    ] {
      #expect("\(CivilDate(year: year, month: 3, day: 1))" == text)
    }
    let days = [-400, 0, 31, 364, 365, 366].map { CivilDate(dayNumber: $0) }
    for (left, day) in days.enumerated() {
      for (right, other) in days.enumerated() { #expect((day < other) == (left < right)) }
    }
  }

  @Test("each weekday is found by its name in documents, and by no other")
  func weekdays() {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    #expect(names.map { Weekday(name: $0) } == Weekday.allCases)
    #expect(["Monday", "mon", "", "holiday"].compactMap { Weekday(name: $0) } == [])
  }
}
