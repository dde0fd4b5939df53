import DoorRules

extension Occurrence {
  /// What automations may wait for of this; nil for what they may not.
  var trigger: AutomationTrigger.Event? {
    switch self {
    case .access(let record):
      switch record.verdict.decision {
      case .grant: .init(.accessGranted, door: record.door, reader: record.reader)
      case .deny(let reason):
        .init(
          .accessDenied, door: record.door, reader: record.reader, reason: reason.rawValue)
      }
    case .notOpened(let door, let reader, _, _):
      .init(.accessGrantedNotOpened, door: door, reader: reader)
    case .exitRequested(let door): .init(.doorExitRequested, door: door)
    case .leaf(let door, let open): .init(open ? .doorOpened : .doorClosed, door: door)
    case .bell(let reader, let door): .init(.doorBell, door: door, reader: reader)
    case .bellAnswered(let door, let reader, let end, _, _):
      .init(.doorBellAnswered, door: door, reader: reader, reason: end.rawValue)
    case .lockedOut(let reader, let door, _), .cardLockedOut(_, let reader, let door, _):
      .init(.readerLockedOut, door: door, reader: reader)
    case .functionKey(let reader, let door, let code):
      code == nil ? nil : .init(.readerKey, door: door, reader: reader)
    case .alarm(let door, let alarm, let raised):
      .init(raised ? .alarmRaised : .alarmCleared, door: door, reason: alarm.rawValue)
    case .siteAlarm(let alarm, let raised):
      .init(raised ? .alarmRaised : .alarmCleared, reason: alarm.rawValue)
    case .readerTamper(let reader, let door, let raised):
      .init(
        raised ? .alarmRaised : .alarmCleared, door: door, reader: reader, reason: "readerTamper")
    case .readerGone(let reader, let door, let raised):
      .init(
        raised ? .alarmRaised : .alarmCleared, door: door, reader: reader, reason: "readerGone")
    case .duress(let door, let reader, _): .init(.alarmDuress, door: door, reader: reader)
    case .occupancy(let area, let standing, _):
      .init(.areaOccupancy, area: area.id, reason: standing.rawValue)
    case .malformed, .lockoutCleared, .modeChanged, .officeBegan, .officeEnded, .adminUnlock,
      .antiPassback, .muted, .unmuted, .areaReset, .evacuated, .planStarted, .planEnded,
      .automationRan, .automationsLeftOut, .edgesLost:
      nil
    }
  }
}
