public import DoorRules

/// An explicit deny for one person on the wire. It names at least one place.
public struct ExclusionRecord: Sendable, Hashable, Codable {
  /// Absent is false.
  public var facilityWide: Bool?
  public var doors: [String]?
  /// Ids of scopes.
  public var groups: [String]?
  /// Seconds since 1970; absent has no end.
  public var validUntil: Int64?

  public init(
    facilityWide: Bool? = nil, doors: [String]? = nil, groups: [String]? = nil,
    validUntil: Int64? = nil
  ) {
    self.facilityWide = facilityWide
    self.doors = doors
    self.groups = groups
    self.validUntil = validUntil
  }
}

extension ExclusionRecord {
  /// At every door, without an end: as good as a person who is switched off.
  var isEverywhereForGood: Bool { facilityWide == true && validUntil == nil }

  func read(_ reader: inout DocumentReader, _ path: String) -> Exclusion {
    // Whoever sent it meant a place, and would believe the person shut out.
    if facilityWide != true, doors?.isEmpty != false, groups?.isEmpty != false {
      reader.note(path, "names no place: give doors or groups, or facilityWide")
    }
    let doors: Set<DoorID> = reader.identifiers(
      doors ?? [], "\(path).doors", max: CredentialLimits.placesMax)
    let groups: Set<ScopeID> = reader.identifiers(
      groups ?? [], "\(path).groups", max: CredentialLimits.placesMax)
    return Exclusion(
      facilityWide: facilityWide ?? false, doors: doors, groups: groups,
      until: reader.instant(validUntil, "\(path).validUntil"))
  }
}

/// What a person has for a time, on the wire.
public struct QualificationRecord: Sendable, Hashable, Codable {
  /// As `requiredQualifications` of a configuration names it.
  public var name: String
  /// Seconds since 1970; absent has no end.
  public var validUntil: Int64?

  public init(name: String, validUntil: Int64? = nil) {
    self.name = name
    self.validUntil = validUntil
  }
}

extension QualificationRecord {
  func read(_ reader: inout DocumentReader, _ path: String) -> Qualification {
    reader.opaque(name, "\(path).name", length: 1...CredentialLimits.wordBytesMax)
    return Qualification(name: name, until: reader.instant(validUntil, "\(path).validUntil"))
  }
}
