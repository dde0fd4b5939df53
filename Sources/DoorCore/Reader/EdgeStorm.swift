import DoorRules

/// Detects a reader whose lines never rest, as with a broken cable. After too many edges in a
/// second the reader is muted, longer each time, so that it takes no time from the other readers;
/// one event with a count stands for all of its edges.
struct EdgeStorm: Sendable, Hashable {
  /// The most edges in a second; two cards of 56 bits in each tenth of a second make 2,240.
  static let edgesPerSecondMax = 2_500
  /// How long each mute lasts, first to last; the last one repeats.
  static let muteSeconds = [10, 20, 60, 300]
  /// After this time without a storm the next mute is the shortest again.
  static let calmMilliseconds = 60_000

  enum Answer: Sendable, Hashable {
    case admitted
    /// The storm begins: `edges` within a second.
    case muted(seconds: Int, edges: Int)
    /// Muted already.
    case dropped
  }

  private var windowEnd: MonotonicInstant?
  private var edgesInWindow = 0
  private var level = 0
  private var calmFrom: MonotonicInstant?
  private(set) var mutedUntil: MonotonicInstant?
  /// Edges dropped since the mute began.
  private var dropped = 0

  var nextDeadline: MonotonicInstant? { mutedUntil }

  mutating func note(at now: MonotonicInstant) -> Answer {
    if mutedUntil != nil {
      dropped += 1
      return .dropped
    }
    if let end = windowEnd, now < end {
      edgesInWindow += 1
    } else {
      windowEnd = now.advanced(byMilliseconds: 1_000)
      edgesInWindow = 1
    }
    guard edgesInWindow > Self.edgesPerSecondMax else { return .admitted }
    if let calmFrom, calmFrom <= now { level = 0 }
    let seconds = Self.muteSeconds[min(level, Self.muteSeconds.count - 1)]
    level += 1
    mutedUntil = now.advanced(byMilliseconds: seconds * 1_000)
    windowEnd = nil
    return .muted(seconds: seconds, edges: edgesInWindow)
  }

  /// The number of dropped edges when the mute ends now, nil otherwise.
  mutating func advance(to now: MonotonicInstant) -> Int? {
    guard let until = mutedUntil, until <= now else { return nil }
    defer { dropped = 0 }
    mutedUntil = nil
    calmFrom = until.advanced(byMilliseconds: Self.calmMilliseconds)
    return dropped
  }
}
