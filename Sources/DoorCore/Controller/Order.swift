public import DoorRules

/// A command whose signature, audience, time and first use are verified.
public struct Order: Sendable, Hashable {
  /// What to do.
  public enum Kind: Sendable, Hashable {
    /// An operator's unlock, overriding the rules.
    case adminUnlock(DoorID, by: String, reason: String)
    /// A member's unlock by phone; `holders` are the person's mobile keys, read just now.
    case memberUnlock(DoorID, holders: [CredentialHolder], location: Presentation.Location?)
    /// Somebody answers a ring at the door.
    case answerBell(DoorID, opens: Bool, by: String)
    /// Nil is every door.
    case identify(DoorID?)
    /// Nil is every reader.
    case clearLockout(ReaderID?, by: String)
  }

  /// The command's id, repeated in its answer.
  public var id: String
  public var kind: Kind
  /// From then on it opens nothing; nil for an order without an end.
  public var expires: WallInstant?

  public init(id: String, kind: Kind, expires: WallInstant? = nil) {
    self.id = id
    self.kind = kind
    self.expires = expires
  }

  func isOver(at now: Moment) -> Bool {
    now.trust != .unknown && expires.map { $0 <= now.wall } ?? false
  }
}

/// How an order ended that moved no lock.
public enum OrderOutcome: Sendable, Hashable {
  case confirmed
  /// Refused; nothing was done.
  case rejected(reason: String)
  /// Could not be carried out.
  case failed(reason: String)
}
