/// The windows that begin on one day, in local wall-clock minutes. A window belongs to the day on
/// which it begins, so that a night shift is one window and follows its day's exceptions.
public struct DayWindows: Sendable, Hashable {
  /// Minutes of a day.
  public static let minutes = 1_440
  /// The most windows one day may have.
  public static let windowsMax = 24

  /// `[from, to)` in minutes after this day's midnight; an end above 1440 is in the next day.
  public private(set) var windows: [Range<Int>]

  /// A day without a window.
  public static let closed = DayWindows(windows: [])
  /// All day.
  public static let open = DayWindows(windows: [0..<minutes])

  init(windows: [Range<Int>]) { self.windows = windows }

  /// Adds `[from, to)`, 0 to 1440 each; a `to` that is not after `from` is in the next day. As an
  /// end, 0 and 1440 are therefore the same midnight.
  mutating func open(from: Int, to: Int) {
    windows.append(from..<(to > from ? to : to + Self.minutes))
  }

  /// True when a window that began on this day covers the minute of this day.
  func covers(_ minute: Int) -> Bool { windows.first(fitting: { $0.contains(minute) }) != nil }

  /// True when a window that began on this day covers that minute of the next day.
  func reachesIntoNext(_ minute: Int) -> Bool { covers(minute + Self.minutes) }
}
