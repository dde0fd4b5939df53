public import DoorRules

/// Limits of one person's and one credential's record.
public enum CredentialLimits {
  public static let tagsMax = 64
  public static let grantsMax = 64
  public static let exclusionsMax = 64
  public static let qualificationsMax = 64
  /// Doors or scopes of one grant or credential.
  public static let placesMax = 256
  /// Member type, membership status, tags and class, in bytes of UTF-8.
  public static let wordBytesMax = 256
  public static let usesMax = 1...1_000_000
  /// After how many days without use a credential is suspended, up to ten years.
  public static let unusedDays = 1...3_660
  /// Issue numbers of cards.
  public static let issues = Int64(0)...4_294_967_295
  /// Up to ten years.
  public static let secondsFromFirstUse = Int64(1)...315_576_000
}

extension PersonRecord {
  /// The person; problems are noted below `path`.
  public func validated(path: String) throws(ValidationFailure) -> Person {
    var reader = DocumentReader()
    let person = read(&reader, path)
    try reader.check()
    guard let person else { throw ValidationFailure(path: path, message: "cannot be read") }
    return person
  }

  func read(_ reader: inout DocumentReader, _ path: String) -> Person? {
    let id: PersonID? = reader.identifier(id, "\(path).id")
    let word = 0...CredentialLimits.wordBytesMax
    reader.opaque(memberType, "\(path).memberType", length: word)
    reader.opaque(membershipStatus, "\(path).membershipStatus", length: word)
    let tags = reader.words(tags, "\(path).tags")
    let customTags = reader.words(customTags ?? [], "\(path).customTags")
    var domainGrants: [Grant] = []
    if reader.count(grants.count, "\(path).grants", max: CredentialLimits.grantsMax) {
      domainGrants = grants.enumerated().map { $1.read(&reader, "\(path).grants[\($0)]") }
    }
    let exclusions = reader.list(
      exclusions, "\(path).exclusions", max: CredentialLimits.exclusionsMax
    ) { $0.read(&$1, $2) }
    let qualifications = reader.list(
      qualifications, "\(path).qualifications", max: CredentialLimits.qualificationsMax
    ) { $0.read(&$1, $2) }
    // A word that is not known refuses the record: it may keep somebody out.
    let escort = escort.flatMap {
      reader.choice($0, "\(path).escort", of: Person.Escort.self)
    }
    guard let id else { return nil }
    return Person(
      id: id, accessEnabled: accessEnabled, memberType: memberType,
      membershipStatus: membershipStatus, tags: tags, customTags: customTags,
      grants: domainGrants, exclusions: exclusions, qualifications: qualifications, escort: escort)
  }
}

extension GrantRecord {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> Grant {
    let doors: Set<DoorID> = reader.identifiers(
      doors, "\(path).doors", max: CredentialLimits.placesMax)
    let groups: Set<ScopeID> = reader.identifiers(
      groups, "\(path).groups", max: CredentialLimits.placesMax)
    return Grant(
      facilityWide: facilityWide, doors: doors, groups: groups,
      accessHours: reader.hours(accessHours, "\(path).accessHours"))
  }
}

extension CredentialRecord {
  /// As an operator's tool means it: an active one that names no place is for everywhere, and says so.
  public var sayingItsPlace: CredentialRecord {
    var record = self
    if status == "active", doors.isEmpty, scopes.isEmpty { record.everywhere = true }
    return record
  }

  /// The credential without its digest; problems are noted below `path`.
  public func validated(path: String) throws(ValidationFailure) -> Credential {
    var reader = DocumentReader()
    let credential = read(&reader, path)
    try reader.check()
    guard let credential else { throw ValidationFailure(path: path, message: "cannot be read") }
    return credential
  }

  func read(_ reader: inout DocumentReader, _ path: String) -> Credential? {
    let id: CredentialID? = reader.identifier(id, "\(path).id")
    let kind = reader.choice(kind, "\(path).kind", of: Credential.Kind.self)
    let person: PersonID? = reader.identifier(person, "\(path).person")
    let status = reader.choice(status, "\(path).status", of: Credential.Status.self)
    _ = reader.instant(validFrom, "\(path).validFrom")
    _ = reader.instant(validUntil, "\(path).validUntil")
    if let validFrom, let validUntil, validFrom >= validUntil {
      reader.note("\(path).validUntil", "\(validUntil) is not after validFrom \(validFrom)")
    }
    let doors: Set<DoorID> = reader.identifiers(
      doors, "\(path).doors", max: CredentialLimits.placesMax)
    let scopes: Set<ScopeID> = reader.identifiers(
      scopes, "\(path).scopes", max: CredentialLimits.placesMax)
    if let usesMax { reader.whole(usesMax, "\(path).usesMax", in: CredentialLimits.usesMax) }
    if let validSecondsFromFirstUse {
      reader.whole(
        validSecondsFromFirstUse, "\(path).validSecondsFromFirstUse",
        in: CredentialLimits.secondsFromFirstUse)
    }
    if let unusedDays {
      reader.whole(unusedDays, "\(path).unusedDays", in: CredentialLimits.unusedDays)
    }
    _ = reader.instant(lastUsed, "\(path).lastUsed")
    if lastUsed != nil, unusedDays == nil {
      reader.note("\(path).lastUsed", "is only for one with unusedDays")
    }
    if let issue {
      reader.whole(issue, "\(path).issue", in: CredentialLimits.issues)
      if let kind, kind != .card { reader.note("\(path).issue", "is for cards, not \(kind)") }
    }
    if let className {
      reader.opaque(className, "\(path).className", length: 1...CredentialLimits.wordBytesMax)
    }
    for (text, name) in [(reservationID, "reservationID"), (tenantID, "tenantID")] {
      if let text { reader.opaque(text, "\(path).\(name)", length: 1...OpaqueText.idBytesMax) }
    }
    let device: ControllerID? = device.flatMap { reader.identifier($0, "\(path).device") }
    guard let id, let kind, let person, let status else { return nil }
    return Credential(
      id: id, kind: kind, person: person, status: status,
      validFrom: validFrom.map(WallInstant.init(secondsSince1970:)),
      validUntil: validUntil.map(WallInstant.init(secondsSince1970:)), doors: doors,
      scopes: scopes, className: className ?? CredentialClass.standardName, usesMax: usesMax,
      validSecondsFromFirstUse: validSecondsFromFirstUse, device: device,
      isDuress: duress ?? false, issue: issue.map { UInt64(clamping: $0) }, unusedDays: unusedDays,
      lastUsed: lastUsed.map(WallInstant.init(secondsSince1970:)))
  }
}
