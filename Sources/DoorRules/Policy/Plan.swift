/// What a building does in an emergency, such as a lockdown: while it is in force only the people of
/// its levels pass its doors. It holds nobody in.
public struct Plan: Sendable, Hashable {
  /// 1, the weakest, to 9.
  public static let ranks = 1...9

  /// Whoever may start a plan, or end it.
  public enum Hand: String, Sendable, Hashable, CaseIterable {
    /// A signed command.
    case cloud
    /// The local interface: `postern plan`, and the page.
    case console
    /// The wired input `site.plan`, which only starts.
    case input
    /// An automation, which only starts.
    case automation
  }

  /// Who passes, at some of the doors or at all.
  public struct Level: Sendable, Hashable {
    /// Where it counts; all three are empty for every door.
    public var doors: Set<DoorID>
    public var scopes: Set<ScopeID>
    /// At the readers that lead into these.
    public var areas: Set<AreaID>
    /// Whoever has one of these tags passes.
    public var tags: Set<String>
    /// Whoever is of one of these member types passes.
    public var memberTypes: Set<String>

    public init(
      doors: Set<DoorID> = [], scopes: Set<ScopeID> = [], areas: Set<AreaID> = [],
      tags: Set<String> = [], memberTypes: Set<String> = []
    ) {
      self.doors = doors
      self.scopes = scopes
      self.areas = areas
      self.tags = tags
      self.memberTypes = memberTypes
    }

    /// The person is of this level. Nobody is unless it says so.
    public func lets(_ person: Person) -> Bool { person.isOne(ofTags: tags, orTypes: memberTypes) }

    /// The places where it counts; empty for every door.
    fileprivate var places: String {
      (doors.sorted().map { "door \($0)" } + scopes.sorted().map { "scope \($0)" }
        + areas.sorted().map { "area \($0)" }).joined(separator: ", ")
    }

    /// `nobody`, or the tags and types.
    var words: String {
      let all =
        tags.sorted().map { "tag \"\($0)\"" } + memberTypes.sorted().map { "type \"\($0)\"" }
      return all.isEmpty ? "nobody" : all.joined(separator: ", ")
    }
  }

  public var id: PlanID
  public var name: String
  /// Of several plans in force at a door the highest counts; of equal ones each.
  public var rank: Int
  /// The first that is for a door counts there; a door that none is for has nothing to do with the plan.
  public var levels: [Level]
  /// It ends by itself after this time; nil lasts until somebody ends it.
  public var holdMinutes: Int?
  /// It can be practised: everything is recorded, and nobody is denied.
  public var allowsDrill: Bool
  public var startedBy: Set<Hand>
  public var endedBy: Set<Hand>

  /// Who passes where, for each level, such as `door front, area hall: tag "guard"`.
  public var passes: [String] {
    levels.enumerated().map { index, level in
      let everywhere = index == 0 ? "every door" : "every other door"
      return "\(level.places.isEmpty ? everywhere : level.places): \(level.words)"
    }
  }

  public init(
    id: PlanID, name: String, rank: Int, levels: [Level] = [Level()], holdMinutes: Int? = nil,
    allowsDrill: Bool = false, startedBy: Set<Hand> = [.cloud, .console],
    endedBy: Set<Hand> = [.cloud, .console]
  ) {
    self.id = id
    self.name = name
    self.rank = rank
    self.levels = levels
    self.holdMinutes = holdMinutes
    self.allowsDrill = allowsDrill
    self.startedBy = startedBy
    self.endedBy = endedBy
  }
}

/// A plan that is in force.
public struct PlanEntry: Sendable, Hashable {
  public var plan: PlanID
  /// It is practised: nobody is denied.
  public var isDrill: Bool
  /// Who started it.
  public var by: String
  public var reason: String
  public var since: WallInstant
  /// Nil lasts until somebody ends it.
  public var end: ModeEnd?

  public init(
    plan: PlanID, isDrill: Bool = false, by: String, reason: String, since: WallInstant,
    end: ModeEnd? = nil
  ) {
    self.plan = plan
    self.isDrill = isDrill
    self.by = by
    self.reason = reason
    self.since = since
    self.end = end
  }
}

/// A plan is to begin or to end.
public struct PlanOrder: Sendable, Hashable {
  /// What happens; the names are those of the wire.
  public enum Change: String, Sendable, Hashable, CaseIterable {
    case start
    /// Practise it.
    case drill
    /// Ends the plan, or its drill.
    case end
  }

  public var plan: PlanID
  public var change: Change
  public var hand: Plan.Hand
  /// The operator, or what it came from.
  public var by: String
  public var reason: String

  public init(plan: PlanID, change: Change, hand: Plan.Hand, by: String, reason: String) {
    self.plan = plan
    self.change = change
    self.hand = hand
    self.by = by
    self.reason = reason
  }
}
