import ArgumentParser
import Foundation

/// Times and time spans as arguments.
enum TimeArgument {
  static func duration(_ text: String) throws -> Int64 {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (0..<1_000_000).contains(count)
    else { throw ValidationError("\(text) is not a time span; write 90m, 2h or 3d") }
    return count * unit
  }

  static func time(_ text: String?) throws -> Int64? {
    guard let text else { return nil }
    if let sign = text.first, "+-".contains(sign) {
      let seconds = try duration(String(text.dropFirst()))
      return CloudClock.now() / 1_000 + (sign == "-" ? -seconds : seconds)
    }
    guard let date = try? Date(text, strategy: .iso8601) else {
      throw ValidationError("\(text) is not a time; write 2026-11-20T15:00:00Z or +2h")
    }
    return Int64(date.timeIntervalSince1970)
  }
}
