/// What an alarm is about: `reason` of ``EventType/alarmRaised`` and ``EventType/alarmCleared``.
public enum AlarmReason: String, Sendable, Hashable, CaseIterable {
  // Of a door; the names are those of `DoorAlarm`.
  case forcedOpen, heldOpenWarning, heldOpen, exitHeld, exitLost, contactLost
  case lockCurrentMissing, lockCurrentUnexpected
  // Of the site; the names are those of `SiteAlarm`.
  case fire, tamper, mainsLost, batteryLow
  // Of a reader.
  case readerTamper, readerGone
  // Of the controller itself.
  case eventLog, storageDamaged, storageStalled, stateNotPersisted, timeZone

  /// It is about the lock's current, so looking at the leaf does not help.
  public var isOfLock: Bool { self == .lockCurrentMissing || self == .lockCurrentUnexpected }

  /// What lines and readers tell.
  static let ofLines: [AlarmReason] = [
    .forcedOpen, .heldOpenWarning, .heldOpen, .exitHeld, .exitLost, .contactLost, .fire, .tamper,
    .readerTamper, .readerGone, .mainsLost, .batteryLow, .lockCurrentMissing,
    .lockCurrentUnexpected,
  ]

  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .forcedOpen:
      "The door was opened without a release, an exit request or a mode that allows it."
    case .heldOpenWarning: "The door has been open for so long that `heldOpen` is near."
    case .heldOpen: "The door has been open for longer than allowed."
    case .exitHeld:
      "The exit input is active for so long that it may be stuck; the door stays free."
    case .exitLost:
      "The reader with the exit input is away; where leaving needs that input, the door is free."
    case .contactLost:
      "The reader with the contact is away: whether the leaf stands open is not known."
    case .lockCurrentMissing:
      "The lock draws no current although it should: it is not locked, or cannot open."
    case .lockCurrentUnexpected:
      "The lock draws current although it should not: it is still locked, or still open."
    case .fire: "The building's fire alarm is active."
    case .tamper: "The controller's box is open."
    case .mainsLost: "The supply has lost mains: controller and locks live on its battery."
    case .batteryLow: "The supply's battery is low, missing or broken."
    case .readerTamper: "The reader's case is open."
    case .readerGone: "The reader has stopped reporting that it works: cable, power or reader."
    case .eventLog: "The event log cannot be written; events are kept in memory."
    case .stateNotPersisted:
      "Modes, uses or revocations are in force but not on disk; a restart would undo them."
    case .timeZone:
      "The rules of the time zone cannot be read; the last good ones stay in force if there are any."
    case .storageStalled:
      "The storage does not answer: cards, PINs and phones are denied; leaving works."
    case .storageDamaged: "A database was damaged; it was moved aside, and there is a new one."
    }
  }
}
