import DoorRules

/// Times as documents and people write them. What the calendar or the clock does not have is no time:
/// a reader that is generous makes another one of it.
public enum WrittenTime {
  /// What is said of another text, for people.
  public static let advice = "write 2026-11-20T15:00:00Z, now, or +2h from now"
  /// The most units of a time span.
  private static let longestSpan: Int64 = 1_000_000

  /// Milliseconds since 1970 of a time by RFC 3339, such as `2026-11-30T09:00:00Z` or
  /// `…T10:00:00.5+01:00`; nil for anything else, and for years before 1970.
  public static func milliseconds(_ text: String) -> Int64? {
    guard
      let found = text.wholeMatch(
        of:
          #/(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/#),
      text.utf8.count == text.count,
      let date = CivilDate(parsing: String(found.1)), let hour = Int64(found.2), hour < 24,
      let minute = Int64(found.3), minute < 60, let second = Int64(found.4), second < 60
    else { return nil }
    var time = Int64(date.dayNumber) * 86_400 + hour * 3_600 + minute * 60 + second
    if let sign = found.6, let hours = found.7.flatMap({ Int64($0) }), hours < 24,
      let minutes = found.8.flatMap({ Int64($0) }), minutes < 60
    {
      time -= (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    } else if found.6 != nil {
      return nil
    }
    guard time >= 0, time <= EnvelopeLimits.timeSecondsMax else { return nil }
    let fraction = String((found.5 ?? "").prefix(3))
    let padded = fraction + String(repeating: "0", count: 3 - fraction.count)
    return time * 1_000 + (Int64(padded) ?? 0)
  }

  /// Seconds of a span such as `90s`, `90m`, `12h` or `3d`; nil for anything else.
  public static func spanSeconds(_ text: some StringProtocol) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), text.dropLast().utf8.allSatisfy(isDigit),
      let count = Int64(text.dropLast()), count <= longestSpan
    else { return nil }
    return count * unit
  }

  /// Milliseconds since 1970 of a time by RFC 3339, of `now`, or of a span from now such as `+2h` or
  /// `-3d`; nil for anything else.
  public static func milliseconds(_ text: String, now: Int64) -> Int64? {
    if text == "now" { return now }
    guard let sign = text.first, "+-".contains(sign) else { return milliseconds(text) }
    guard let seconds = spanSeconds(text.dropFirst()) else { return nil }
    let time = now + (sign == "-" ? -1 : 1) * seconds * 1_000
    return (0...EnvelopeLimits.timeSecondsMax * 1_000).contains(time) ? time : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
