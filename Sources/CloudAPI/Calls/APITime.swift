import CloudProtocol
import DoorRules

/// Times on the wire: RFC 3339.
enum APITime {
  /// What is said of any other text.
  static let complaint = "is no time such as 2026-11-30T09:00:00Z"

  /// Milliseconds since 1970 of a time such as `2026-11-30T09:00:00Z` or `…T10:00:00.5+01:00`; nil
  /// for anything else, and for years before 1970.
  static func milliseconds(_ text: String) -> Int64? {
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
    let fraction = (found.5.map(String.init) ?? "").prefix(3)
    let milliseconds = Int64(fraction.padding(to: 3)) ?? 0
    guard time >= 0, time <= EnvelopeLimits.timeSecondsMax else { return nil }
    return time * 1_000 + milliseconds
  }

  static func text(_ milliseconds: Int64) -> String {
    CloudEvent.timestamp(milliseconds: milliseconds)
  }
}

extension Substring {
  fileprivate func padding(to count: Int) -> String {
    String(self) + String(repeating: "0", count: Swift.max(count - self.count, 0))
  }
}
