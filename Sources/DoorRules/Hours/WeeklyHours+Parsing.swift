extension WeeklyHours {
  /// One thing that is wrong in a week, with its path below the week.
  public struct ParseProblem: Sendable, Hashable {
    /// The day or date, and the index of the window: `monday[0]`.
    public var path: String
    /// What is wrong, for the person who wrote it.
    public var message: String
  }

  /// Every problem of a week that cannot be used.
  public struct ParseFailure: Error, Sendable, Hashable {
    public var problems: [ParseProblem]
  }

  /// `HH:MM` to `HH:MM`, as written.
  public typealias Window = (from: String, to: String)

  /// Reads `{"monday": [("09:00", "17:00")], …}`. A window is `[from, to)`; a smaller `to` goes on
  /// into the next day; `00:00` and `24:00` as an end both mean midnight; equal ends are refused.
  /// `exceptions` are by date, `YYYY-MM-DD`.
  public init(
    parsing week: [String: [Window]], exceptions: [String: [Window]] = [:]
  ) throws(ParseFailure) {
    var problems: [ParseProblem] = []
    var days = Array(repeating: DayWindows.closed, count: 7)
    for (name, windows) in week.sorted(by: { $0.key < $1.key }) {
      guard let day = Weekday(name: name) else {
        problems.append(
          ParseProblem(path: name, message: "is not a day; days are monday to sunday"))
        continue
      }
      days[day.rawValue] = Self.read(windows, path: name, &problems)
    }
    var dated: [Int: DayWindows] = [:]
    if exceptions.count > Self.exceptionsMax {
      problems.append(
        ParseProblem(
          path: "exceptions",
          message: "has \(exceptions.count) dates; at most \(Self.exceptionsMax) are allowed"))
    } else {
      for (text, windows) in exceptions.sorted(by: { $0.key < $1.key }) {
        let path = "exceptions.\(text)"
        guard let date = CivilDate(parsing: text) else {
          problems.append(ParseProblem(path: path, message: "is not a date, YYYY-MM-DD"))
          continue
        }
        dated[date.dayNumber] = Self.read(windows, path: path, &problems)
      }
    }
    guard problems.isEmpty else { throw ParseFailure(problems: problems) }
    self.init(days: days, exceptions: dated)
  }

  private static func read(
    _ windows: [Window], path: String, _ problems: inout [ParseProblem]
  ) -> DayWindows {
    var day = DayWindows.closed
    guard windows.count <= DayWindows.windowsMax else {
      problems.append(
        ParseProblem(
          path: path,
          message:
            "has \(windows.count) windows; at most \(DayWindows.windowsMax) are allowed"))
      return day
    }
    for (index, window) in windows.enumerated() {
      if let range = minutes(of: window, path: "\(path)[\(index)]", &problems) {
        day.open(from: range.from, to: range.to)
      }
    }
    return day
  }

  private static func minutes(
    of window: Window, path: String, _ problems: inout [ParseProblem]
  ) -> (from: Int, to: Int)? {
    let from = minuteOfDay(window.from)
    let to = minuteOfDay(window.to)
    let isFromGood = from != nil && from != DayWindows.minutes
    if !isFromGood {
      problems.append(
        ParseProblem(
          path: path + ".from", message: "\"\(window.from)\" is not HH:MM from 00:00 to 23:59"))
    }
    if to == nil {
      problems.append(
        ParseProblem(
          path: path + ".to", message: "\"\(window.to)\" is not HH:MM from 00:00 to 24:00"))
    }
    guard isFromGood, let from, let to else { return nil }
    guard from != to else {
      problems.append(
        ParseProblem(
          path: path,
          message: "from and to are both \(window.from); for a whole day write 00:00 to 24:00"))
      return nil
    }
    return (from, to)
  }

  /// `HH:MM`, two digits each, 00:00 to 24:00; nil otherwise.
  public static func minuteOfDay(_ text: String) -> Int? {
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
