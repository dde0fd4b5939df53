public import DoorRules

/// The same week in the program's types.
extension SlowWeek {
  private static let clocks = (0...1_440).map { minute in
    [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  private static func texts(_ windows: [Window]) -> [WeeklyHours.Window] {
    windows.map { (clocks[$0.from], clocks[$0.to]) }
  }

  /// Days and exceptions, parsed as from a configuration.
  public func compiled() throws -> WeeklyHours {
    try WeeklyHours(
      parsing: days.mapValues(Self.texts),
      exceptions: Dictionary(
        uniqueKeysWithValues: exceptions.map { ("\($0.key)", Self.texts($0.value)) }))
  }

  /// The holidays with their effects.
  public var compiledHolidays: Holidays {
    Holidays(holidays.map { ($0.key, Holidays.Holiday(name: "h", effect: $0.value)) })
  }
}
