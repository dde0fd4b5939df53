public import DoorRules

/// Something that single events do not say: a pattern over a time, told once and then not again
/// for a while.
public struct Anomaly: Sendable, Hashable {
  /// The names go into events and do not change.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Ten denials at one door in five minutes.
    case manyDenials
    /// One credential at three doors within a minute: a copy, or a key that is passed on.
    case oneCredentialManyDoors
    /// A door forced within half a minute after somebody was denied there.
    case forcedAfterDenial
    /// Ten damaged frames at one reader in five minutes: its cable.
    case bitErrors
    /// The wall clock was set to before a time that it had shown.
    case clockSetBack
    /// Commands that had acted came again, five times in five minutes.
    case replayedCommands
  }

  public var kind: Kind
  public var door: DoorID?
  public var reader: ReaderID?
  public var credential: CredentialID?
  /// How many of what it is about were seen.
  public var count: Int

  public init(
    _ kind: Kind, door: DoorID? = nil, reader: ReaderID? = nil, credential: CredentialID? = nil,
    count: Int
  ) {
    self.kind = kind
    self.door = door
    self.reader = reader
    self.credential = credential
    self.count = count
  }
}
