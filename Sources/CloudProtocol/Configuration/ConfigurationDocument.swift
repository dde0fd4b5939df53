package import DoorRules

/// The cloud's configuration of one controller, as sent. It is used only after
/// ``validated(controller:zones:)``, which reports every error by path.
public struct ConfigurationDocument: Sendable, Hashable, Codable {
  public var revision: UInt64
  public var facility: FacilityDocument
  public var scopes: [ScopeDocument]
  public var doors: [DoorDocument]

  public init(
    revision: UInt64, facility: FacilityDocument, scopes: [ScopeDocument], doors: [DoorDocument]
  ) {
    self.revision = revision
    self.facility = facility
    self.scopes = scopes
    self.doors = doors
  }

  /// `scopes` may be missing: a facility without any.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    revision = try container.decode(UInt64.self, forKey: .revision)
    facility = try container.decode(FacilityDocument.self, forKey: .facility)
    scopes = try container.decodeIfPresent([ScopeDocument].self, forKey: .scopes) ?? []
    doors = try container.decode([DoorDocument].self, forKey: .doors)
  }
}

/// A named set of doors. Its settings stand beside the other members.
public struct ScopeDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// The scope with the smaller number wins where scopes disagree; 0 when absent.
  public var priority: Int
  public var doors: [String]
  public var settings: AccessSettingsDocument

  public init(
    id: String, name: String, priority: Int, doors: [String],
    settings: AccessSettingsDocument = AccessSettingsDocument()
  ) {
    self.id = id
    self.name = name
    self.priority = priority
    self.doors = doors
    self.settings = settings
  }

  private enum CodingKeys: CodingKey { case id, name, priority, doors }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    name = try container.decode(String.self, forKey: .name)
    priority = try container.decodeIfPresent(Int.self, forKey: .priority) ?? 0
    doors = try container.decode([String].self, forKey: .doors)
    settings = try AccessSettingsDocument(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encode(priority, forKey: .priority)
    try container.encode(doors, forKey: .doors)
  }
}

/// One door. Its settings stand beside the other members.
public struct DoorDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// Up to 64 characters.
  public var location: String?
  /// One of ``icons``.
  public var icon: String?
  public var settings: AccessSettingsDocument

  /// The icons that apps know.
  public static let icons: Set<String> = [
    "door", "door-sliding", "door-double", "garage", "gate-barrier", "pedestrian", "security",
    "office", "delivery", "locker",
  ]

  public init(
    id: String, name: String, location: String? = nil, icon: String? = nil,
    settings: AccessSettingsDocument = AccessSettingsDocument()
  ) {
    self.id = id
    self.name = name
    self.location = location
    self.icon = icon
    self.settings = settings
  }

  private enum CodingKeys: CodingKey { case id, name, location, icon }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    name = try container.decode(String.self, forKey: .name)
    location = try container.decodeIfPresent(String.self, forKey: .location)
    icon = try container.decodeIfPresent(String.self, forKey: .icon)
    settings = try AccessSettingsDocument(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(location, forKey: .location)
    try container.encodeIfPresent(icon, forKey: .icon)
  }
}

extension ConfigurationDocument {
  /// Where and when credentials open under this configuration, which was validated.
  package var reach: CredentialReach {
    CredentialReach(
      scopes: Dictionary(
        scopes.compactMap { scope in
          ScopeID(scope.id).map { ($0, Set(scope.doors.compactMap(DoorID.init))) }
        }, uniquingKeysWith: { first, _ in first }),
      leadSeconds: facility.leadMinutes.map { Int64($0) * 60 } ?? FacilityPolicy.leadSecondsDefault,
      tailSeconds: facility.tailMinutes.map { Int64($0) * 60 } ?? FacilityPolicy.tailSecondsDefault)
  }
}
