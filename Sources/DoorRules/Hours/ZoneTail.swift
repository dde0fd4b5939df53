/// The footer of a TZif file: a rule in the form of the POSIX `TZ` variable, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`, with the extension of RFC 8536 section 3.3.1 that a time may be
/// from -167 to 167 hours.
struct ZoneTail: Sendable, Hashable {
  /// When summer time begins or ends within a year.
  struct Change: Sendable, Hashable {
    enum Day: Sendable, Hashable {
      /// Month 1 to 12, week 1 to 5 (5 is the last), weekday 0 (Sunday) to 6.
      case weekday(month: Int, week: Int, day: Int)
      /// 1 to 365, February 29 never counted.
      case julian(Int)
      /// 0 to 365, February 29 counted.
      case ordinal(Int)
    }

    var day: Day
    /// Local wall-clock seconds after midnight.
    var seconds: Int
  }

  var standardOffset: Int
  var summerOffset: Int
  /// Nil without summer time.
  var changes: (start: Change, end: Change)? {
    start.flatMap { start in end.map { (start, $0) } }
  }
  private var start: Change?
  private var end: Change?

  func offsetSeconds(atUTC seconds: Int64) -> Int {
    guard let changes else { return standardOffset }
    let year = CivilMoment(localSeconds: seconds + Int64(standardOffset)).date.year
    let begins = Self.moment(of: changes.start, year: year) - Int64(standardOffset)
    let ends = Self.moment(of: changes.end, year: year) - Int64(summerOffset)
    let isSummer =
      begins < ends
      ? begins <= seconds && seconds < ends
      // South of the equator summer spans the new year.
      : !(ends <= seconds && seconds < begins)
    return isSummer ? summerOffset : standardOffset
  }

  /// Local seconds since 1970 of a change in a year.
  private static func moment(of change: Change, year: Int) -> Int64 {
    let newYear = CivilDate(year: year, month: 1, day: 1).dayNumber
    let day: Int
    switch change.day {
    case .julian(let number):
      let isLeap = CivilDate(year: year, month: 3, day: 1).dayNumber - newYear == 60
      day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
    case .ordinal(let number):
      day = newYear + number
    case .weekday(let month, let week, let weekday):
      let first = CivilDate(year: year, month: month, day: 1).dayNumber
      // Day 0 of 1970 was a Thursday, 4 from Sunday.
      let wait = floored(weekday - 4 - first, by: 7).remainder
      let candidate = first + wait + (week - 1) * 7
      let next = CivilDate(year: year, month: month + 1, day: 1).dayNumber
      // A fifth week that the month does not have is its fourth.
      day = candidate < next ? candidate : candidate - 7
    }
    return Int64(day) * 86_400 + Int64(change.seconds)
  }

  /// Nil for anything that is not such a rule.
  init?(_ text: ArraySlice<UInt8>) {
    var reader = TailReader(text)
    guard reader.skipName(), let west = reader.offset() else { return nil }
    standardOffset = -west
    summerOffset = -west
    if reader.isAtEnd { return }
    guard reader.skipName() else { return nil }
    summerOffset = standardOffset + 3_600
    if reader.peek != UInt8(ascii: ",") {
      guard let west = reader.offset() else { return nil }
      summerOffset = -west
    }
    guard reader.skip(","), let start = reader.change(), reader.skip(","),
      let end = reader.change(), reader.isAtEnd
    else { return nil }
    self.start = start
    self.end = end
  }
}

/// Reads the parts of a POSIX `TZ` rule; every method is nil or false at the first wrong byte.
private struct TailReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  var isAtEnd: Bool { rest.isEmpty }
  var peek: UInt8? { rest.first }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Letters, or anything between angle brackets.
  mutating func skipName() -> Bool {
    if skip("<") {
      guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      rest = rest[(close + 1)...]
      return true
    }
    let name = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
    rest = rest.dropFirst(name.count)
    return name.count >= 3
  }

  mutating func number(upTo limit: Int) -> Int? {
    let digits = rest.prefix { (48...57).contains($0) }
    guard (1...4).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    return value <= limit ? value : nil
  }

  /// Seconds west of UTC.
  mutating func offset() -> Int? { time(upToHours: 24) }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func time(upToHours limit: Int) -> Int? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard let hours = number(upTo: limit) else { return nil }
    var seconds = hours * 3_600
    for unit in [60, 1] where skip(":") {
      guard let part = number(upTo: 59) else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  mutating func change() -> ZoneTail.Change? {
    let day: ZoneTail.Change.Day
    if skip("M") {
      guard let month = number(upTo: 12), month >= 1, skip("."), let week = number(upTo: 5),
        week >= 1, skip("."), let weekday = number(upTo: 6)
      else { return nil }
      day = .weekday(month: month, week: week, day: weekday)
    } else if skip("J") {
      guard let number = number(upTo: 365), number >= 1 else { return nil }
      day = .julian(number)
    } else {
      guard let number = number(upTo: 365) else { return nil }
      day = .ordinal(number)
    }
    var seconds = 7_200
    if skip("/") {
      guard let time = time(upToHours: 167) else { return nil }
      seconds = time
    }
    return ZoneTail.Change(day: day, seconds: seconds)
  }
}
