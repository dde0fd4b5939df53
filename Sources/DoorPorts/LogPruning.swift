/// When an event log removes old acknowledged events, and how many. Each index of the log has pages of
/// its own for them, so that many removed together write little more than one: they gather first.
/// Up to ``batch`` more than the limit stay.
public struct LogPruning: Sendable {
  /// The most events that are removed for each new one: more than one, to catch up after an outage,
  /// and few, because a door waits for the commit.
  public static let perEvent = 4
  /// So many are removed in one commit, and gather before.
  public static let batch = 64

  /// So many acknowledged events stay.
  public let kept: UInt64
  private var owed = 0

  public init(kept: UInt64) { self.kept = kept }

  /// The last event that a commit removes, which adds `added` new ones to a log that begins with
  /// `oldest`; nil for most commits.
  public mutating func last(
    adding added: Int, acknowledged: UInt64, oldest: UInt64
  ) -> UInt64? {
    let excess = acknowledged - min(acknowledged, kept + max(oldest, 1) - 1)
    guard excess > 0 else { return nil }
    owed = min(owed + min(added, Self.batch) * Self.perEvent, Self.batch)
    guard owed == Self.batch, excess >= UInt64(Self.batch) else { return nil }
    owed = 0
    // A commit that adds more also removes more, or the log would grow for good.
    return max(oldest, 1) - 1 + min(excess, UInt64(max(added, Self.batch)))
  }
}
