/// A point on the kernel's `CLOCK_MONOTONIC`, the clock of GPIO edge stamps. All deadlines use it,
/// so that a step of the wall clock moves none of them.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
  /// Nanoseconds since an arbitrary start, in practice the boot.
  public var nanoseconds: UInt64

  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// This instant moved on; stops at the largest instant instead of overflowing.
  public func advanced(byMilliseconds milliseconds: Int) -> MonotonicInstant {
    advanced(byMicroseconds: milliseconds * 1000)
  }

  /// This instant moved on; stops at either end instead of overflowing.
  public func advanced(byMicroseconds microseconds: Int) -> MonotonicInstant {
    MonotonicInstant(
      nanoseconds: UInt64(clamping: Int128(nanoseconds) + Int128(microseconds) * 1000))
  }

  /// The first of several deadlines; nil when none is set. It allocates no array, since this runs
  /// for every edge.
  public static func earliest(
    _ first: Self?, _ second: Self?, _ third: Self? = nil, _ fourth: Self? = nil,
    _ fifth: Self? = nil
  ) -> Self? {
    sooner(sooner(sooner(first, second), sooner(third, fourth)), fifth)
  }

  private static func sooner(_ first: Self?, _ second: Self?) -> Self? {
    guard let first else { return second }
    guard let second else { return first }
    return min(first, second)
  }

  /// Microseconds from `earlier` to here; zero when `earlier` is later.
  public func microseconds(since earlier: MonotonicInstant) -> Int {
    Int((nanoseconds - min(nanoseconds, earlier.nanoseconds)) / 1000)
  }

  public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}
