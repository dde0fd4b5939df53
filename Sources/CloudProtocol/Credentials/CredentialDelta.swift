/// Credentials and persons as the cloud sends them: what changed since `baseRevision`.
public struct CredentialDelta: Sendable, Hashable, Codable {
  /// The most records of each kind in one message; those beyond are refused.
  public static let recordsMax = 5_000

  /// The revision this builds on; nil for a full set, which replaces everything.
  public var baseRevision: UInt64?
  public var revision: UInt64
  public var persons: [PersonRecord]
  public var removedPersons: [String]
  public var credentials: [CredentialRecord]
  public var removedCredentials: [String]
  /// Ids of credentials that a later message will revoke. They stop working at once, so that no
  /// revocation waits behind grants. Absent is none.
  public var revokedAhead: [String]?
  /// ``RecordSetDigest/root`` of all records at the base, as the sender has them; another one here
  /// refuses the message. Absent is not compared.
  public var baseDigest: String?
  /// True only checks the message and answers; nothing of it comes into force. Absent is false.
  public var dryRun: Bool?
  /// Entries that could not be read; they are never sent on.
  var unreadable: [UnreadableRecord] = []
  var unknownMembers: [Problem] = []

  private enum CodingKeys: String, CodingKey {
    case baseRevision, revision, persons, removedPersons, credentials, removedCredentials
    case revokedAhead, baseDigest, dryRun
  }

  public init(
    baseRevision: UInt64?, revision: UInt64, persons: [PersonRecord] = [],
    removedPersons: [String] = [], credentials: [CredentialRecord] = [],
    removedCredentials: [String] = [], revokedAhead: [String]? = nil
  ) {
    self.baseRevision = baseRevision
    self.revision = revision
    self.persons = persons
    self.removedPersons = removedPersons
    self.credentials = credentials
    self.removedCredentials = removedCredentials
    self.revokedAhead = revokedAhead
  }
}

extension CredentialDelta {
  /// One entry that cannot be read does not hinder the others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var unreadable: [UnreadableRecord] = []
    self.init(
      baseRevision: try container.decodeIfPresent(UInt64.self, forKey: .baseRevision),
      revision: try container.decode(UInt64.self, forKey: .revision),
      persons: try container.readable(PersonRecord.self, forKey: .persons, &unreadable),
      removedPersons: try container.readable(String.self, forKey: .removedPersons, &unreadable),
      credentials: try container.readable(
        CredentialRecord.self, forKey: .credentials, &unreadable),
      removedCredentials: try container.readable(
        String.self, forKey: .removedCredentials, &unreadable),
      revokedAhead: try container.readableIfPresent(
        String.self, forKey: .revokedAhead, &unreadable))
    baseDigest = try container.decodeIfPresent(String.self, forKey: .baseDigest)
    dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun)
    self.unreadable = unreadable
  }
}

/// A person on the wire.
public struct PersonRecord: Sendable, Hashable, Codable {
  public var id: String
  public var accessEnabled: Bool
  public var memberType: String
  public var membershipStatus: String
  public var tags: [String]
  /// Tags that the operator defines; absent is none.
  public var customTags: [String]?
  public var grants: [GrantRecord]
  /// Where the person may not enter, whatever else allows it; absent is nowhere.
  public var exclusions: [ExclusionRecord]?
  /// What doors may require of people; absent is none.
  public var qualifications: [QualificationRecord]?
  /// `needed`: enters only with a host; `host`: may bring such a person. Absent is neither.
  public var escort: String?

  public init(
    id: String, accessEnabled: Bool, memberType: String = "", membershipStatus: String = "active",
    tags: [String] = [], customTags: [String]? = nil, grants: [GrantRecord] = [],
    exclusions: [ExclusionRecord]? = nil, qualifications: [QualificationRecord]? = nil,
    escort: String? = nil
  ) {
    self.id = id
    self.accessEnabled = accessEnabled
    self.memberType = memberType
    self.membershipStatus = membershipStatus
    self.tags = tags
    self.customTags = customTags
    self.grants = grants
    self.exclusions = exclusions
    self.qualifications = qualifications
    self.escort = escort
  }
}

extension PersonRecord {
  /// The record with what commands of their own set in `present`: who adds a person again need not
  /// know where the person may not enter, what the person has, and who must come along.
  public func keepingStanding(of present: PersonRecord?) -> PersonRecord {
    var record = self
    record.exclusions = present?.exclusions
    record.qualifications = present?.qualifications
    record.escort = present?.escort
    return record
  }

