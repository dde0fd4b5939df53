/// The times by which pulses become frames. Readers send pulses of 20 to 100 µs, one every 0.2
/// to 20 ms (SIA AC-01), and pause for far longer between frames.
public struct CaptureTiming: Sendable, Hashable {
  /// Pulses shorter than this are noise. This needs both edges of a pulse, so it has no effect
  /// where only the first edge is reported.
  public var minPulseMicroseconds: Int
  /// Pulses that begin closer together than this are ``FrameFault/impossibleGap``. More than the
  /// width of a pulse, to detect an end taken for a beginning; less than the closest bits.
  public var shortestIntervalMicroseconds: Int
  /// A frame ends after this many of its own longest bit intervals without a pulse,
  public var gapBitTimes: Int
  /// but not before this
  public var gapFloorMilliseconds: Int
  /// and not later than this, which is also the wait after a first bit.
  public var gapCapMilliseconds: Int

  public init(
    minPulseMicroseconds: Int = 10, shortestIntervalMicroseconds: Int = 150,
    gapBitTimes: Int = 3, gapFloorMilliseconds: Int = 5, gapCapMilliseconds: Int = 100
  ) {
    self.minPulseMicroseconds = minPulseMicroseconds
    self.shortestIntervalMicroseconds = shortestIntervalMicroseconds
    self.gapBitTimes = gapBitTimes
    self.gapFloorMilliseconds = gapFloorMilliseconds
    self.gapCapMilliseconds = gapCapMilliseconds
  }

  /// How long to wait for another bit. `longestGapMicroseconds` is 0 after a single bit: the
  /// reader's speed is unknown then, and the slowest is assumed.
  func quietMicroseconds(longestGapMicroseconds: Int) -> Int {
    let cap = gapCapMilliseconds * 1_000
    guard longestGapMicroseconds > 0 else { return cap }
    return min(max(longestGapMicroseconds * gapBitTimes, gapFloorMilliseconds * 1_000), cap)
  }
}

/// Counters of a reader's lines since the start.
public struct CaptureCounters: Sendable, Hashable {
  /// Edges of both lines.
  public var edges = 0
  /// Pulses too short to count.
  public var noise = 0
  /// Frames without a fault of capture, whatever their content.
  public var frames = 0
  /// Malformed frames, by fault.
  public var malformed: [FrameFault: Int] = [:]

  public init() {}
}
