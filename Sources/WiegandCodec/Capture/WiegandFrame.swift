public import DoorRules

/// Bounds of what a reader may send.
public enum WiegandLimits {
  /// The most bits one frame may have; a longer one is dropped up to the next gap.
  public static let frameBitsMax = 256
  /// The most bits one number on a card may have.
  public static let fieldBitsMax = 64
}

/// Bits that were received without a fault, in the order in which they were sent. They are a card
/// number or a key of a PIN, so the frame prints without them.
public struct WiegandFrame: Sendable, Hashable {
  /// True for a one. At most ``WiegandLimits/frameBitsMax``.
  public var bits: [Bool]
  /// Start of the first pulse.
  public var startedAt: MonotonicInstant
  /// Start of the last pulse.
  public var endedAt: MonotonicInstant
  /// The median time from pulse to pulse; 0 for a single bit.
  public var bitIntervalMicroseconds: Int
  /// The shortest time from pulse to pulse; 0 for a single bit.
  public var shortestGapMicroseconds: Int
  /// The longest time from pulse to pulse; 0 for a single bit.
  public var longestGapMicroseconds: Int

  /// Without `shortestGapMicroseconds` and `longestGapMicroseconds` the bits were evenly spaced.
  public init(
    bits: [Bool], startedAt: MonotonicInstant, endedAt: MonotonicInstant,
    bitIntervalMicroseconds: Int, shortestGapMicroseconds: Int? = nil,
    longestGapMicroseconds: Int? = nil
  ) {
    self.bits = bits
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.bitIntervalMicroseconds = bitIntervalMicroseconds
    self.shortestGapMicroseconds = shortestGapMicroseconds ?? bitIntervalMicroseconds
    self.longestGapMicroseconds = longestGapMicroseconds ?? bitIntervalMicroseconds
  }

  /// The bits as `0` and `1`, first bit first. For the live monitor of a technician who asked to
  /// see them, never for a log.
  public var bitText: String { String(bits.map { $0 ? "1" : "0" }) }
}

extension WiegandFrame: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "\(bits.count) bits" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["bitCount": bits.count]) }
}
