/// The cloud's configuration of one controller, as written on the wire. It is believed only
/// after validation as a whole, which lists every error by path.
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

/// `{"monday":[{"from":"09:00","to":"17:00"}], …}`; a day that is absent is closed.
public typealias WeekDocument = [String: [WindowDocument]]

/// One opening window, `HH:MM` in the facility's zone.
public struct WindowDocument: Sendable, Hashable, Codable {
  public var from: String
  public var to: String

  public init(from: String, to: String) {
    self.from = from
    self.to = to
  }
}

/// What holds for the whole facility.
public struct FacilityDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// An IANA name such as `Europe/Berlin`.
  public var timeZone: String
  public var accessHours: WeekDocument?

  public init(id: String, name: String, timeZone: String, accessHours: WeekDocument? = nil) {
    self.id = id
    self.name = name
    self.timeZone = timeZone
    self.accessHours = accessHours
  }
}

/// A named set of doors.
public struct ScopeDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  public var priority: Int
  public var doors: [String]
  public var accessHours: WeekDocument?

  public init(
    id: String, name: String, priority: Int, doors: [String], accessHours: WeekDocument? = nil
  ) {
    self.id = id
    self.name = name
    self.priority = priority
    self.doors = doors
    self.accessHours = accessHours
  }
}

/// One door's settings.
public struct DoorDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// Up to 64 characters.
  public var location: String?
  /// One of ``icons``.
  public var icon: String?
  /// 1 to 30; 5 when absent.
  public var holdTimeSeconds: Int?
  /// `cardOnly`, `pinOnly`, `cardOrPIN` or `cardThenPIN`; `cardOrPIN` when absent.
  public var presentation: String?
  public var accessHours: WeekDocument?

  /// The icons that apps know.
  public static let icons: Set<String> = [
    "door", "door-sliding", "door-double", "garage", "gate-barrier", "pedestrian", "security",
    "office", "delivery", "locker",
  ]

  public init(
    id: String, name: String, location: String? = nil, icon: String? = nil,
    holdTimeSeconds: Int? = nil, presentation: String? = nil, accessHours: WeekDocument? = nil
  ) {
    self.id = id
    self.name = name
    self.location = location
    self.icon = icon
    self.holdTimeSeconds = holdTimeSeconds
    self.presentation = presentation
    self.accessHours = accessHours
  }
}
