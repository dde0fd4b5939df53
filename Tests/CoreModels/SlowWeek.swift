public import DoorRules

/// A week evaluated window by window: the reference for ``DoorRules/WeeklyHours``.
public struct SlowWeek: Sendable {
  /// In minutes of the day; `to` at or before `from` is on the next day.
  public typealias Window = (from: Int, to: Int)

  /// By the name of the weekday.
  public var days: [String: [Window]] = [:]
  public var exceptions: [CivilDate: [Window]] = [:]
  public var holidays: [CivilDate: Holidays.Effect] = [:]

  public init() {}

  /// 2026-11-23 was a Monday.
  static func weekday(_ date: CivilDate) -> String {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    let start = CivilDate(year: 2026, month: 11, day: 23).dayNumber
    return names[((date.dayNumber - start) % 7 + 7) % 7]
  }

  private func windows(on date: CivilDate) -> [Window] {
    if let exception = exceptions[date] { return exception }
    switch holidays[date] {
    case .closed: return []
    case .open: return [(0, 1_440)]
    case .like(let weekday): return days[weekday.name] ?? []
    case nil: return days[Self.weekday(date)] ?? []
    }
  }

  /// True inside a window of that day, or in the rest of one of the day before.
  public func contains(_ date: CivilDate, minute: Int) -> Bool {
    for window in windows(on: date) {
      if window.to > window.from {
        if minute >= window.from && minute < window.to { return true }
      } else if minute >= window.from {
        return true
      }
    }
    for window in windows(on: CivilDate(dayNumber: date.dayNumber - 1))
    where window.to <= window.from && minute < window.to {
      return true
    }
    return false
  }
}
