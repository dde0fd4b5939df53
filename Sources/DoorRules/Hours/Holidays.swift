/// The facility's dates on which its weeks do not hold as written.
public struct Holidays: Sendable, Hashable {
  /// What a date does to the hours of its weekday.
  public enum Effect: Sendable, Hashable {
    /// Nothing begins on this date.
    case closed
    /// Open all day. For an unlock schedule, which must not leave a door open by surprise, the
    /// date stays an ordinary one.
    case open
    /// The windows of another weekday.
    case like(Weekday)
  }

  /// One holiday.
  public struct Holiday: Sendable, Hashable {
    public var name: String
    public var effect: Effect

    public init(name: String, effect: Effect) {
      self.name = name
      self.effect = effect
    }
  }

  /// By days since 1970-01-01, local.
  private var days: [Int: Holiday]

  /// One per date; of two on one date the later one counts.
  public init(_ dates: [(date: CivilDate, holiday: Holiday)] = []) {
    days = Dictionary(
      dates.map { ($0.date.dayNumber, $0.holiday) }, uniquingKeysWith: { _, later in later })
  }

  public var isEmpty: Bool { days.isEmpty }

  /// The holiday on a local date.
  public subscript(dayNumber day: Int) -> Holiday? { days[day] }
}
