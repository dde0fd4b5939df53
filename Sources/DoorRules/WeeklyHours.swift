/// A week of opening windows, in local wall-clock minutes, as a bit for each minute, so that the
/// answer takes one look into memory. In the hour that repeats in autumn both passes are inside;
/// the hour that does not exist in spring never happens: both follow from asking the wall clock.
public struct WeeklyHours: Sendable, Hashable {
  /// Minutes of a week.
  public static let minutesPerWeek = 7 * 1_440

  /// One bit for each minute from Monday 00:00.
  private var words: [UInt64]

  /// A week without a window: always closed.
  public init() {
    words = Array(repeating: 0, count: (Self.minutesPerWeek + 63) / 64)
  }

  /// True when the minute, 0 to 10,079 from Monday 00:00, is in a window.
  public func contains(minuteOfWeek minute: Int) -> Bool {
    guard (0..<Self.minutesPerWeek).contains(minute) else { return false }
    return words[minute >> 6] >> UInt64(minute & 63) & 1 == 1
  }

  /// True when the facility's clock stands in a window at this moment.
  public func contains(_ instant: WallInstant, in zone: ZoneRules) -> Bool {
    contains(minuteOfWeek: zone.civil(at: instant).minuteOfWeek)
  }

  /// Opens `[from, to)` of a day, minutes after midnight; `to` up to 1440, or smaller than `from`
  /// to go on into the next day.
  mutating func open(_ day: Weekday, from: Int, to: Int) {
    let start = day.rawValue * 1_440 + from
    let length = to > from ? to - from : to + 1_440 - from
    for minute in start..<(start + length) {
      let wrapped = minute % Self.minutesPerWeek
      words[wrapped >> 6] |= 1 << UInt64(wrapped & 63)
    }
  }
}

extension WeeklyHours {
  /// One thing that is wrong in a week, with its path below the week.
  public struct ParseProblem: Sendable, Hashable {
    /// Such as `monday[0].to`.
    public var path: String
    public var message: String
  }

  /// Every problem of a week that cannot be used.
  public struct ParseFailure: Error, Sendable, Hashable {
    public var problems: [ParseProblem]
  }

  /// The most windows one day may have.
  public static let windowsPerDayMax = 24

  /// Reads `{"monday": [("09:00", "17:00")], …}`. A window is `[from, to)`; a smaller `to` goes on
  /// into the next day; `00:00` and `24:00` as an end both mean midnight; equal ends are refused.
  public init(parsing week: [String: [(from: String, to: String)]]) throws(ParseFailure) {
    self.init()
    var problems: [ParseProblem] = []
    let days = Dictionary(uniqueKeysWithValues: Weekday.allCases.map { ($0.name, $0) })
    for (name, windows) in week.sorted(by: { $0.key < $1.key }) {
      guard let day = days[name] else {
        problems.append(
          ParseProblem(path: name, message: "is not a day; days are monday to sunday"))
        continue
      }
      if windows.count > Self.windowsPerDayMax {
        problems.append(
          ParseProblem(
            path: name,
            message: "has \(windows.count) windows; at most \(Self.windowsPerDayMax) are allowed"))
        continue
      }
      for (index, window) in windows.enumerated() {
        switch Self.minutes(of: window, path: "\(name)[\(index)]") {
        case .success(let range): open(day, from: range.from, to: range.to)
        case .failure(let failure): problems += failure.problems
        }
      }
    }
    guard problems.isEmpty else { throw ParseFailure(problems: problems) }
  }

  private static func minutes(
    of window: (from: String, to: String), path: String
  ) -> Result<(from: Int, to: Int), ParseFailure> {
    var problems: [ParseProblem] = []
    let from = minuteOfDay(window.from)
    let to = minuteOfDay(window.to)
    if from == nil || from == 1_440 {
      problems.append(
        ParseProblem(
          path: path + ".from", message: "\"\(window.from)\" is not HH:MM from 00:00 to 23:59"))
    }
    if to == nil {
      problems.append(
        ParseProblem(
          path: path + ".to", message: "\"\(window.to)\" is not HH:MM from 00:00 to 24:00"))
    }
    if problems.isEmpty, let from, let to {
      // Midnight at the end of the day, by either name.
      let end = to == 0 ? 1_440 : to
      if from != to { return .success((from, end)) }
      problems.append(
        ParseProblem(
          path: path,
          message: "from and to are both \(window.from); for a whole day write 00:00 to 24:00"))
    }
    return .failure(ParseFailure(problems: problems))
  }

  /// `HH:MM`, two digits each, 00:00 to 24:00; nil otherwise.
  static func minuteOfDay(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
    let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 48 }
    guard digits.allSatisfy((0...9).contains) else { return nil }
    let hour = digits[0] * 10 + digits[1]
    let minute = digits[2] * 10 + digits[3]
    guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
    return hour * 60 + minute
  }
}
