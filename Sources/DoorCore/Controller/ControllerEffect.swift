public import DoorRules

/// Everything that a controller wants done, in order.
public enum ControllerEffect: Sendable, Hashable {
  /// The lock of a door, `.afterRecords` once the records before it are on disk or their time
  /// is up. `order` names the command that waits for this movement.
  case setLock(DoorID, LockLevel, Urgency, order: String?)
  case drive(OutputLine, active: Bool)
  case record(Occurrence)
  case lookUp(LookUp)
  /// Look at contact and exit of a door: a lost edge must not turn it round for good.
  case sample(DoorID)
  /// Look at the inputs that belong to no door.
  case sampleSite
  /// Keep this over a restart.
  case remember(Memory)
  /// The command ended without a lock movement.
  case answer(order: String, OrderOutcome)

  public enum Urgency: Sendable, Hashable { case atOnce, afterRecords }
}
