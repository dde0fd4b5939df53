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
  /// All modes that are ordered at a door now; replaces the earlier ones.
  case modes(DoorID, DoorModes)
  /// What was persisted, when it could be read only after the start. What happened since counts
  /// more.
  case restored(ControllerMemory)
  /// The answer to ``ControllerEffect/sample(_:)``.
  case sampled(InputLine, isActive: Bool)
  /// The inbox was full and edges are missing: nothing half read may become a card.
  case edgesLost
}
