import DoorRules
import Testing

@Suite("B4: weekly hours, exceptions and holidays")
struct WeeklyHoursTests {
  private typealias Window = WeeklyHours.Window

  /// 2026-11-23 is a Monday.
  private func moment(_ date: String, _ clock: String) throws -> CivilMoment {
    let (day, minute) = try #require(CivilDate.parsing(localTime: "\(date)T\(clock)"))
    return CivilMoment(localSeconds: Int64(day.dayNumber) * 86_400 + Int64(minute) * 60)
  }

  @Test("a window begins with its first minute and ends before its last")
  func edges() throws {
    let hours = try WeeklyHours(parsing: ["monday": [("09:00", "17:00")]])
    for (clock, inside) in [
      ("08:59", false), ("09:00", true), ("16:59", true), ("17:00", false),
    ] {
      #expect(try hours.contains(moment("2026-11-23", clock)) == inside, "\(clock)")
    }
    #expect(try !hours.contains(moment("2026-11-24", "10:00")))
    // Seconds of the last minute count.
    #expect(hours.contains(CivilMoment(localSeconds: 1_795_453_199)))
    #expect(!hours.contains(CivilMoment(localSeconds: 1_795_453_200)))
  }

  @Test("a window over midnight belongs to the day on which it begins, Sunday's reaches Monday")
  func overMidnight() throws {
    let hours = try WeeklyHours(parsing: ["sunday": [("22:00", "02:00")]])
    #expect(try hours.contains(moment("2026-11-22", "23:59")))
    #expect(try hours.contains(moment("2026-11-23", "01:59")))
    #expect(try !hours.contains(moment("2026-11-23", "02:00")))
    #expect(try !hours.contains(moment("2026-11-22", "01:00")))
  }

  @Test("one window a week covers its own minutes of the 10,080 and no others, on every day")
  func everyMinute() throws {
    var wrong: [String] = []
    // Around the edges of a word of 64 minutes, and around midnight.
    let windows = [
      (0, 1), (0, 63), (0, 64), (1, 65), (63, 64), (63, 129), (64, 128), (600, 1_439), (0, 1_440),
      (1_439, 0), (1_439, 1), (1_380, 96), (720, 719),
    ]
    func clock(_ minute: Int) -> String {
      [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
    for (index, day) in Weekday.allCases.enumerated() {
      for (from, to) in windows {
        let hours = try WeeklyHours(parsing: [day.name: [(clock(from), clock(to))]])
        let length = to > from ? to - from : to - from + 1_440
        for minute in 0..<10_080 {
          let since = (minute - index * 1_440 - from + 10_080) % 10_080
          if hours.contains(minuteOfWeek: minute) != (since < length) {
            wrong.append("\(day.name) \(from) to \(to): \(minute)")
          }
        }
        #expect(
          [Int.min, -1, 10_080, 10_112, .max].allSatisfy { !hours.contains(minuteOfWeek: $0) })
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("24:00 and 00:00 as an end both mean midnight")
  func midnight() throws {
    for end in ["24:00", "00:00"] {
      let hours = try WeeklyHours(parsing: ["monday": [("10:00", end)]])
      #expect(try hours.contains(moment("2026-11-23", "23:59")))
      #expect(try !hours.contains(moment("2026-11-24", "00:00")))
    }
    let whole = try WeeklyHours(parsing: ["monday": [("00:00", "24:00")]])
    #expect((0..<1_440).allSatisfy { whole.contains(minuteOfWeek: $0) })
    #expect(!whole.contains(minuteOfWeek: 1_440))
  }

  @Test(
    "what is no window is refused by its path",
    arguments: [
      ("monday", "09:00", "09:00", "monday[0]"), ("monday", "24:00", "25:00", "monday[0].from"),
      ("monday", "9:00", "17:00", "monday[0].from"), ("monday", "09:00", "17:60", "monday[0].to"),
      ("monday", "00:00", "00:00", "monday[0]"), ("Monday", "09:00", "17:00", "Monday"),
      ("monday", "0９:00", "17:00", "monday[0].from"), ("monday", "09:00", "24:01", "monday[0].to"),
    ])
  func refused(_ day: String, _ from: String, _ to: String, _ path: String) {
    let error = #expect(throws: WeeklyHours.ParseFailure.self) {
      try WeeklyHours(parsing: [day: [(from, to)]])
    }
    #expect(error?.problems.map(\.path).first == path)
  }

  @Test("every problem of a week is listed, those of exceptions too")
  func allProblems() {
    let error = #expect(throws: WeeklyHours.ParseFailure.self) {
      try WeeklyHours(
        parsing: ["friday": [("1", "2")], "noday": []],
        exceptions: ["2026-02-29": [], "2026-12-24": [("10:00", "10:00")]])
    }
    #expect(
      error?.problems.map(\.path) == [
        "friday[0].from", "friday[0].to", "noday", "exceptions.2026-02-29",
        "exceptions.2026-12-24[0]",
      ])
    let many = Array(repeating: ("09:00", "17:00"), count: DayWindows.windowsMax + 1)
    #expect(throws: WeeklyHours.ParseFailure.self) { try WeeklyHours(parsing: ["monday": many]) }
    #expect(throws: Never.self) {
      try WeeklyHours(parsing: ["monday": Array(many.dropLast())])
    }
  }

