import Foundation

/// The cloud's clock.
enum CloudClock {
  /// Milliseconds since 1970.
  static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  /// Milliseconds of a clock that nobody sets, for waits.
  static func ticks() -> Int64 { Int64((ContinuousClock.now - began) / .milliseconds(1)) }

  private static let began = ContinuousClock.now
}
