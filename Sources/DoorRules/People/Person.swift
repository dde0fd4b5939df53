/// A person as the door sees them.
public struct Person: Sendable, Hashable {
  public var id: PersonID
  /// When false, only an admin override lets the person in.
  public var accessEnabled: Bool
  /// The operator's member type, matched by member rules; empty is none.
  public var memberType: String
  /// The operator's membership status; `active` gives access.
  public var membershipStatus: String
  /// Tags that rules can match.
  public var tags: Set<String>
  /// Tags that the operator defines, matched like the others.
  public var customTags: Set<String>
  /// Personal grants; each alone is enough.
  public var grants: [Grant]
  /// Where the person may not enter, whatever rules, grants and credentials allow.
  public var exclusions: [Exclusion]
  /// What the person has, such as an induction; doors may require it.
  public var qualifications: [Qualification]
  /// False for somebody of whom only the id is here; see ``unknown(_:)``.
  public private(set) var isKnown = true
  /// Nil comes and goes alone, and brings nobody.
  public var escort: Escort?

  /// Somebody whom a credential or a command names and whose record is not here.
  public static func unknown(_ id: PersonID) -> Person {
    var person = Person(id: id, accessEnabled: false)
    person.isKnown = false
    return person
  }

  /// What a person has to do with escorts.
  public enum Escort: String, Sendable, Hashable, CaseIterable {
    /// Enters only with a host.
    case needed
    /// May bring such a person.
    case host
  }

  public init(
    id: PersonID, accessEnabled: Bool, memberType: String = "", membershipStatus: String = "active",
    tags: Set<String> = [], customTags: Set<String> = [], grants: [Grant] = [],
    exclusions: [Exclusion] = [], qualifications: [Qualification] = [], escort: Escort? = nil
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

  /// True for a tag of either kind.
  func hasTag(_ tag: String) -> Bool { tags.holds(tag) || customTags.holds(tag) }

  /// Has one of these tags, or is of one of these member types; nobody is where both are empty.
  func isOne(ofTags someTags: Set<String>, orTypes memberTypes: Set<String>) -> Bool {
    someTags.contains { hasTag($0) } || !memberType.isEmpty && memberTypes.holds(memberType)
  }
}

/// Access given to one person: where, and when.
public struct Grant: Sendable, Hashable {
  /// Every door of the facility.
  public var facilityWide: Bool
  public var doors: Set<DoorID>
  /// Scopes, by id.
  public var groups: Set<ScopeID>
  /// Hours of this grant; nil means the door's own.
  public var accessHours: WeeklyHours?

  public init(
    facilityWide: Bool = false, doors: Set<DoorID> = [], groups: Set<ScopeID> = [],
    accessHours: WeeklyHours? = nil
  ) {
    self.facilityWide = facilityWide
    self.doors = doors
    self.groups = groups
    self.accessHours = accessHours
  }
}