  @Test("an exception replaces the windows that begin on its date, and no others")
  func exceptions() throws {
    let hours = try WeeklyHours(
      parsing: ["sunday": [("22:00", "02:00")], "monday": [("09:00", "17:00")]],
      exceptions: ["2026-11-23": [("12:00", "13:00")]])
    // A window that began on Sunday continues; Monday has other windows.
    #expect(try hours.contains(moment("2026-11-23", "01:00")))
    #expect(try !hours.contains(moment("2026-11-23", "10:00")))
    #expect(try hours.contains(moment("2026-11-23", "12:30")))
    #expect(try hours.contains(moment("2026-11-30", "10:00")))
    // The exception beats a holiday on the same date.
    let holidays = Holidays(
      try ["2026-11-23", "2026-11-24"].map {
        (try #require(CivilDate(parsing: $0)), Holidays.Holiday(name: "feast", effect: .open))
      })
    for (date, special) in [
      ("2026-11-22", nil), ("2026-11-23", "exception 2026-11-23"), ("2026-11-24", "holiday feast"),
    ] {
      #expect(try hours.specialDay(of: moment(date, "10:00"), holidays: holidays) == special)
    }
  }

  @Test("a holiday closes, opens, or uses another weekday's windows; an exception beats it")
  func holidays() throws {
    let hours = try WeeklyHours(
      parsing: ["monday": [("09:00", "17:00")], "saturday": [("10:00", "12:00")]],
      exceptions: ["2026-11-30": [("20:00", "21:00")]])
    func asked(
      _ effect: Holidays.Effect, _ date: String, _ clock: String,
      _ purpose: WeeklyHours.Purpose = .access
    ) throws -> Bool {
      let day = try #require(CivilDate(parsing: date))
      let calendar = Holidays([(day, Holidays.Holiday(name: "feast", effect: effect))])
      return hours.contains(try moment(date, clock), holidays: calendar, for: purpose)
    }
    #expect(try !asked(.closed, "2026-11-23", "10:00"))
    #expect(try asked(.open, "2026-11-23", "03:00"))
    #expect(try asked(.like(.saturday), "2026-11-23", "11:00"))
    #expect(try !asked(.like(.saturday), "2026-11-23", "16:00"))
    // An open holiday does not make an unlock schedule hold the door open.
    #expect(try !asked(.open, "2026-11-23", "03:00", .unlocking))
    #expect(try asked(.open, "2026-11-23", "10:00", .unlocking))
    #expect(try !asked(.closed, "2026-11-23", "10:00", .unlocking))
    #expect(try asked(.closed, "2026-11-30", "20:30"))
    #expect(try !asked(.open, "2026-11-30", "10:00"))
  }

  @Test("a closed day takes its night shift with it, and leaves the one before")
  func closedNight() throws {
    let hours = try WeeklyHours(
      parsing: ["sunday": [("22:00", "06:00")], "monday": [("22:00", "06:00")]])
    let monday = try #require(CivilDate(parsing: "2026-11-23"))
    let calendar = Holidays([(monday, Holidays.Holiday(name: "feast", effect: .closed))])
    #expect(try hours.contains(moment("2026-11-23", "05:00"), holidays: calendar))
    #expect(try !hours.contains(moment("2026-11-23", "23:00"), holidays: calendar))
    #expect(try !hours.contains(moment("2026-11-24", "05:00"), holidays: calendar))
  }
}
