/// What a policy says, laid out for decisions once, when it comes: a decision looks up a door and a
/// reader, and builds nothing. A class, so that a copy of a policy costs one count.
final class CompiledPolicy: Sendable, Equatable {
  let revision: UInt64
  let zone: ZoneRules?
  let facility: FacilityPolicy
  let scopes: [ScopeID: Scope]
  let doors: [DoorID: DoorPolicy]
  let places: [DoorID: DoorPlace]
  let ways: [ReaderID: ReaderWay]
  /// The areas that count who is inside, by id.
  let countingAreas: [Area]
  /// One of them denies those who would be too many.
  let limitsPeople: Bool
  let plans: [PlanID: PlanReach]
  /// Classes of credentials by name, configured and built in.
  let classes: [String: CredentialClass]
  /// That of every other name.
  let standardClass: CredentialClass

  init(
    revision: UInt64, zone: ZoneRules?, facility: FacilityPolicy, scopes: [ScopeID: Scope],
    doors: [DoorID: DoorPolicy]
  ) {
    self.revision = revision
    self.zone = zone
    self.facility = facility
    self.scopes = scopes
    self.doors = doors
    places = doors.mapValues { DoorPlace(of: $0, scopes: scopes, facility: facility) }
    ways = ReaderWay.all(in: facility.areas)
    countingAreas = facility.areas.filter { $0.occupancy != nil }.sorted { $0.id < $1.id }
    limitsPeople = countingAreas.contains { $0.peopleMax != nil }
    plans = Dictionary(
      facility.plans.map { ($0.id, PlanReach(of: $0, scopes: scopes, areas: facility.areas)) },
      uniquingKeysWith: { first, _ in first })
    let builtIn = CredentialClass.builtInNames.compactMap { name in
      CredentialClass.builtIn(named: name).map { (name, $0) }
    }
    classes = facility.classes.merging(builtIn) { configured, _ in configured }
    standardClass = classes[CredentialClass.standardName] ?? CredentialClass()
  }

  static func == (left: CompiledPolicy, right: CompiledPolicy) -> Bool {
    left === right
      || left.revision == right.revision && left.zone == right.zone
        && left.facility == right.facility && left.scopes == right.scopes
        && left.doors == right.doors
  }
}

/// A door with the settings in force there.
final class DoorPlace: Sendable {
  let door: DoorPolicy
  let settings: EffectiveSettings
  /// Those that the door is in.
  let scopes: Set<ScopeID>
  /// What a person must have, in the order in which it is asked for.
  let qualifications: [String]

  init(of door: DoorPolicy, scopes: [ScopeID: Scope], facility: FacilityPolicy) {
    self.door = door
    let here = scopes.filter { $0.value.doors.contains(door.id) }
    self.scopes = Set(here.keys)
    settings = EffectiveSettings(
      door: door, scopes: Array(here.values), facility: facility.settings)
    qualifications = settings.requiredQualifications.value.sorted()
  }
}

/// Where a reader leads.
final class ReaderWay: Sendable {
  /// The areas with anti-passback that it leads into and out of, by id.
  let crossings: [AreaCrossing]
  /// Where a person is who passed here, in every area that remembers it, by id.
  let passages: [AreaPassage]
  /// The areas that it leads into and that deny those who would be too many, by id.
  let limited: [Area]
  /// It leads into an area that remembers who is inside.
  let leadsIn: Bool
  /// It leads out of an area and into none, whatever the area remembers.
  let onlyLeadsOut: Bool

  private init(through reader: ReaderID, in areas: [Area]) {
    let all = areas.flatMap { area -> [AreaCrossing] in
      (area.entry.contains(reader) ? [AreaCrossing(area: area, isEntry: true)] : [])
        + (area.exit.contains(reader) ? [AreaCrossing(area: area, isEntry: false)] : [])
    }
    let remembered = all.filter(\.area.isRemembered)
    crossings = remembered.filter { $0.area.antiPassback != .off }
    passages = remembered.map { AreaPassage(area: $0.area.id, isInside: $0.isEntry) }
    limited = remembered.filter { $0.isEntry && $0.area.peopleMax != nil }.map(\.area)
    leadsIn = remembered.contains(where: \.isEntry)
    onlyLeadsOut = !all.contains(where: \.isEntry)
  }

  /// Every reader that an area names.
  static func all(in areas: [Area]) -> [ReaderID: ReaderWay] {
    let ordered = areas.sorted { $0.id < $1.id }
    let readers = Set(areas.flatMap { $0.entry.union($0.exit) })
    return Dictionary(
      uniqueKeysWithValues: readers.map { ($0, ReaderWay(through: $0, in: ordered)) })
  }
}
