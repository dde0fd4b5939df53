/// What must be so for an automation to act.
public indirect enum AutomationCondition: Sendable, Hashable {
  /// What a door does.
  public enum DoorState: String, Sendable, Hashable, CaseIterable {
    /// The leaf is seen open.
    case open
    /// The leaf is seen closed.
    case closed
    case locked
    case released
  }

  case all([AutomationCondition])
  case any([AutomationCondition])
  case not(AutomationCondition)
  case input(InputID, isActive: Bool)
  case door(DoorID, DoorState)
  case mode(DoorID, DoorMode)
  /// Never while the clock is not trusted.
  case hours(WeeklyHours)
  /// Somebody is counted in the area, or nobody; neither while the count is not known.
  case area(AreaID, isOccupied: Bool)
  /// A plan is in force; a drill is not.
  case plan(PlanID)
  case clockTrusted

  /// How many it is made of, itself among them.
  public var count: Int {
    switch self {
    case .all(let parts), .any(let parts): parts.reduce(1) { $0 + $1.count }
    case .not(let part): 1 + part.count
    case .input, .door, .mode, .hours, .area, .plan, .clockTrusted: 1
    }
  }

  /// Why it is not so; nil when it is.
  public func failure(in scene: AutomationScene) -> String? {
    switch self {
    case .all(let parts): return parts.lazy.compactMap { $0.failure(in: scene) }.first
    case .any(let parts):
      let failures = parts.map { $0.failure(in: scene) }
      guard !failures.contains(nil) else { return nil }
      return "none is so: " + failures.compactMap(\.self).joined(separator: "; ")
    case .not(let part): return part.failure(in: scene) == nil ? "it is so: \(part.words)" : nil
    case .input(let input, let isActive):
      guard let level = scene.inputs[input] else { return "input \(input) is not wired" }
      let counts = level && !scene.masked.contains(input)
      return counts == isActive ? nil : "not so: \(words)"
    case .area(let area, let isOccupied):
      guard let people = scene.people[area] else { return "nobody knows who is in area \(area)" }
      return (people > 0) == isOccupied ? nil : "not so: \(words), \(people) inside"
    case .hours(let hours):
      guard scene.clockTrust.isTrusted else { return "not so: the clock is not trusted" }
      return scene.isOpen(hours) ? nil : "not so: \(words)"
    case .door(let door, let state):
      return scene.doors[door]?.isIn(state) == true ? nil : "not so: \(words)"
    case .mode(let door, let mode):
      let present = scene.doors[door]?.mode
      return present == mode ? nil : "not so: \(words); it is \((present ?? .normal).rawValue)"
    case .plan(let plan): return scene.plans.contains(plan) ? nil : "not so: \(words)"
    case .clockTrusted: return scene.clockTrust.isTrusted ? nil : "not so: \(words)"
    }
  }

  public var words: String {
    switch self {
    case .all(let parts): "all of (\(parts.map(\.words).joined(separator: "; ")))"
    case .any(let parts): "one of (\(parts.map(\.words).joined(separator: "; ")))"
    case .not(let part): "not (\(part.words))"
    case .input(let input, let isActive): "input \(input) is \(isActive ? "active" : "inactive")"
    case .door(let door, let state): "door \(door) is \(state.rawValue)"
    case .mode(let door, let mode): "mode \(mode.rawValue) is in force at door \(door)"
    case .hours: "within its hours"
    case .area(let area, let isOccupied): "area \(area) is \(isOccupied ? "occupied" : "empty")"
    case .plan(let plan): "plan \(plan) is in force"
    case .clockTrusted: "the clock is trusted"
    }
  }
}

/// What automations look at: how everything stands at one moment.
public struct AutomationScene: Sendable {
  /// A door.
  public struct Door: Sendable {
    /// Nil where the leaf is not seen.
    public var isOpen: Bool?
    public var isReleased: Bool
    /// The mode in force.
    public var mode: DoorMode
    /// The modes that are ordered, in force or not.
    public var ordered: DoorModes
    /// Why no automation may open it, such as a lockdown; nil where one may.
    public var closedBy: String?

    public init(
      isOpen: Bool? = nil, isReleased: Bool = false, mode: DoorMode = .normal,
      ordered: DoorModes = DoorModes(), closedBy: String? = nil
    ) {
      self.isOpen = isOpen
      self.isReleased = isReleased
      self.mode = mode
      self.ordered = ordered
      self.closedBy = closedBy
    }

    func isIn(_ state: AutomationCondition.DoorState) -> Bool {
      switch state {
      case .open: isOpen == true
      case .closed: isOpen == false
      case .locked: !isReleased
      case .released: isReleased
      }
    }
  }

  public var policy: PolicySnapshot
  public var at: WallInstant
  public var clockTrust: ClockTrust
  /// Those that are wired.
  public var inputs: [InputID: Bool]
  /// They count as inactive, and trigger nothing.
  public var masked: Set<InputID>
  public var doors: [DoorID: Door]
  /// The plans in force, without drills.
  public var plans: Set<PlanID>
  /// How many are counted inside, where that is known.
  public var people: [AreaID: Int]

  public init(
    policy: PolicySnapshot, at: WallInstant, clockTrust: ClockTrust,
    inputs: [InputID: Bool] = [:], masked: Set<InputID> = [], doors: [DoorID: Door] = [:],
    plans: Set<PlanID> = [],
    people: [AreaID: Int] = [:]
  ) {
    self.policy = policy
    self.at = at
    self.clockTrust = clockTrust
    self.inputs = inputs
    self.masked = masked
    self.doors = doors
    self.plans = plans
    self.people = people
  }

  /// False while the clock is not trusted.
  public func isOpen(_ hours: WeeklyHours) -> Bool {
    policy.isOpen(hours, at: at, clockTrust: clockTrust)
  }
}

extension AutomationTrigger {
  /// True while what the trigger waits for is so; nil for an event, and where nobody knows.
  public func isMet(in scene: AutomationScene) -> Bool? {
    switch self {
    case .event: nil
    case .input(let input, let isActive):
      scene.masked.contains(input) ? nil : scene.inputs[input].map { $0 == isActive }
    case .hours(let hours, let begins):
      scene.clockTrust.isTrusted ? scene.isOpen(hours) == begins : nil
    case .mode(let mode, let door, let begins):
      scene.doors.contains { (door == nil || door == $0.key) && $0.value.mode == mode } == begins
    case .plan(let plan, let begins): scene.plans.contains(plan) == begins
    }
  }
}
