import ArgumentParser
import CloudProtocol
import Foundation

/// Times as arguments, in seconds since 1970.
enum TimeArgument {
  /// Throws for what is no time; `option` is where it stands.
  static func seconds(_ text: String, of option: String) throws -> Int64 {
    guard let milliseconds = WrittenTime.milliseconds(text, now: now) else {
      throw ValidationError("\(option): \"\(text)\" is not a time; \(WrittenTime.advice)")
    }
    return milliseconds / 1_000
  }

  /// The same for `--until`. Throws for an end that is over: what ends before it begins is a slip.
  static func end(_ text: String) throws -> Int64 {
    let end = try seconds(text, of: "--until")
    guard end * 1_000 > now else {
      throw ValidationError("--until: \(text) is over; \(WrittenTime.advice)")
    }
    return end
  }

  private static var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1_000) }
}
