public import DoorRules

/// Everything that can happen to a controller.
public enum ControllerInput: Sendable {
  case edge(LineEdge)
  /// What a reader delivered that has no data lines, such as one on a bus.
  case delivered(ReaderID, ReaderDelivery)
  /// The answer to ``ControllerEffect/lookUp(_:)``.
  case lookedUp(LookUpAnswer)
  case policy(PolicySnapshot)
  case order(Order)
  /// Everything that is ordered at a door now, in place of what was.
  case modes(DoorID, DoorModes)
  /// The answer to ``ControllerEffect/sample(_:)``.
  case sampled(InputLine, isActive: Bool)
  /// The inbox was full and edges are missing: nothing half-read may become a card.
  case edgesLost
}
