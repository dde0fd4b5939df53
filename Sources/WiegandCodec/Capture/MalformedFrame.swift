public import DoorRules

/// Why bits are not a card and not a key. The names go into events and do not change.
public enum FrameFault: String, Sendable, Hashable, CaseIterable {
  /// No enabled format has this length: a bit was lost or doubled, or the format is not enabled.
  case unknownLength
  /// An enabled format has this length, but no such format's check bits fit: a bit was flipped.
  case parity
  /// An edge is missing: the kernel's count of edges has a hole, a pulse ended that never began,
  /// or an edge came after its frame was decided.
  case lostEdge
  /// Both data lines were active at once: crossed or shorted wires, or noise.
  case bothLinesActive
  /// More than ``WiegandLimits/frameBitsMax`` bits without a gap: noise, such as mains hum.
  case tooLong
  /// Two pulses closer together than any reader sends them: a bouncing line.
  case impossibleGap
  /// A keypad burst whose check bits do not fit, or a code that is no key.
  case keypadCheck
  /// A card that should prove its key and did not.
  case unproved
}

/// What is kept of a frame that was thrown away: enough to find a bad cable, and none of its bits.
public struct MalformedFrame: Sendable, Hashable {
  public var fault: FrameFault
  public var bitCount: Int
  /// The shortest time from pulse to pulse; 0 for fewer than two bits.
  public var shortestGapMicroseconds: Int
  /// The longest time from pulse to pulse; 0 for fewer than two bits.
  public var longestGapMicroseconds: Int
  /// Start of the last pulse.
  public var at: MonotonicInstant
  /// The fault in words, such as `25 bits: no enabled format has this length`. Safe to show.
  public var detail: String

  public init(
    fault: FrameFault, bitCount: Int, shortestGapMicroseconds: Int, longestGapMicroseconds: Int,
    at: MonotonicInstant, detail: String
  ) {
    self.fault = fault
    self.bitCount = bitCount
    self.shortestGapMicroseconds = shortestGapMicroseconds
    self.longestGapMicroseconds = longestGapMicroseconds
    self.at = at
    self.detail = detail
  }
}

/// What ended: a frame, or something that must not be taken for one.
public enum Capture: Sendable, Hashable {
  case frame(WiegandFrame)
  case malformed(MalformedFrame)
}
