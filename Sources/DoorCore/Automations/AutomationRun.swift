public import DoorRules

/// What an automation did, for the event log.
public struct AutomationRun: Sendable, Hashable {
  public var automation: AutomationID
  /// What it acted on.
  public var because: AutomationTrigger
  /// The door that it opened, or closed; nil for what belongs to no door.
  public var door: DoorID?
  /// What was done, in words.
  public var done: [String]
  /// What was not, each with why.
  public var refused: [String]
  /// The texts that it records.
  public var messages: [String]
  /// How often it acted since the last event about it, this time among them.
  public var runs: Int

  public init(
    automation: AutomationID, because: AutomationTrigger, door: DoorID? = nil, done: [String] = [],
    refused: [String] = [], messages: [String] = [], runs: Int = 1
  ) {
    self.automation = automation
    self.because = because
    self.door = door
    self.done = done
    self.refused = refused
    self.messages = messages
    self.runs = runs
  }
}

/// An automation as it stands, for whoever looks.
public struct AutomationView: Sendable, Hashable {
  public var automation: Automation
  public var isRunning: Bool
  /// When what it did is over; nil for nothing, and for what ends with its trigger.
  public var until: MonotonicInstant?
  /// Since the start.
  public var runs: Int
  /// Runs that were left out, since there were too many.
  public var leftOut: Int
  public var lastRun: WallInstant?
  /// Why its condition is not so now; nil when it is.
  public var failure: String?
  /// Why the last trigger did nothing, and when that was; nil when it did.
  public var lastFailure: String?
  public var lastFailureAt: WallInstant?
}

/// What the automations want done, in order.
enum AutomationWish: Sendable, Hashable {
  case effect(ControllerEffect)
  case unlock(DoorID)
  case order(DoorModeEntry, DoorID)
  /// Takes back what an automation had ordered.
  case takeBack(DoorMode, DoorID, owner: String)
  case startPlan(PlanOrder)
}
