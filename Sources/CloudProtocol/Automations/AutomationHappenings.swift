public import DoorRules

extension AutomationTrigger {
  /// In words, with events by the names of their types.
  public var told: String { words { $0.eventType.name } }
}

extension AutomationTrigger.Happening {
  /// The type of the events of this; automations name it so on the wire.
  public var eventType: EventType {
    switch self {
    case .accessGranted: .accessGranted
    case .accessDenied: .accessDenied
    case .accessGrantedNotOpened: .accessGrantedNotOpened
    case .doorExitRequested: .doorExitRequested
    case .doorOpened: .doorOpened
    case .doorClosed: .doorClosed
    case .doorBell: .doorBell
    case .doorBellAnswered: .doorBellAnswered
    case .readerLockedOut: .readerLockedOut
    case .readerKey: .readerKey
    case .alarmRaised: .alarmRaised
    case .alarmCleared: .alarmCleared
    case .alarmDuress: .alarmDuress
    case .areaOccupancy: .areaOccupancy
    }
  }

  /// By the type's name, with or without `postern.` and `.v1`.
  static func named(_ name: String) -> Self? {
    EventType(anyName: name).flatMap { type in allCases.first { $0.eventType == type } }
  }

  /// The reasons that automations may ask for; empty for none. Others are told by nothing that they hear.
  var reasons: [String] {
    switch self {
    case .accessDenied: DenialReason.allCases.map(\.rawValue)
    case .alarmRaised, .alarmCleared: AlarmReason.ofLines.map(\.rawValue)
    case .areaOccupancy: ["low", "normal", "full", "over"]
    case .doorBellAnswered: ["opened", "refused", "nobody"]
    case .accessGranted, .accessGrantedNotOpened, .doorExitRequested, .doorOpened, .doorClosed,
      .doorBell, .readerLockedOut, .readerKey, .alarmDuress:
      []
    }
  }

  /// The places that its events have.
  var places: Set<String> {
    switch self {
    case .doorExitRequested, .doorOpened, .doorClosed: ["door"]
    case .areaOccupancy: ["area"]
    case .accessGranted, .accessDenied, .accessGrantedNotOpened, .doorBell, .doorBellAnswered,
      .readerLockedOut, .readerKey, .alarmRaised, .alarmCleared, .alarmDuress:
      ["door", "reader"]
    }
  }
}
