public import DoorRules

/// Limits of a configuration.
public enum ConfigurationLimits {
  /// Most doors of one controller.
  public static let doorsMax = 256
  public static let scopesMax = 256
  /// Names of facility, scope and door, in characters.
  public static let nameCharacters = 1...120
  /// A door's location, in characters.
  public static let locationCharactersMax = 64
  /// How long a relay stays on.
  public static let holdTimeSeconds = 1...30
  /// The presentation outside of a presentation schedule, if none is configured.
  public static let presentationDefault = PresentationMode.cardOrPIN
  /// Lead and tail of credentials.
  public static let marginMinutes = 0...1_440
  public static let holidaysMax = 366
  public static let credentialClassesMax = 32
  /// How long a class may be used without the cloud: up to a year.
  public static let offlineHours = 1...8_760
  public static let personsRequired = 1...2
  public static let escortSeconds = 1...120
  public static let areasMax = 64
  /// Readers that lead into an area, or out of it.
  public static let areaReadersMax = 64
  /// After how long an entry may be repeated: up to a week.
  public static let againAfterMinutes = 1...10_080
  public static let plansMax = 32
  public static let planLevelsMax = 16
  /// After which a plan ends by itself: up to a week.
  public static let planHoldMinutes = 1...10_080
  public static let automationsMax = 64
  /// Conditions of one automation, and how deep one may stand in another.
  public static let automationConditionsMax = 16
  public static let automationDepthMax = 4
  /// What one automation does.
  public static let automationActionsMax = 8
  /// After which what an automation did ends, and for how long it orders a mode: up to a day.
  public static let automationSeconds = 1...86_400
  /// Milliseconds for which a pulse makes an output active.
  public static let automationPulse = 50...60_000
  /// How many triggers are one, and within which time.
  public static let automationCount = 2...100
  public static let automationWithinSeconds = 1...3_600
  /// People inside an area: its least, and its most.
  public static let occupancyPeople = 1...20_000
}

extension ConfigurationDocument {
  /// Reads JSON. Unknown members are ignored. Throws at the first member of a wrong type, by path;
  /// ``validated(controller:zones:)`` checks the values.
  public static func parse(_ json: [UInt8]) throws(ValidationFailure) -> ConfigurationDocument {
    let bytesMax = EnvelopeLimits.messageBytesMax(.config)
    guard json.count <= bytesMax else {
      throw ValidationFailure(path: "", message: "has \(json.count) bytes, at most \(bytesMax)")
    }
    return try JSONCoding.decode(ConfigurationDocument.self, from: json)
  }

  /// What becomes of a configuration whose time zone has no rules here.
  public enum UnknownZone: Sendable, Hashable {
    /// It is refused: an operator's tool finds a misspelled name.
    case refused
    /// Whatever needs the time of day is closed and denied until the rules are here; all else goes
    /// on.
    case closesHours
  }

  /// The configuration in terms of the rules. `zones` returns nil for a time zone that this device
  /// does not have; `controller` is this device. Throws everything that is wrong, each with its
  /// path.
  public func validated(
    controller: ControllerID? = nil, unknownZone: UnknownZone = .refused,
    zones: (String) -> ZoneRules?
  ) throws(ValidationFailure) -> PolicySnapshot {
    var reader = DocumentReader()
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    var zone: ZoneRules?
    if ZoneRules.isName(facility.timeZone) {
      zone = zones(facility.timeZone)
      if zone == nil, unknownZone == .refused {
        reader.note(
          "facility.timeZone",
          ZoneRules.fault(ofName: facility.timeZone) ?? "has no rules on this device")
      }
    } else {
      reader.note("facility.timeZone", "is not the name of a time zone, such as Europe/Berlin")
    }
    var facilityPolicy = facility.read(&reader, "facility")
    facilityPolicy.controller = controller
    let doorPolicies = readDoors(&reader)
    let scopePolicies = readScopes(&reader, doors: Set(doorPolicies.keys))
    facilityPolicy.plans = facility.readPlans(
      &reader, "facility.plans",
      PlanPlaces(
        doors: Set(doorPolicies.keys), scopes: Set(scopePolicies.keys),
        areas: Set(facilityPolicy.areas.map(\.id))))
    facilityPolicy.automations = AutomationDocument.read(
      facility.automations, &reader, "facility.automations",
      AutomationPlaces(
        doors: Set(doorPolicies.keys), areas: Set(facilityPolicy.areas.map(\.id)),
        counting: Set(facilityPolicy.areas.filter { $0.occupancy != nil }.map(\.id)),
        plans: facilityPolicy.plans))
    try reader.check()
    return PolicySnapshot(
      revision: revision, zone: zone, facility: facilityPolicy, scopes: scopePolicies,
      doors: doorPolicies)
  }

  private func readDoors(_ reader: inout DocumentReader) -> [DoorID: DoorPolicy] {
    guard reader.count(doors.count, "doors", max: ConfigurationLimits.doorsMax) else { return [:] }
    var names = UsedNames<DoorID>()
    var policies: [DoorID: DoorPolicy] = [:]
    for (index, door) in doors.enumerated() {
      let path = "doors[\(index)]"
      let policy = door.policy(&reader, path)
      guard let policy else { continue }
      names.use(policy.id, at: path, "\(path).id", &reader)
      policies[policy.id] = policy
    }
    return policies
  }

  private func readScopes(
    _ reader: inout DocumentReader, doors known: Set<DoorID>
  ) -> [ScopeID: Scope] {
    guard reader.count(scopes.count, "scopes", max: ConfigurationLimits.scopesMax)
    else { return [:] }
    var names = UsedNames<ScopeID>()
    var result: [ScopeID: Scope] = [:]
    for (index, document) in scopes.enumerated() {
      let path = "scopes[\(index)]"
      guard let scope = document.scope(&reader, path) else { continue }
      names.use(scope.id, at: path, "\(path).id", &reader)
      for (index, text) in document.doors.enumerated() {
        if let door = DoorID(text), !known.contains(door) {
          reader.note("\(path).doors[\(index)]", "there is no door \(door)")
        }
      }
      result[scope.id] = scope
    }
    return result
  }
}

extension DoorDocument {
  /// Nil when not even the id can be used; other problems leave defaults behind.
  fileprivate func policy(_ reader: inout DocumentReader, _ path: String) -> DoorPolicy? {
    let id: DoorID? = reader.identifier(id, "\(path).id")
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    if let location {
      reader.text(
        location, "\(path).location", length: 0...ConfigurationLimits.locationCharactersMax)
    }
    if let icon, !Self.icons.contains(icon) {
      reader.note("\(path).icon", "is none of \(Self.icons.sorted().joined(separator: ", "))")
    }
    let settings = settings.read(&reader, path)
    guard let id else { return nil }
    return DoorPolicy(id: id, name: name, settings: settings)
  }
}

extension ScopeDocument {
  /// Nil when not even the id can be used.
  fileprivate func scope(_ reader: inout DocumentReader, _ path: String) -> Scope? {
    let id: ScopeID? = reader.identifier(id, "\(path).id")
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    let doors: Set<DoorID> = reader.identifiers(
      doors, "\(path).doors", max: ConfigurationLimits.doorsMax)
    let settings = settings.read(&reader, path)
    guard let id else { return nil }
    return Scope(id: id, name: name, priority: priority, doors: doors, settings: settings)
  }
}
