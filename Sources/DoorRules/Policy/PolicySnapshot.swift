/// Everything that a decision needs except the person: one value, replaced as a unit, so that no
/// decision ever sees half of a configuration.
public struct PolicySnapshot: Sendable, Hashable {
  private let compiled: CompiledPolicy

  /// Merges the settings of facility, scopes and doors; see ``EffectiveSettings``.
  public init(
    revision: UInt64, zone: ZoneRules?, facility: FacilityPolicy = FacilityPolicy(),
    scopes: [ScopeID: Scope] = [:], doors: [DoorID: DoorPolicy]
  ) {
    compiled = CompiledPolicy(
      revision: revision, zone: zone, facility: facility, scopes: scopes, doors: doors)
  }

  /// Revision of the configuration this was made from; 0 before the first one.
  public var revision: UInt64 { compiled.revision }
  /// Offsets of the facility's time zone; nil while this device does not know them. Whatever needs
  /// the time of day is then denied or closed, and everything else goes on.
  public var zone: ZoneRules? { compiled.zone }
  public var facility: FacilityPolicy { compiled.facility }
  public var scopes: [ScopeID: Scope] { compiled.scopes }
  public var doors: [DoorID: DoorPolicy] { compiled.doors }

  /// The areas that count who is inside, by id.
  public var countingAreas: [Area] { compiled.countingAreas }

  /// Some area denies those who would be too many.
  public var limitsPeople: Bool { compiled.limitsPeople }

  /// The areas with anti-passback that a reader leads into and out of.
  public func crossings(at reader: ReaderID) -> [AreaCrossing] {
    compiled.ways[reader]?.crossings ?? []
  }

  /// A reader that leads out of an area and into none, whatever the area's anti-passback.
  public func onlyLeadsOut(_ reader: ReaderID) -> Bool {
    compiled.ways[reader]?.onlyLeadsOut ?? false
  }

  /// The settings in force at a door; nil for a door that this policy does not know.
  public func settings(of door: DoorID) -> EffectiveSettings? { compiled.places[door]?.settings }

  func place(of door: DoorID) -> DoorPlace? { compiled.places[door] }

  func reach(of plan: PlanID) -> PlanReach? { compiled.plans[plan] }

  /// The plans, by their ids.
  public var plans: [Plan] { facility.plans.sorted { $0.id < $1.id } }

  public func plan(_ id: PlanID) -> Plan? { reach(of: id)?.plan }

  /// True where the plan keeps a door closed: for the door itself, or for one of its readers.
  public func isFor(_ door: DoorID, readers: [ReaderID], plan: PlanID) -> Bool {
    reach(of: plan)?.level(at: door, reader: nil, readers: readers) != nil
  }

  /// The stronger first, and of equal ranks the smaller id. A plan that this policy lacks comes last.
  public func ranked(_ entries: [PlanEntry]) -> [PlanEntry] {
    entries.sorted {
      let (left, right) = (plan($0.plan)?.rank ?? 0, plan($1.plan)?.rank ?? 0)
      return left == right ? $0.plan < $1.plan : left > right
    }
  }

  /// Nil where no area begins or ends.
  func way(through reader: ReaderID) -> ReaderWay? { compiled.ways[reader] }

  /// Whoever comes this way leaves an area and enters none: what keeps people out holds nobody in. A
  /// phone leaves only through a door that has no other readers.
  func onlyLeaves(_ request: AccessRequest) -> Bool {
    switch request.presentation {
    case .card, .pin, .cardThenPIN:
      guard let reader = request.reader else { return false }
      return onlyLeadsOut(reader)
    case .mobile:
      return !request.doorReaders.isEmpty && request.doorReaders.allSatisfy { onlyLeadsOut($0) }
    }
  }

  /// The same policy by other rules of its time zone.
  public func under(_ zone: ZoneRules?) -> PolicySnapshot {
    PolicySnapshot(
      revision: revision, zone: zone, facility: facility, scopes: scopes, doors: doors)
  }

  /// A moment as `2026-11-20 09:30` on the facility's clock, or in UTC and so marked while the
  /// rules of its zone are not known.
  public func text(of instant: WallInstant) -> String {
    zone.map { $0.civil(at: instant).text } ?? "\(ZoneRules.utc.civil(at: instant).text) UTC"
  }

  /// The class of a credential; a class that is not configured is like the standard one.
  public func credentialClass(named name: String) -> CredentialClass {
    compiled.classes[name] ?? compiled.standardClass
  }

  public static func == (left: Self, right: Self) -> Bool { left.compiled == right.compiled }

  public func hash(into hasher: inout Hasher) { hasher.combine(compiled.revision) }

  /// A policy that knows no door: everything is denied.
  public static let empty = PolicySnapshot(revision: 0, zone: .utc, doors: [:])
}

/// What applies to the facility.
public struct FacilityPolicy: Sendable, Hashable {
  /// Seconds before its start from which a credential is valid, unless configured.
  public static let leadSecondsDefault: Int64 = 900
  /// Seconds before its end from which it is no longer valid, unless configured.
  public static let tailSecondsDefault: Int64 = 60

  /// Defaults for every door.
  public var settings: AccessSettings
  public var holidays: Holidays
  /// Seconds before its start from which a credential is valid.
  public var leadSeconds: Int64
  /// Seconds before its end from which it is no longer valid.
  public var tailSeconds: Int64
  /// Classes of credentials, by name.
  public var classes: [String: CredentialClass]
  /// The controller that this policy is for; nil where that is not known, as in a dry run.
  public var controller: ControllerID?
  /// For anti-passback, and to count who is inside.
  public var areas: [Area]
  /// What to do in an emergency.
  public var plans: [Plan]
  /// Rules between things.
  public var automations: [Automation]

  public init(
    settings: AccessSettings = AccessSettings(), holidays: Holidays = Holidays(),
    leadSeconds: Int64 = leadSecondsDefault, tailSeconds: Int64 = tailSecondsDefault,
    classes: [String: CredentialClass] = [:], controller: ControllerID? = nil,
    areas: [Area] = [], plans: [Plan] = [], automations: [Automation] = []
  ) {
    self.settings = settings
    self.holidays = holidays
    self.leadSeconds = leadSeconds
    self.tailSeconds = tailSeconds
    self.classes = classes
    self.controller = controller
    self.areas = areas
    self.plans = plans
    self.automations = automations
  }
}

/// A named set of doors, with settings for them.
public struct Scope: Sendable, Hashable {
  public var id: ScopeID
  public var name: String
  /// Where two scopes of a door configure the same field, the smaller number wins.
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

/// One door, with its own settings.
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
