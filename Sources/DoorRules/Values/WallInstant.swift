/// A point of civil time, UTC. It may be wrong; ``ClockTrust`` says how far to trust it.
public struct WallInstant: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var millisecondsSince1970: Int64

  public init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

  /// From whole seconds since 1970; stops at either end instead of overflowing.
  public init(secondsSince1970 seconds: Int64) {
    millisecondsSince1970 = Int64(clamping: Int128(seconds) * 1000)
  }

  /// Whole seconds since 1970, rounded down.
  public var secondsSince1970: Int64 {
    let (quotient, remainder) = millisecondsSince1970.quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// This instant moved by seconds, either way; stops at the ends.
  public func advanced(bySeconds seconds: Int64) -> WallInstant {
    WallInstant(
      millisecondsSince1970: Int64(
        clamping: Int128(millisecondsSince1970) + Int128(seconds) * 1000))
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.millisecondsSince1970 < right.millisecondsSince1970
  }
}

/// How far the wall clock can be trusted.
public enum ClockTrust: String, Sendable, Hashable, CaseIterable {
  /// Disciplined by a time source now.
  case synchronised
  /// Was synchronised, and runs on its own since.
  case holdover
  /// Never set since the start, or seen to run backwards.
  case unknown
}
