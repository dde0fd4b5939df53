public import DoorRules

/// What to do in an emergency, such as a lockdown: who passes which doors while it is in force.
public struct PlanDocument: Sendable, Hashable, Codable {
  public var id: String
  public var name: String
  /// 1, the weakest, to 9.
  public var rank: Int
  /// The first that is for a door counts there. Absent: nobody passes any door.
  public var levels: [PlanLevelDocument]?
  /// After how many minutes it ends by itself; absent is never.
  public var holdMinutes: Int?
  /// It can be practised; false when absent.
  public var drill: Bool?
  /// `cloud`, `console`, `input` or `automation`; cloud and console when absent.
  public var startedBy: [String]?
  /// `cloud` or `console`; both when absent.
  public var endedBy: [String]?

  public init(
    id: String, name: String, rank: Int, levels: [PlanLevelDocument]? = nil,
    holdMinutes: Int? = nil, drill: Bool? = nil, startedBy: [String]? = nil,
    endedBy: [String]? = nil
  ) {
    self.id = id
    self.name = name
    self.rank = rank
    self.levels = levels
    self.holdMinutes = holdMinutes
    self.drill = drill
    self.startedBy = startedBy
    self.endedBy = endedBy
  }
}

/// Who passes, at some of the doors or at all.
public struct PlanLevelDocument: Sendable, Hashable, Codable {
  /// Without doors, scopes and areas it is for every door.
  public var doors: [String]?
  public var scopes: [String]?
  /// For the readers that lead in.
  public var areas: [String]?
  /// Whoever has one of these tags passes.
  public var tags: [String]?
  /// Whoever is of one of these types passes.
  public var memberTypes: [String]?

  public init(
    doors: [String]? = nil, scopes: [String]? = nil, areas: [String]? = nil,
    tags: [String]? = nil, memberTypes: [String]? = nil
  ) {
    self.doors = doors
    self.scopes = scopes
    self.areas = areas
    self.tags = tags
    self.memberTypes = memberTypes
  }
}

/// The places of a configuration that its plans may name.
struct PlanPlaces {
  var doors: Set<DoorID>
  var scopes: Set<ScopeID>
  var areas: Set<AreaID>
}

extension FacilityDocument {
  /// The plans in terms of the rules; what is wrong is noted below `path`.
  func readPlans(
    _ reader: inout DocumentReader, _ path: String, _ places: PlanPlaces
  ) -> [Plan] {
    guard let plans, reader.count(plans.count, path, max: ConfigurationLimits.plansMax)
    else { return [] }
    var names = UsedNames<PlanID>()
    return plans.enumerated().compactMap { index, document in
      let place = "\(path)[\(index)]"
      guard let plan = document.plan(&reader, place, places) else { return nil }
      names.use(plan.id, at: place, "\(place).id", &reader)
      return plan
    }
  }
}

extension PlanDocument {
  /// Nil if the id cannot be used.
  fileprivate func plan(
    _ reader: inout DocumentReader, _ path: String, _ places: PlanPlaces
  ) -> Plan? {
    let id: PlanID? = reader.identifier(id, "\(path).id")
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    reader.whole(rank, "\(path).rank", in: Plan.ranks)
    if let holdMinutes {
      reader.whole(holdMinutes, "\(path).holdMinutes", in: ConfigurationLimits.planHoldMinutes)
    }
    let started = Self.hands(startedBy, &reader, "\(path).startedBy")
    if startedBy?.isEmpty == true {
      reader.note("\(path).startedBy", "names nobody: the plan could never begin")
    }
    let ended = Self.hands(endedBy, &reader, "\(path).endedBy")
    for hand in [Plan.Hand.input, .automation] where ended.contains(hand) {
      reader.note("\(path).endedBy", "\(hand.rawValue) only starts a plan")
    }
    if endedBy?.isEmpty == true, holdMinutes == nil {
      reader.note(
        "\(path).endedBy", "names nobody, and there is no holdMinutes: it could never end")
    }
    let levels = readLevels(&reader, "\(path).levels", places)
    guard let id else { return nil }
    return Plan(
      id: id, name: name, rank: rank, levels: levels, holdMinutes: holdMinutes,
      allowsDrill: drill ?? false, startedBy: started, endedBy: ended)
  }

  /// Who may start or end a plan; the cloud and the console where nothing is said.
  private static func hands(
    _ names: [String]?, _ reader: inout DocumentReader, _ path: String
  ) -> Set<Plan.Hand> {
    guard let names else { return [.cloud, .console] }
    guard reader.count(names.count, path, max: Plan.Hand.allCases.count) else { return [] }
    return Set(
      names.enumerated().compactMap { reader.choice($1, "\(path)[\($0)]", of: Plan.Hand.self) })
  }

  private func readLevels(
    _ reader: inout DocumentReader, _ path: String, _ places: PlanPlaces
  ) -> [Plan.Level] {
    guard let levels else { return [Plan.Level()] }
    guard reader.count(levels.count, path, max: ConfigurationLimits.planLevelsMax) else {
      return []
    }
    if levels.isEmpty {
      reader.note(path, "is empty: the plan would close no door; leave it out for every door")
    }
    for (index, level) in levels.enumerated().dropLast() where level.isEverywhere {
      reader.note("\(path)[\(index)]", "is for every door: those after it would never count")
    }
    return levels.enumerated().map { $1.read(&reader, "\(path)[\($0)]", places) }
  }
}

extension PlanLevelDocument {
  var isEverywhere: Bool { doors == nil && scopes == nil && areas == nil }

  fileprivate func read(
    _ reader: inout DocumentReader, _ path: String, _ places: PlanPlaces
  ) -> Plan.Level {
    Plan.Level(
      doors: reader.places(doors, "\(path).doors", of: places.doors, "door"),
      scopes: reader.places(scopes, "\(path).scopes", of: places.scopes, "scope"),
      areas: reader.places(areas, "\(path).areas", of: places.areas, "area"),
      tags: reader.words(tags ?? [], "\(path).tags"),
      memberTypes: reader.words(memberTypes ?? [], "\(path).memberTypes"))
  }
}
