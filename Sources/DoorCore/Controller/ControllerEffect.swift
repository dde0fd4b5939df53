public import DoorRules

/// Everything that a controller wants done. The effects of one call are carried out in order.
public enum ControllerEffect: Sendable, Hashable {
  /// Drive the lock of a door. `order` names the command that waits for this movement.
  case setLock(DoorID, LockLevel, Urgency, order: String?)
  /// Drive a lamp or a beeper. Locks have ``setLock(_:_:_:order:)``.
  case drive(OutputLine, active: Bool)
  /// Add this to the event log.
  case record(Occurrence)
  /// Ask the credential store; answer with ``ControllerInput/lookedUp(_:)``. What is not answered
  /// in time is denied, and its answer then changes nothing.
  case lookUp(LookUp)
  /// Sample contact and exit of a door, so that a lost edge is repaired.
  case sample(DoorID)
  /// Sample the inputs that belong to no door.
  case sampleSite
  /// Read where everybody was last seen, for the areas that count; answer with
  /// ``ControllerInput/presences(_:)``.
  case readPresences
  /// Persist this.
  case remember(Memory)
  /// The command ended without a lock movement.
  case answer(order: String, OrderOutcome)

  /// When a lock moves.
  public enum Urgency: Sendable, Hashable {
    case atOnce
    /// Once the records before it are committed, or their time is up.
    case afterRecords
    /// Nobody waits for it: it may follow the outputs of other doors, so that not all switch in one
    /// instant.
    case inTurn
  }
}

extension DoorMode {
  /// How soon the lock is released once the mode is in force. People wait for a mode that somebody
  /// ordered, and for the fire alarm; for a schedule nobody does. Whoever leaves a door unlocked was let
  /// in just before, and the event of that comes first.
  var releaseUrgency: ControllerEffect.Urgency {
    switch self {
    case .scheduledUnlock: .inTurn
    case .office: .afterRecords
    case .fire, .lockdown, .forceClosed, .plan, .forceOpen, .batteryLow, .awaitingFirstPerson,
      .normal:
      .atOnce
    }
  }
}
