/// A week of windows in local wall-clock minutes, with dated exceptions. Every minute of the week
/// is a bit, so that an ordinary day takes one memory access.
///
/// Daylight saving needs no rule of its own, since windows are in local time. Both passes of the
/// hour that repeats in autumn are inside; the hour that spring skips never happens.
public struct WeeklyHours: Sendable, Hashable {
  /// Minutes of a week.
  public static let minutesPerWeek = 7 * DayWindows.minutes
  /// The most dated exceptions of one week.
  public static let exceptionsMax = 366

  /// Monday first.
  private var days: [DayWindows]
  /// Dates, as days since 1970-01-01, whose windows replace those of their weekday.
  private var exceptions: [Int: DayWindows]
  /// One bit for each minute from Monday 00:00, exceptions left out.
  private var words: [UInt64]

  /// Monday first; seven days.
  init(days: [DayWindows], exceptions: [Int: DayWindows] = [:]) {
    self.days = days
    self.exceptions = exceptions
    words = Array(repeating: 0, count: (Self.minutesPerWeek + 63) / 64)
    for (index, day) in days.enumerated() {
      for window in day.windows {
        let start = index * DayWindows.minutes
        let end = start + window.upperBound
        mark(start + window.lowerBound, min(end, Self.minutesPerWeek))
        // What goes beyond Sunday continues on Monday.
        mark(0, end - Self.minutesPerWeek)
      }
    }
  }

  /// Sets the bits of `[from, end)`, up to a word at a time; none when it ends before it begins.
  private mutating func mark(_ from: Int, _ end: Int) {
    var minute = from
    while minute < end {
      let bit = minute & 63
      let count = min(64 - bit, end - minute)
      // With a count of 64 the shift gives 0, and 0 minus 1 is a word of ones.
      words[minute >> 6] |= ((1 << UInt64(count)) &- 1) << UInt64(bit)
      minute += count
    }
  }

  /// A week without a window: always closed.
  public init() { self.init(days: Array(repeating: .closed, count: 7)) }

  /// True when the minute, 0 to 10,079 from Monday 00:00, is in a window of an ordinary week.
  public func contains(minuteOfWeek minute: Int) -> Bool {
    guard (0..<Self.minutesPerWeek).contains(minute) else { return false }
    return words[minute >> 6] >> UInt64(minute & 63) & 1 == 1
  }

  /// What the hours decide.
  public enum Purpose: Sendable, Hashable {
    /// May somebody enter?
    case access
    /// Does the door stand unlocked?
    case unlocking
  }

  /// True when the facility's clock shows a moment inside a window.
  public func contains(
    _ moment: CivilMoment, holidays: Holidays = Holidays(), for purpose: Purpose = .access
  ) -> Bool {
    if exceptions.isEmpty && holidays.isEmpty {
      return contains(minuteOfWeek: moment.minuteOfWeek)
    }
    let minute = moment.secondOfDay / 60
    let today = windows(on: moment.dayNumber, holidays, purpose).covers(minute)
    if today { return true }
    return windows(on: moment.dayNumber - 1, holidays, purpose).reachesIntoNext(minute)
  }

  /// True when the facility's clock is inside a window at this moment.
  public func contains(
    _ instant: WallInstant, in zone: ZoneRules, holidays: Holidays = Holidays(),
    for purpose: Purpose = .access
  ) -> Bool {
    contains(zone.civil(at: instant), holidays: holidays, for: purpose)
  }

  /// A dated exception beats a holiday, a holiday beats the weekday.
  private func windows(on day: Int, _ holidays: Holidays, _ purpose: Purpose) -> DayWindows {
    if let exception = exceptions[day] { return exception }
    let ordinary = days[Weekday(dayNumber: day).rawValue]
    guard let holiday = holidays[dayNumber: day] else { return ordinary }
    switch (holiday.effect, purpose) {
    case (.closed, _): return .closed
    case (.open, .access): return .open
    case (.open, .unlocking): return ordinary
    case (.like(let weekday), _): return days[weekday.rawValue]
    }
  }

  /// Why the date of a moment is not an ordinary one: `exception 2026-12-24`, or the holiday's
  /// name; nil on an ordinary day.
  public func specialDay(of moment: CivilMoment, holidays: Holidays) -> String? {
    if exceptions[moment.dayNumber] != nil { return "exception \(moment.date)" }
    return holidays[dayNumber: moment.dayNumber].map { "holiday \($0.name)" }
  }
}
