/// A plan for an emergency, and whether it is in force.
public struct ConsolePlan: Sendable, Hashable, Codable {
  /// How it stands.
  public enum State: String, Sendable, Hashable, Codable {
    case off, inForce, drill
  }

  public var id: String
  /// Absent for one that is in force while no configuration is here.
  public var name: String?
  public var rank: Int?
  public var state: State
  /// Who started it, why, since when and until when, in milliseconds since 1970; absent while it is off.
  public var by: String?
  public var reason: String?
  public var sinceMilliseconds: Int64?
  public var untilMilliseconds: Int64?
  /// It can be practised.
  public var drill: Bool
  public var startedBy: [String]
  public var endedBy: [String]
  /// Who passes where while it is in force, a sentence for each level; absent while no configuration is here.
  public var passes: [String]?

  public init(
    id: String, name: String?, rank: Int?, state: State = .off, by: String? = nil,
    reason: String? = nil, sinceMilliseconds: Int64? = nil, untilMilliseconds: Int64? = nil,
    drill: Bool = false, startedBy: [String] = [], endedBy: [String] = [],
    passes: [String]? = nil
  ) {
    self.id = id
    self.name = name
    self.rank = rank
    self.state = state
    self.by = by
    self.reason = reason
    self.sinceMilliseconds = sinceMilliseconds
    self.untilMilliseconds = untilMilliseconds
    self.drill = drill
    self.startedBy = startedBy
    self.endedBy = endedBy
    self.passes = passes
  }
}

/// A plan is started, practised or ended on site.
public struct PlanRequest: Sendable, Hashable, Codable {
  public var plan: String
  /// `start`, `drill` or `end`.
  public var change: String
  public var by: String
  public var reason: String

  public init(plan: String, change: String, by: String, reason: String) {
    self.plan = plan
    self.change = change
    self.by = by
    self.reason = reason
  }
}
