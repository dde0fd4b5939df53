public import DoorRules

/// A command whose signature, audience, time and first use were checked already.
public struct Order: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case adminUnlock(DoorID, by: String, reason: String)
    /// A member's unlock; `holders` are the person's credentials.
    case memberUnlock(DoorID, holders: [CredentialHolder], location: Presentation.Location?)
    /// Nil is every door.
    case identify(DoorID?)
    /// Nil is every reader.
    case clearLockout(ReaderID?, by: String)
  }

  public var id: String
  public var kind: Kind

  public init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// How an order ended when no lock moved for it.
public enum OrderOutcome: Sendable, Hashable {
  case confirmed
  case rejected(reason: String)
  case failed(reason: String)
}
