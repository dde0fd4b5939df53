/// The times of one door that the cloud cannot set.
public struct DoorTiming: Sendable, Hashable {
  /// How long one entry may hold the lock released.
  public static let holdSecondsRange = 1...30

  /// What ends a release before its time.
  public enum Relock: String, Sendable, Hashable, CaseIterable {
    /// The leaf closing again.
    case whenClosed
    /// The leaf opening: for strikes that need no current once the leaf is out.
    case whenOpened
    /// Nothing: the release lasts for its full hold time.
    case afterHold
  }

  public var relock: Relock
  /// How long the leaf may stand open after an entry before the alarm, from its opening.
  public var heldOpenMilliseconds: Int
  /// How long before that alarm the warning is raised.
  public var warningMilliseconds: Int
  /// The longest release without a relock in between, however often somebody badges. The modes that
  /// hold the door open are not limited.
  public var releaseLimitMilliseconds: Int
  /// How long an input must be stable before its level counts.
  public var debounceMilliseconds: Int
  /// How often the required lock level is driven again and the inputs are sampled.
  public var reassertMilliseconds: Int
  /// How long a request to exit releases the lock.
  public var exitHoldMilliseconds: Int

  /// The warning is limited to the time until the alarm.
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
