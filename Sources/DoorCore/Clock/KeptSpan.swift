public import DoorRules

/// The rest of a span that was running when it was written, for the run after a restart. In one run
/// the steady clock ends it. Over a restart only the civil clock can say how long the door was down.
public struct KeptSpan: Sendable, Hashable {
  public var remainingMilliseconds: Int
  /// When that was; nil when the clock was not trusted then.
  public var savedAt: WallInstant?

  public init(remainingMilliseconds: Int, savedAt: WallInstant?) {
    self.remainingMilliseconds = remainingMilliseconds
    self.savedAt = savedAt
  }

  /// The rest at `now`, when it is written.
  public init(until end: MonotonicInstant, at now: Moment) {
    remainingMilliseconds = end.microseconds(since: now.monotonic) / 1_000
    savedAt = now.trust.isTrusted ? now.wall : nil
  }

  /// What is left after a restart: 0 for nothing, and never more than was written.
  public func remainingMilliseconds(of span: TimedSpan, at now: Moment) -> Int {
    let written = max(remainingMilliseconds, 0)
    switch span.row.afterRestart {
    case .over, .beginsAgain: return 0
    case .goesOnElse(let otherwise):
      guard let savedAt, now.trust.isTrusted else {
        switch otherwise {
        case .whole: return written
        case .over: return 0
        }
      }
      // A clock that was set back since makes no span longer.
      let passed = min(max(now.wall.milliseconds(since: savedAt), 0), Int64(written))
      return written - Int(passed)
    }
  }
}
