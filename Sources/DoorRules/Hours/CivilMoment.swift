/// The quotient rounded down, as days before 1970 need it, and the remainder, 0 to `divisor - 1`.
func floored(_ number: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
  let remainder = (number % divisor + divisor) % divisor
  return ((number - remainder) / divisor, remainder)
}

/// A day of the Gregorian calendar. Prints as `2026-11-20`.
public struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Documents can contain 0000 to 9999.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Reads `YYYY-MM-DD`; nil for anything else, and for a day that the calendar does not have.
  public init?(parsing text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
    // A month or day that does not exist becomes a date in another month.
    guard CivilDate(dayNumber: dayNumber) == self else { return nil }
  }

  /// The date of a day counted from 1970-01-01. Algorithm of Howard Hinnant, "chrono-Compatible
  /// Low-Level Date Algorithms", civil_from_days.
  public init(dayNumber: Int) {
    let (era, dayOfEra) = floored(dayNumber + 719_468, by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01; the inverse of ``init(dayNumber:)``. Month 13 is the January after.
  public var dayNumber: Int {
    let (era, yearOfEra) = floored(month <= 2 ? year - 1 : year, by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  public var description: String {
    let digits = String(year)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(padded)-\(twoDigits(month))-\(twoDigits(day))"
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

/// The days of the week, Monday first as in ISO 8601.
public enum Weekday: Int, Sendable, Hashable, CaseIterable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// `allCases` is made anew whenever it is read.
  private static let week = allCases

  /// The weekday of a day counted from 1970-01-01, which was a Thursday.
  public init(dayNumber: Int) { self = Self.week[floored(dayNumber + 3, by: 7).remainder] }

  /// By its name in documents.
  public init?(name: String) {
    guard let day = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = day
  }

  /// The name used in documents: `monday` to `sunday`.
  public var name: String {
    switch self {
    case .monday: "monday"
    case .tuesday: "tuesday"
    case .wednesday: "wednesday"
    case .thursday: "thursday"
    case .friday: "friday"
    case .saturday: "saturday"
    case .sunday: "sunday"
    }
  }
}

/// Local time at the facility.
public struct CivilMoment: Sendable, Hashable {
  /// Days since 1970-01-01 in local time.
  public var dayNumber: Int
  /// 0 to 86,399.
  public var secondOfDay: Int

  /// `localSeconds` are seconds since 1970 with the zone's offset added.
  public init(localSeconds: Int64) {
    (dayNumber, secondOfDay) = floored(Int(localSeconds), by: 86_400)
  }

  public var date: CivilDate { CivilDate(dayNumber: dayNumber) }

  public var weekday: Weekday { Weekday(dayNumber: dayNumber) }

  /// Minutes since Monday 00:00; 0 to 10,079.
  public var minuteOfWeek: Int { weekday.rawValue * 1_440 + secondOfDay / 60 }

  /// `HH:MM`.
  public var clockText: String {
    let minute = secondOfDay / 60
    return "\(twoDigits(minute / 60)):\(twoDigits(minute % 60))"
  }

  /// `2026-11-20 09:30`.
  public var text: String { "\(date) \(clockText)" }
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
