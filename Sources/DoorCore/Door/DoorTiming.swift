/// The times of one door that are not the cloud's to set.
public struct DoorTiming: Sendable, Hashable {
  /// How long one entry may hold the lock released.
  public static let holdSecondsRange = 1...30

  /// What ends a release before its time.
  public enum Relock: String, Sendable, Hashable, CaseIterable {
    /// The leaf closing again.
    case whenClosed
    /// The leaf opening: for strikes that need no current once the leaf is out.
    case whenOpened
    /// Nothing: the whole hold time is given.
    case afterHold
  }

  public var relock: Relock
  /// How long the leaf may stand open after an entry before the alarm; from its opening.
  public var heldOpenMilliseconds: Int
  /// How long before that alarm its warning comes.
  public var warningMilliseconds: Int
  /// The longest that the lock may be released in one go, however often somebody badges, outside
  /// the modes that hold it open.
  public var releaseLimitMilliseconds: Int
  /// How long an input must be quiet before its level counts.
  public var debounceMilliseconds: Int
  /// How often the required lock level is driven again, and the inputs are looked at again.
  public var reassertMilliseconds: Int
  /// How long a request to exit releases the lock.
  public var exitHoldMilliseconds: Int

  /// The warning is cut to the time until the alarm.
  public init(
    relock: Relock = .whenClosed, heldOpenMilliseconds: Int = 30_000,
    warningMilliseconds: Int = 10_000, releaseLimitMilliseconds: Int = 120_000,
    debounceMilliseconds: Int = 20, reassertMilliseconds: Int = 1_000,
    exitHoldMilliseconds: Int = 5_000
  ) {
    self.relock = relock
    self.heldOpenMilliseconds = heldOpenMilliseconds
    self.warningMilliseconds = min(max(warningMilliseconds, 0), heldOpenMilliseconds)
    self.releaseLimitMilliseconds = releaseLimitMilliseconds
    self.debounceMilliseconds = debounceMilliseconds
    self.reassertMilliseconds = reassertMilliseconds
    self.exitHoldMilliseconds = exitHoldMilliseconds
  }
}
