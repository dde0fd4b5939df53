public import DoorRules

/// A command whose signature, audience, time and first use are verified.
public struct Order: Sendable, Hashable {
  /// What to do.
  public enum Kind: Sendable, Hashable {
    /// An operator's unlock, overriding the rules.
    case adminUnlock(DoorID, by: String, reason: String)
    /// A member's unlock; `holders` are the person's credentials.
    case memberUnlock(DoorID, holders: [CredentialHolder], location: Presentation.Location?)
    /// Nil is every door.
    case identify(DoorID?)
    /// Nil is every reader.
    case clearLockout(ReaderID?, by: String)
  }

  /// The command's id, repeated in its answer.
  public var id: String
  public var kind: Kind

  public init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
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
