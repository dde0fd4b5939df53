/// The times of one door that are not the cloud's to set.
public struct DoorTiming: Sendable, Hashable {
  /// How long one entry may hold the lock released.
  public static let holdSecondsRange = 1...30

  /// How long the leaf may stand open after an entry before the alarm; from its opening.
  public var heldOpenMilliseconds: Int
  /// How long an input must be quiet before its level counts.
  public var debounceMilliseconds: Int
  /// How often the required lock level is driven again.
  public var reassertMilliseconds: Int
  /// How long a request to exit releases the lock.
  public var exitHoldMilliseconds: Int

  public init(
    heldOpenMilliseconds: Int = 30_000, debounceMilliseconds: Int = 20,
    reassertMilliseconds: Int = 1_000, exitHoldMilliseconds: Int = 5_000
  ) {
    self.heldOpenMilliseconds = heldOpenMilliseconds
    self.debounceMilliseconds = debounceMilliseconds
    self.reassertMilliseconds = reassertMilliseconds
    self.exitHoldMilliseconds = exitHoldMilliseconds
  }
}
