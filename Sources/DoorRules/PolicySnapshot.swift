/// Everything a decision needs but the person: one value, swapped whole, so that no decision
/// ever sees half of a configuration.
public struct PolicySnapshot: Sendable, Hashable {
  /// Revision of the configuration this was made from; 0 before the first one.
  public var revision: UInt64
  /// Offsets of the facility's time zone.
  public var zone: ZoneRules
  /// Weekly hours of the facility, used where neither scope nor door says otherwise; nil is always.
  public var accessHours: WeeklyHours?
  public var scopes: [ScopeID: Scope]
  public var doors: [DoorID: DoorPolicy]

  public init(
    revision: UInt64, zone: ZoneRules, accessHours: WeeklyHours?, scopes: [ScopeID: Scope],
    doors: [DoorID: DoorPolicy]
  ) {
    self.revision = revision
    self.zone = zone
    self.accessHours = accessHours
    self.scopes = scopes
    self.doors = doors
  }

  /// A policy that knows no door: everything is denied.
  public static let empty = PolicySnapshot(
    revision: 0, zone: .utc, accessHours: nil, scopes: [:], doors: [:])
}

/// A named set of doors.
public struct Scope: Sendable, Hashable {
  public var id: ScopeID
  public var name: String
  /// The smaller number wins where two scopes of a door say different things.
  public var priority: Int
  public var doors: Set<DoorID>
  public var accessHours: WeeklyHours?

  public init(
    id: ScopeID, name: String, priority: Int, doors: Set<DoorID>, accessHours: WeeklyHours? = nil
  ) {
    self.id = id
    self.name = name
    self.priority = priority
    self.doors = doors
    self.accessHours = accessHours
  }
}

/// The rules of one door.
public struct DoorPolicy: Sendable, Hashable {
  public var id: DoorID
  public var name: String
  /// How long the relay stays on for one entry; 1 to 30.
  public var holdTimeSeconds: Int
  public var presentationMode: PresentationMode
  public var accessHours: WeeklyHours?

  public init(
    id: DoorID, name: String, holdTimeSeconds: Int, presentationMode: PresentationMode,
    accessHours: WeeklyHours? = nil
  ) {
    self.id = id
    self.name = name
    self.holdTimeSeconds = holdTimeSeconds
    self.presentationMode = presentationMode
    self.accessHours = accessHours
  }
}
