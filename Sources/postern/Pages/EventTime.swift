import CloudProtocol

/// Times in the forms that people type who look for events.
enum EventTime {
  /// Milliseconds since 1970; nil when the text is not a time.
  static func milliseconds(_ text: String, now: Int64) -> Int64? {
    if let seconds = WrittenTime.spanSeconds(text) { return now - seconds * 1_000 }
    if let seconds = Int64(text), text.utf8.allSatisfy({ (48...57).contains($0) }) {
      return seconds <= EnvelopeLimits.timeSecondsMax ? seconds * 1_000 : nil
    }
    let whole = text.count == 10 ? text + "T00:00:00Z" : text.count == 16 ? text + ":00Z" : text
    return WrittenTime.milliseconds(whole, now: now)
  }
}
