import Testing

@testable import DoorRules

@Suite("B4: weeks as they are written")
struct WeeklyHoursParsingTests {
  @Test("of all clocks 00:00 to 99:99 those of a day are read, and 24:00")
  func clocks() {
    var wrong: [String] = []
    for hour in 0...99 {
      for minute in 0...99 {
        let text = [hour, minute].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let isClock = (hour < 24 && minute < 60) || text == "24:00"
        if WeeklyHours.minuteOfDay(text) != (isClock ? hour * 60 + minute : nil) {
          wrong.append(text)
        }
      }
    }
    #expect(wrong.prefix(3) == [])
  }

  @Test("at each place of a clock only its digits or its colon are read")
  func bytes() {
    for place in 0..<5 {
      let read = (UInt8(32)..<127).filter { byte in
        var text = Array("00:00".utf8)
        text[place] = byte
        return WeeklyHours.minuteOfDay(String(decoding: text, as: UTF8.self)) != nil
      }
      // Tens of hours, hours, colon, tens of minutes, minutes.
      #expect(
        String(decoding: read, as: UTF8.self)
          == ["012", "0123456789", ":", "012345", "0123456789"][place])
    }
    for text in ["", "0", "00", "00:", "00:0", "00:000", "000:00", "00:00 ", "00:00:00"] {
      #expect(WeeklyHours.minuteOfDay(text) == nil, "\(text)")
    }
  }

  /// Path and message of each problem.
  private func problems(
    _ week: [String: [WeeklyHours.Window]], _ exceptions: [String: [WeeklyHours.Window]] = [:]
  ) -> [String] {
    do {
      _ = try WeeklyHours(parsing: week, exceptions: exceptions)
      return []
    } catch {
      return error.problems.map { "\($0.path) \($0.message)" }
    }
  }

  @Test("each wrong end of a window is said once, and nothing follows from it")
  func once() {
    #expect(
      problems(["friday": [("24:00", "24:00")]]) == [
        "friday[0].from \"24:00\" is not HH:MM from 00:00 to 23:59"
      ])
    #expect(
      problems(["friday": [("08:00", "09:00"), ("08:00", "x")]]) == [
        "friday[1].to \"x\" is not HH:MM from 00:00 to 24:00"
      ])
    #expect(
      problems(["friday": [("08:00", "08:00")]]) == [
        "friday[0] from and to are both 08:00; for a whole day write 00:00 to 24:00"
      ])
  }

  @Test("a week takes 24 windows a day and 366 exceptions, and not one more")
  func limits() {
    for (count, problem) in [
      (24, nil), (25, "sunday has 25 windows; at most 24 are allowed"),
    ] as [(Int, String?)] {
      let windows = Array(repeating: ("09:00", "17:00"), count: count)
      #expect(problems(["sunday": windows]) == (problem.map { [$0] } ?? []))
    }
    for (count, problem) in [
      (366, nil), (367, "exceptions has 367 dates; at most 366 are allowed"),
    ] as [(Int, String?)] {
      let dates = (0..<count).map { ("\(CivilDate(dayNumber: $0))", [] as [WeeklyHours.Window]) }
      #expect(
        problems([:], Dictionary(uniqueKeysWithValues: dates)) == (problem.map { [$0] } ?? []))
    }
  }

  @Test("a week that names no window is the closed one, however it is written")
  func closed() throws {
    #expect(try WeeklyHours(parsing: [:]) == WeeklyHours())
    #expect(try WeeklyHours(parsing: ["monday": [], "sunday": []]) == WeeklyHours())
    #expect(try WeeklyHours(parsing: ["monday": [("00:00", "00:01")]]) != WeeklyHours())
  }

  @Test("an end that is not after its begin is in the next day, at the same minute a whole day on")
  func nextDay() {
    for (to, end) in [(0, 1_440), (599, 2_039), (600, 2_040), (601, 601), (1_440, 1_440)] {
      var day = DayWindows.closed
      day.open(from: 600, to: to)
      #expect(day.windows == [600..<end])
    }
  }
}
