/// Dates on which the facility's weekly hours are changed.
public struct Holidays: Sendable, Hashable {
  /// What a date does to the hours of its weekday.
  public enum Effect: Sendable, Hashable {
    /// No window begins on this date.
    case closed
    /// Open all day. An unlock schedule treats the date as an ordinary one, so that no door is
    /// unexpectedly left open.
    case open
    /// The windows of another weekday.
    case like(Weekday)
  }

  /// One holiday.
  public struct Holiday: Sendable, Hashable {
    /// For explanations.
    public var name: String
    public var effect: Effect

    public init(name: String, effect: Effect) {
      self.name = name
      self.effect = effect
    }
  }

  /// By days since 1970-01-01, local.
  private var days: [Int: Holiday]

  /// One per date; of two on one date the later one wins.
  public init(_ dates: [(date: CivilDate, holiday: Holiday)] = []) {
    days = Dictionary(
      dates.map { ($0.date.dayNumber, $0.holiday) }, uniquingKeysWith: { _, later in later })
  }

  public var isEmpty: Bool { days.isEmpty }

  /// The holiday on a local date.
  public subscript(dayNumber day: Int) -> Holiday? { days[day] }
}
