import CoreModels
import DoorRules
import Testing

@Suite("B4: the compiled week against a slow, obvious one")
struct WeeklyHoursComparisonTests {
  private static func windows(_ random: inout Xorshift) -> [(from: Int, to: Int)] {
    (0..<random.number(0...3)).map { _ in
      let from = random.number(0...1_439)
      var to = random.number(1...1_440)
      if to == from { to = from == 1_439 ? 1 : from + 1 }
      return (from, to)
    }
  }

  @Test("100,000 moments in 2,000 weeks with exceptions and holidays: no difference")
  func random() throws {
    var random = Xorshift(seed: 2_026)
    var differences = 0
    var insides = 0
    let first = CivilDate(year: 2026, month: 1, day: 1).dayNumber
    for _ in 0..<2_000 {
      var slow = SlowWeek()
      for day in Weekday.allCases where random.chance(3, in: 4) {
        slow.days[day.name] = Self.windows(&random)
      }
      func anyDate(_ random: inout Xorshift) -> CivilDate {
        CivilDate(dayNumber: first + random.number(0...20))
      }
      if random.chance(1, in: 2) {
        for _ in 0..<3 { slow.exceptions[anyDate(&random)] = Self.windows(&random) }
      }
      if random.chance(1, in: 2) {
        for _ in 0..<3 {
          let effects: [Holidays.Effect] = [.closed, .open, .like(.sunday), .like(.wednesday)]
          slow.holidays[anyDate(&random)] = effects[random.number(0...3)]
        }
      }
      let compiled = try slow.compiled()
      let holidays = slow.compiledHolidays
      for _ in 0..<50 {
        let date = anyDate(&random)
        let minute = random.number(0...1_439)
        let moment = CivilMoment(
          localSeconds: Int64(date.dayNumber) * 86_400 + Int64(minute * 60 + random.number(0...59)))
        let expected = slow.contains(date, minute: minute)
        if expected { insides += 1 }
        if compiled.contains(moment, holidays: holidays) != expected { differences += 1 }
      }
    }
    #expect(differences == 0)
    // Both answers occur often.
    #expect((20_000...80_000).contains(insides), "\(insides)")
  }

  @Test("dates count like the calendar over four hundred years")
  func dates() {
    var date = (year: 1970, month: 1, day: 1)
    func length(_ year: Int, _ month: Int) -> Int {
      let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
    var wrong = 0
    for number in 0..<146_097 {
      let counted = CivilDate(year: date.year, month: date.month, day: date.day)
      if CivilDate(dayNumber: number) != counted || counted.dayNumber != number
        || CivilDate(parsing: "\(counted)") != counted
      {
        wrong += 1
      }
      date.day += 1
      if date.day > length(date.year, date.month) { (date.day, date.month) = (1, date.month + 1) }
      if date.month > 12 { (date.month, date.year) = (1, date.year + 1) }
    }
    #expect(wrong == 0)
    #expect(CivilDate(dayNumber: -1) == CivilDate(year: 1969, month: 12, day: 31))
    #expect(Weekday(dayNumber: 0) == .thursday)
    #expect(Weekday(dayNumber: -4) == .sunday)
  }
}
