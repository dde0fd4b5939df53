import ArgumentParser
import CloudProtocol

/// Times and time spans as arguments.
enum TimeArgument {
  static func duration(_ text: String) throws -> Int64 {
    guard let seconds = WrittenTime.spanSeconds(text) else {
      throw ValidationError("\(text) is not a time span; write 90m, 2h or 3d")
    }
    return seconds
  }

  /// Seconds since 1970.
  static func time(_ text: String) throws -> Int64 {
    guard let milliseconds = WrittenTime.milliseconds(text, now: CloudClock.now()) else {
      throw ValidationError("\"\(text)\" is not a time; \(WrittenTime.advice)")
    }
    return milliseconds / 1_000
  }

  /// The same for `--until`. Throws for an end that is over: what ends before it begins is a slip.
  static func end(_ text: String?) throws -> Int64? {
    guard let text else { return nil }
    let end = try time(text)
    guard end * 1_000 > CloudClock.now() else {
      throw ValidationError("--until: \(text) is over; \(WrittenTime.advice)")
    }
    return end
  }
}
