import CoreModels
import DoorRules

extension FuzzTarget {
  /// The compiled week and the slow one must agree at every moment.
  static let week = FuzzTarget(
    "week", "weeks with exceptions and holidays: compiled against slow", bytesMax: 256,
    seeds: {
      [
        [1, 0, 60, 5, 0, 1, 12, 3, 9, 200], [3, 5, 40, 0, 60, 250, 4, 1, 0, 0, 1, 3],
        [255, 17, 4, 9],
      ]
    }, make: { { try WeekTarget.run(FuzzInput($0)) } })
}

private enum WeekTarget {
  private static let first = CivilDate(year: 2026, month: 2, day: 20).dayNumber

  static func run(_ start: FuzzInput) throws {
    var input = start
    let shape = input.byte()
    var slow = SlowWeek()
    for day in Weekday.allCases where shape >> UInt8(day.rawValue) & 1 == 1 {
      slow.days[day.name] = windows(&input)
    }
    for _ in 0..<input.number(0...2) { slow.exceptions[date(&input)] = windows(&input) }
    for _ in 0..<input.number(0...2) {
      slow.holidays[date(&input)] = input.pick([.closed, .open, .like(.sunday), .like(.wednesday)])
    }
    let compiled: WeeklyHours
    do { compiled = try slow.compiled() } catch {
      throw FuzzFinding("a sound week was refused: \(error)")
    }
    let holidays = slow.compiledHolidays
    for _ in 0..<8 {
      let date = date(&input)
      let minute = input.number(0...1_439)
      let moment = CivilMoment(
        localSeconds: Int64(date.dayNumber) * 86_400 + Int64(minute * 60 + input.number(0...59)))
      try demand(
        compiled.contains(moment, holidays: holidays) == slow.contains(date, minute: minute),
        "\(moment.text): the weeks differ")
    }
  }

  private static func date(_ input: inout FuzzInput) -> CivilDate {
    CivilDate(dayNumber: first + input.number(0...20))
  }

  private static func windows(_ input: inout FuzzInput) -> [SlowWeek.Window] {
    (0..<input.number(0...3)).map { _ in
      let from = input.number(0...1_439)
      var to = input.number(1...1_440)
      if to == from { to = from == 1_439 ? 1 : from + 1 }
      return (from, to)
    }
  }
}
