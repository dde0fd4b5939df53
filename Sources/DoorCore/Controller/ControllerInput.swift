public import DoorRules

/// Everything that can happen to a controller.
public enum ControllerInput: Sendable {
  /// A change of an input line.
  case edge(LineEdge)
  /// What a reader without data lines delivered, such as one on a bus.
  case delivered(ReaderID, ReaderDelivery)
  /// The answer to ``ControllerEffect/lookUp(_:)``.
  case lookedUp(LookUpAnswer)
  /// A new policy; replaces the one in force.
  case policy(PolicySnapshot)
  /// A verified command.
  case order(Order)
  /// A plan begins or ends; see ``Controller/refusal(of:)``.
  case plan(PlanOrder)
  /// All modes that are ordered at a door now; replaces the earlier ones.
  case modes(DoorID, DoorModes)
  /// What was persisted, when it could be read only after the start. What happened since counts
  /// more.
  case restored(ControllerMemory)
  /// The answer to ``ControllerEffect/readPresences``: where everybody was last seen, by area. Nil when
  /// it could not be read.
  case presences([AreaID: [PersonID: AreaPresence]]?)
  /// Somebody sets the count of an area back: nobody counts as inside.
  case resetArea(AreaID, by: String, reason: String)
  /// Records came: whoever is remembered as a host may be none any more.
  case recordsChanged
  /// A person, or everybody for nil, counts as outside everywhere.
  case forgiven(PersonID?)
  /// The answer to ``ControllerEffect/sample(_:)``.
  case sampled(InputLine, isActive: Bool)
  /// The line has no level yet: what carries it, such as a reader on a bus, has not told it.
  case awaited(InputLine)
  /// What carries the line is away, and its level is not known any more, until the next edge or sample.
  case lost(InputLine)
  /// Something happened that the core does not see itself, such as a reader on a bus that is gone: for
  /// automations.
  case heard(AutomationTrigger.Event)
  /// The inbox was full and edges are missing: nothing half read may become a card.
  case edgesLost
}
