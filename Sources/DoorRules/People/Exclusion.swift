/// An explicit deny for one person: where, and until when.
public struct Exclusion: Sendable, Hashable {
  /// Every door of the facility.
  public var facilityWide: Bool
  public var doors: Set<DoorID>
  /// Scopes, by id.
  public var groups: Set<ScopeID>
  /// Nil has no end.
  public var until: WallInstant?

  public init(
    facilityWide: Bool = false, doors: Set<DoorID> = [], groups: Set<ScopeID> = [],
    until: WallInstant? = nil
  ) {
    self.facilityWide = facilityWide
    self.doors = doors
    self.groups = groups
    self.until = until
  }
}

/// Something that a person has for a time: an induction, an insurance, a paid balance.
public struct Qualification: Sendable, Hashable {
  /// The operator's name for it, compared byte for byte.
  public var name: String
  /// Nil has no end.
  public var until: WallInstant?

  public init(name: String, until: WallInstant? = nil) {
    self.name = name
    self.until = until
  }
}
