/// Everything a decision needs but the person: one value, swapped whole, so that no decision
/// ever sees half of a configuration.
public struct PolicySnapshot: Sendable, Hashable {
  /// Revision of the configuration this was made from; 0 before the first one.
  public let revision: UInt64
  /// Offsets of the facility's time zone.
  public let zone: ZoneRules
  public let facility: FacilityPolicy
  public let scopes: [ScopeID: Scope]
  public let doors: [DoorID: DoorPolicy]
  private let effective: [DoorID: EffectiveSettings]
  private let crossings: [ReaderID: [AreaCrossing]]

  /// Merges what facility, scopes and doors say; see ``EffectiveSettings``.
  public init(
    revision: UInt64, zone: ZoneRules, facility: FacilityPolicy = FacilityPolicy(),
    scopes: [ScopeID: Scope] = [:], doors: [DoorID: DoorPolicy]
  ) {
    self.revision = revision
    self.zone = zone
    self.facility = facility
    self.scopes = scopes
    self.doors = doors
    effective = doors.mapValues { door in
      EffectiveSettings(
        door: door, scopes: scopes.values.filter { $0.doors.contains(door.id) },
        facility: facility.settings)
    }
    var crossings: [ReaderID: [AreaCrossing]] = [:]
    for area in facility.areas.sorted(by: { $0.id < $1.id }) where area.antiPassback != .off {
      for reader in area.entry {
        crossings[reader, default: []].append(AreaCrossing(area: area, isEntry: true))
      }
      for reader in area.exit {
        crossings[reader, default: []].append(AreaCrossing(area: area, isEntry: false))
      }
    }
    self.crossings = crossings
  }

  /// The areas that a reader leads into and out of, where anybody asks.
  public func crossings(at reader: ReaderID) -> [AreaCrossing] { crossings[reader] ?? [] }

  /// What holds at a door; nil for one that this policy does not know.
  public func settings(of door: DoorID) -> EffectiveSettings? { effective[door] }

  /// The class of a credential; one that is not configured is served like the standard one.
  public func credentialClass(named name: String) -> CredentialClass {
    facility.classes[name] ?? CredentialClass.builtIn(named: name)
      ?? facility.classes[CredentialClass.standardName] ?? CredentialClass()
  }

  /// A policy that knows no door: everything is denied.
  public static let empty = PolicySnapshot(revision: 0, zone: .utc, doors: [:])
}

/// What holds for the whole facility.
public struct FacilityPolicy: Sendable, Hashable {
  /// Seconds before its start from which a credential counts, when nobody says otherwise.
  public static let leadSecondsDefault: Int64 = 900
  /// Seconds before its end from which it counts no more.
  public static let tailSecondsDefault: Int64 = 60

  /// Defaults of every door.
  public var settings: AccessSettings
  public var holidays: Holidays
  public var leadSeconds: Int64
  public var tailSeconds: Int64
  /// Classes of credentials, by name.
  public var classes: [String: CredentialClass]
  /// The device this policy is for; nil where that is not known, as in a dry run.
  public var controller: ControllerID?
  /// For anti-passback.
  public var areas: [Area]

  public init(
    settings: AccessSettings = AccessSettings(), holidays: Holidays = Holidays(),
    leadSeconds: Int64 = leadSecondsDefault, tailSeconds: Int64 = tailSecondsDefault,
    classes: [String: CredentialClass] = [:], controller: ControllerID? = nil,
    areas: [Area] = []
  ) {
    self.settings = settings
    self.holidays = holidays
    self.leadSeconds = leadSeconds
    self.tailSeconds = tailSeconds
    self.classes = classes
    self.controller = controller
    self.areas = areas
  }
}

/// A named set of doors with what it says about them.
public struct Scope: Sendable, Hashable {
  public var id: ScopeID
  public var name: String
  /// The smaller number wins where two scopes of a door say different things.
  public var priority: Int
  public var doors: Set<DoorID>
  public var settings: AccessSettings

  public init(
    id: ScopeID, name: String, priority: Int, doors: Set<DoorID>,
    settings: AccessSettings = AccessSettings()
  ) {
    self.id = id
    self.name = name
    self.priority = priority
    self.doors = doors
    self.settings = settings
  }
}

/// One door with its own word.
public struct DoorPolicy: Sendable, Hashable {
  public var id: DoorID
  public var name: String
  public var settings: AccessSettings

  public init(id: DoorID, name: String, settings: AccessSettings = AccessSettings()) {
    self.id = id
    self.name = name
    self.settings = settings
  }
}
