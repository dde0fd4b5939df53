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
  /// Where a person is who passed here.
  let passages: [AreaPassage]
  /// It leads into an area with anti-passback.
  let leadsIn: Bool
  /// It leads out of an area and into none, whatever the area's anti-passback.
  let onlyLeadsOut: Bool

  private init(crossings: [AreaCrossing], onlyLeadsOut: Bool) {
    self.crossings = crossings
    self.onlyLeadsOut = onlyLeadsOut
    passages = crossings.map { AreaPassage(area: $0.area.id, isInside: $0.isEntry) }
    leadsIn = crossings.contains(where: \.isEntry)
  }

  /// Every reader that an area names.
  static func all(in areas: [Area]) -> [ReaderID: ReaderWay] {
    var crossings: [ReaderID: [AreaCrossing]] = [:]
    for area in areas.sorted(by: { $0.id < $1.id }) where area.antiPassback != .off {
      for reader in area.entry {
        crossings[reader, default: []].append(AreaCrossing(area: area, isEntry: true))
      }
      for reader in area.exit {
        crossings[reader, default: []].append(AreaCrossing(area: area, isEntry: false))
      }
    }
    let (inward, outward) = (Set(areas.flatMap(\.entry)), Set(areas.flatMap(\.exit)))
    return Dictionary(
      uniqueKeysWithValues: inward.union(outward).map { reader in
        (
          reader,
          ReaderWay(
            crossings: crossings[reader] ?? [], onlyLeadsOut: !inward.contains(reader))
        )
      })
  }
}
