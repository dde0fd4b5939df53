extension ZoneRules {
  /// The moment at which local time is this; the first of two, and nil for a time that the clock
  /// skips.
  public func instant(of date: CivilDate, minuteOfDay: Int) -> WallInstant? {
    let local = Int64(date.dayNumber) * 86_400 + Int64(minuteOfDay) * 60
    // No zone is farther from UTC than this, and none changes twice within the time between.
    let around = [local - Self.farthestOffset, local + Self.farthestOffset]
    return around.map { offsetSeconds(at: WallInstant(secondsSince1970: $0)) }
      .map { WallInstant(secondsSince1970: local - Int64($0)) }
      .filter { civil(at: $0) == CivilMoment(localSeconds: local) }.min()
  }
}

extension CivilDate {
  /// Reads `YYYY-MM-DDTHH:MM`, also with a blank for the T, as date and minute of the day.
  public static func parsing(localTime text: String) -> (date: CivilDate, minuteOfDay: Int)? {
    let separator = text.contains("T") ? Character("T") : " "
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let date = CivilDate(parsing: String(parts[0])),
      let minute = WeeklyHours.minuteOfDay(String(parts[1])), minute < DayWindows.minutes
    else { return nil }
    return (date, minute)
  }
}
