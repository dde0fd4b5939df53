/// What a person presents at the door: a card, a PIN or a mobile key, bound to this controller.
/// The value itself is never here; the store finds a credential by its keyed digest.
public struct Credential: Sendable, Hashable {
  /// How it is presented.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case card, pin, mobile
  }

  /// Whether it may still be used.
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
  /// Doors it was issued for; empty with empty `scopes` means wherever the person has access.
  public var doors: Set<DoorID>
  /// Scopes it was issued for.
  public var scopes: Set<ScopeID>
  /// Name of its ``CredentialClass``.
  public var className: String
  /// How often it may be used; nil has no limit.
  public var usesMax: Int?
  /// How long it stays valid after its first use, in seconds; nil has no such end.
  public var validSecondsFromFirstUse: Int64?
  /// The controller it was issued for; nil where the digest alone binds it.
  public var device: ControllerID?
  /// Opens like any other, and raises a silent duress alarm.
  public var isDuress: Bool
  /// The issue of the card that opens; nil is not asked for.
  public var issue: UInt64?
  /// It is suspended once it was not used for so many days; nil is never.
  public var unusedDays: Int?
  /// The last use that the cloud knows of; the days count from the later of it and the door's own.
  public var lastUsed: WallInstant?

  public init(
    id: CredentialID, kind: Kind, person: PersonID, status: Status = .active,
    validFrom: WallInstant? = nil, validUntil: WallInstant? = nil, doors: Set<DoorID> = [],
    scopes: Set<ScopeID> = [], className: String = CredentialClass.standardName,
    usesMax: Int? = nil, validSecondsFromFirstUse: Int64? = nil, device: ControllerID? = nil,
    isDuress: Bool = false, issue: UInt64? = nil, unusedDays: Int? = nil,
    lastUsed: WallInstant? = nil
  ) {
    self.id = id
    self.kind = kind
    self.person = person
    self.status = status
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.doors = doors
    self.scopes = scopes
    self.className = className
    self.usesMax = usesMax
    self.validSecondsFromFirstUse = validSecondsFromFirstUse
    self.device = device
    self.isDuress = isDuress
    self.issue = issue
    self.unusedDays = unusedDays
    self.lastUsed = lastUsed
  }

  /// Issued for particular doors or scopes.
  public var namesPlaces: Bool { !doors.isEmpty || !scopes.isEmpty }

  /// True when its validity has a start or an end.
  public var isTimeBounded: Bool {
    validFrom != nil || validUntil != nil || validSecondsFromFirstUse != nil
  }

  /// True when the door must remember its uses.
  public var countsUses: Bool {
    usesMax != nil || validSecondsFromFirstUse != nil || unusedDays != nil
  }
}

/// What the door remembers of a credential's use.
public struct CredentialUse: Sendable, Hashable {
  /// Entries granted by it.
  public var count: Int
  /// The time of the first entry; nil before it.
  public var first: WallInstant?
  /// The time of the last entry under a clock that was trusted; nil before it, and where nobody asks.
  public var last: WallInstant?

  public init(count: Int = 0, first: WallInstant? = nil, last: WallInstant? = nil) {
    self.count = count
    self.first = first
    self.last = last
  }
}

/// A credential that an entry used.
public struct UsedCredential: Sendable, Hashable {
  public var credential: CredentialID
  /// Its use including this entry, to be persisted; nil when its uses are not counted.
  public var use: CredentialUse?

  public init(_ credential: CredentialID, use: CredentialUse? = nil) {
    self.credential = credential
    self.use = use
  }
}

/// Names a holder and keeps nothing that can change: for what is decided later, and is then read
/// anew.
public struct HolderID: Sendable, Hashable {
  /// Nil for a person without one.
  public var credential: CredentialID?
  public var person: PersonID
  /// The issue of the card that was shown; nil where it told none.
  public var issue: UInt64?

  public init(credential: CredentialID?, person: PersonID, issue: UInt64? = nil) {
    self.credential = credential
    self.person = person
    self.issue = issue
  }
}

/// A credential with its person and its use, as a look-up found them.
public struct CredentialHolder: Sendable, Hashable {
  /// Nil for a person without one, such as a member who uses the app.
  public var credential: Credential?
  public var person: Person
  public var use: CredentialUse
  /// Where the person was last seen going in or out.
  public var presence: [AreaID: AreaPresence]
  /// The issue of the card that was shown; nil where it told none.
  public var issue: UInt64?

  public init(
    credential: Credential?, person: Person, use: CredentialUse = CredentialUse(),
    presence: [AreaID: AreaPresence] = [:], issue: UInt64? = nil
  ) {
    self.credential = credential
    self.person = person
    self.use = use
    self.presence = presence
    self.issue = issue
  }

  /// Somebody who is named and not known, without a credential.
  public static func nobody(_ id: PersonID) -> CredentialHolder {
    CredentialHolder(credential: nil, person: .unknown(id))
  }

  public var id: HolderID {
    HolderID(credential: credential?.id, person: person.id, issue: issue)
  }

  /// What an entry at `instant` uses; nil for a person without a credential.
  public func used(at instant: WallInstant, _ trust: ClockTrust) -> UsedCredential? {
    guard let credential else { return nil }
    guard credential.countsUses else { return UsedCredential(credential.id) }
    // A time that may be wrong would suspend it too early, or never.
    let last = trust.isTrusted ? instant : use.last
    return UsedCredential(
      credential.id,
      use: CredentialUse(
        count: use.count < .max ? use.count + 1 : .max, first: use.first ?? instant,
        last: credential.unusedDays == nil ? nil : last))
  }
}
