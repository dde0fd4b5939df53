/// What a person shows at the door: a card, a PIN or a mobile key, bound to this device.
/// The value itself is never here; the store finds a credential by its keyed digest.
public struct Credential: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case card, pin, mobile
  }

  public enum Status: String, Sendable, Hashable, CaseIterable {
    case active, revoked
  }

  public var id: CredentialID
  public var kind: Kind
  public var person: PersonID
  public var status: Status
  /// Start of validity, before any lead; nil is open.
  public var validFrom: WallInstant?
  /// End of validity, before any tail; nil is open.
  public var validUntil: WallInstant?
  /// Doors it was issued for; empty with empty `scopes` means wherever the person may go.
  public var doors: Set<DoorID>
  /// Scopes it was issued for.
  public var scopes: Set<ScopeID>

  public init(
    id: CredentialID, kind: Kind, person: PersonID, status: Status = .active,
    validFrom: WallInstant? = nil, validUntil: WallInstant? = nil, doors: Set<DoorID> = [],
    scopes: Set<ScopeID> = []
  ) {
    self.id = id
    self.kind = kind
    self.person = person
    self.status = status
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.doors = doors
    self.scopes = scopes
  }
}

/// A credential with its person, as a look-up found them.
public struct CredentialHolder: Sendable, Hashable {
  public var credential: Credential
  public var person: Person

  public init(credential: Credential, person: Person) {
    self.credential = credential
    self.person = person
  }
}