  /// Absent lists are empty; an absent status is `active`. `accessEnabled` must be present.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(String.self, forKey: .id),
      accessEnabled: try container.decode(Bool.self, forKey: .accessEnabled),
      memberType: try container.decodeIfPresent(String.self, forKey: .memberType) ?? "",
      membershipStatus: try container.decodeIfPresent(String.self, forKey: .membershipStatus)
        ?? "active",
      tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
      customTags: try container.decodeIfPresent([String].self, forKey: .customTags),
      grants: try container.decodeIfPresent([GrantRecord].self, forKey: .grants) ?? [],
      exclusions: try container.decodeIfPresent([ExclusionRecord].self, forKey: .exclusions),
      qualifications: try container.decodeIfPresent(
        [QualificationRecord].self, forKey: .qualifications),
      escort: try container.decodeIfPresent(String.self, forKey: .escort))
  }
}

/// A personal grant on the wire.
public struct GrantRecord: Sendable, Hashable, Codable {
  public var facilityWide: Bool
  public var doors: [String]
  public var groups: [String]
  public var accessHours: HoursDocument?

  public init(
    facilityWide: Bool, doors: [String] = [], groups: [String] = [],
    accessHours: HoursDocument? = nil
  ) {
    self.facilityWide = facilityWide
    self.doors = doors
    self.groups = groups
    self.accessHours = accessHours
  }
}

extension GrantRecord {
  /// Absent lists are empty; an absent `facilityWide` is false.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      facilityWide: try container.decodeIfPresent(Bool.self, forKey: .facilityWide) ?? false,
      doors: try container.decodeIfPresent([String].self, forKey: .doors) ?? [],
      groups: try container.decodeIfPresent([String].self, forKey: .groups) ?? [],
      accessHours: try container.decodeIfPresent(HoursDocument.self, forKey: .accessHours))
  }
}

/// A credential on the wire. Its value is only a digest under this device's key.
public struct CredentialRecord: Sendable, Hashable, Codable {
  public var id: String
  /// `card`, `pin` or `mobile`.
  public var kind: String
  public var person: String
  /// `active` or `revoked`.
  public var status: String
  public var digest: CredentialDigest
  /// Seconds since 1970; nil is open.
  public var validFrom: Int64?
  public var validUntil: Int64?
  public var doors: [String]
  public var scopes: [String]
  /// Name of its class, as the facility configures them; `standard` when absent.
  public var className: String?
  /// How often it may be used; absent is without limit.
  public var usesMax: Int?
  /// How long it stays valid after its first use.
  public var validSecondsFromFirstUse: Int64?
  /// The controller it was issued for; absent where the digest alone binds it.
  public var device: String?
  /// The reservation and the tenant that it was issued for, repeated in events about it.
  public var reservationID: String?
  public var tenantID: String?
  /// A duress credential: it opens like any other and raises a silent alarm. Absent is false.
  public var duress: Bool?
  /// True for one that names no door and no scope and opens every door of the controller. An active
  /// credential without any place and without this is refused. Absent is false.
  public var everywhere: Bool?
  /// The issue number of the card that opens; the digest is then that of the card without it. Absent
  /// is not asked for.
  public var issue: Int64?
  /// It is suspended once it was not used for so many days; absent is never.
  public var unusedDays: Int?
  /// The last use that the cloud knows of, seconds since 1970; absent is none.
  public var lastUsed: Int64?

  public init(
    id: String, kind: String, person: String, status: String, digest: CredentialDigest,
    validFrom: Int64? = nil, validUntil: Int64? = nil, doors: [String] = [],
    scopes: [String] = [], className: String? = nil, usesMax: Int? = nil,
    validSecondsFromFirstUse: Int64? = nil, device: String? = nil,
    reservationID: String? = nil, tenantID: String? = nil, duress: Bool? = nil,
    everywhere: Bool? = nil, issue: Int64? = nil, unusedDays: Int? = nil, lastUsed: Int64? = nil
  ) {
    self.id = id
    self.kind = kind
    self.person = person
    self.status = status
    self.digest = digest
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.doors = doors
    self.scopes = scopes
    self.className = className
    self.usesMax = usesMax
    self.validSecondsFromFirstUse = validSecondsFromFirstUse
    self.device = device
    self.reservationID = reservationID
    self.tenantID = tenantID
    self.duress = duress
    self.everywhere = everywhere
    self.issue = issue
    self.unusedDays = unusedDays
    self.lastUsed = lastUsed
  }
}
