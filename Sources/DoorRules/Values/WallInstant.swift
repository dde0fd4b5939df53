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

  /// Milliseconds from `other` to here, negative when `other` is later; stops at the ends.
  public func milliseconds(since other: WallInstant) -> Int64 {
    Int64(clamping: Int128(millisecondsSince1970) - Int128(other.millisecondsSince1970))
  }

  /// This instant moved by milliseconds, either way; stops at the ends.
  public func advanced(byMilliseconds milliseconds: Int64) -> WallInstant {
    WallInstant(
      millisecondsSince1970: Int64(
        clamping: Int128(millisecondsSince1970) + Int128(milliseconds)))
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

/// How far the door's civil time can be trusted.
public enum ClockTrust: String, Sendable, Hashable, CaseIterable {
  /// A time source disciplines the clock, and agrees with the door's own time.
  case synchronised
  /// The door's own time was vouched for, and runs on the steady clock since.
  case holdover
  /// Nobody has vouched for the time since the power returned. The time shown is the earliest that
  /// it can be: what has ended by it has ended.
  case doubtful
  /// Nothing is known of the time.
  case unknown

  /// What depends on the time is decided by it.
  public var isTrusted: Bool {
    switch self {
    case .synchronised, .holdover: true
    case .doubtful, .unknown: false
    }
  }

  /// The time shown has been reached, whatever else is not known.
  public var isReached: Bool {
    switch self {
    case .synchronised, .holdover, .doubtful: true
    case .unknown: false
    }
  }
}
