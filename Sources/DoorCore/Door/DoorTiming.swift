/// The times of one door, and what its wiring means for them. The cloud cannot set them.
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

  /// What a person inside needs to open the door.
  public enum ExitRequest: String, Sendable, Hashable, CaseIterable {
    /// The exit input. A leaf that opens while locked and without it is a forced door.
    case required
    /// Nothing: a mechanical handle opens the locked door from inside. A leaf that opens is then
    /// somebody who leaves. A door that is broken open looks the same to the contact, so such a
    /// door never raises the forced alarm; only the held open alarm is left.
    case none
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
  /// How long the lock stays released after the exit input is released.
  public var exitHoldMilliseconds: Int
  public var exitRequest: ExitRequest
  /// How long after a leaf that opened the exit input may follow, as with a switch in a handle.
  /// The forced alarm waits as long; 0 raises it at once.
  public var exitGraceMilliseconds: Int
  /// After how long an exit input that stays active is reported.
  public var exitHeldMilliseconds: Int

  /// The warning is limited to the time until the alarm.
  public init(
    relock: Relock = .whenClosed, heldOpenMilliseconds: Int = 30_000,
    warningMilliseconds: Int = 10_000, releaseLimitMilliseconds: Int = 120_000,
    debounceMilliseconds: Int = 20, reassertMilliseconds: Int = 1_000,
    exitHoldMilliseconds: Int = 5_000, exitRequest: ExitRequest = .required,
    exitGraceMilliseconds: Int = 500, exitHeldMilliseconds: Int = 60_000
  ) {
    self.relock = relock
    self.heldOpenMilliseconds = heldOpenMilliseconds
    self.warningMilliseconds = min(max(warningMilliseconds, 0), heldOpenMilliseconds)
    self.releaseLimitMilliseconds = releaseLimitMilliseconds
    self.debounceMilliseconds = debounceMilliseconds
    self.reassertMilliseconds = reassertMilliseconds
    self.exitHoldMilliseconds = exitHoldMilliseconds
    self.exitRequest = exitRequest
    self.exitGraceMilliseconds = exitGraceMilliseconds
    self.exitHeldMilliseconds = exitHeldMilliseconds
  }
}
