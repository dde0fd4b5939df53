import Foundation

/// Times in the forms that people type.
enum EventTime {
  /// Milliseconds since 1970; nil when the text is not a time.
  static func milliseconds(_ text: String, now: Int64) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (0...1_000_000).contains(count)
    {
      return now - count * unit * 1_000
    }
    if let seconds = Int64(text), (0...253_402_300_799).contains(seconds) { return seconds * 1_000 }
    let whole = text.count == 10 ? text + "T00:00:00Z" : text.count == 16 ? text + ":00Z" : text
    guard let date = try? Date(whole, strategy: .iso8601) else { return nil }
    return Int64(date.timeIntervalSince1970 * 1_000)
  }
}
