/// The extremes of a reader's pulses in complete frames, in microseconds.
public struct PulseRange: Sendable, Hashable {
  public var narrowest: Int
  public var widest: Int
  /// Start of a pulse to start of the next.
  public var closest: Int
  public var farthest: Int

  static func widened(_ range: PulseRange?, by pulses: [TapNote.Pulse]) -> PulseRange? {
    let widths = pulses.map(\.widthMicroseconds).filter { $0 > 0 }
    let spacings = zip(pulses, pulses.dropFirst()).map {
      $1.startMicroseconds - $0.startMicroseconds
    }
    guard let narrowest = widths.min(), let widest = widths.max(),
      let closest = spacings.min(), let farthest = spacings.max()
    else { return range }
    return PulseRange(
      narrowest: min(narrowest, range?.narrowest ?? narrowest),
      widest: max(widest, range?.widest ?? widest),
      closest: min(closest, range?.closest ?? closest),
      farthest: max(farthest, range?.farthest ?? farthest))
  }
}

/// How often a leaf moved while its lock was in which state.
public struct LeafCounts: Sendable, Hashable {
  public var openedReleased = 0
  public var openedSecured = 0
  public var closedReleased = 0

  public init() {}

  mutating func note(open: Bool, isReleased: Bool) {
    switch (open, isReleased) {
    case (true, true): openedReleased += 1
    case (true, false): openedSecured += 1
    case (false, true): closedReleased += 1
    case (false, false): break
    }
  }
}
