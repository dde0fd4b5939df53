public import DoorRules

/// A pattern over a time that single events do not show. It is reported once, and then not again
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
    /// The wall clock was set back.
    case clockSetBack
    /// Commands arrived again after they were carried out, five times in five minutes.
    case replayedCommands
  }

  public var kind: Kind
  public var door: DoorID?
  public var reader: ReaderID?
  public var credential: CredentialID?
  /// How many of the things that make the pattern were seen.
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
