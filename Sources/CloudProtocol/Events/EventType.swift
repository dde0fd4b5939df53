import DoorRules

/// Every type of event that a controller records. This is the only list: drafts, the page, the
/// command line and the contract in `deploy/protocol` take names, titles and members from here.
/// To add a type, add its case and its row; the compiler asks for the row.
public enum EventType: String, CaseIterable, Sendable, Hashable {
  // People at doors
  case accessGranted = "postern.access.granted.v1"
  case accessDenied = "postern.access.denied.v1"
  case accessAdminUnlock = "postern.access.adminUnlock.v1"
  case accessAntiPassback = "postern.access.antiPassback.v1"
  case accessGrantedNotOpened = "postern.access.grantedNotOpened.v1"

  // Doors
  case doorModeChanged = "postern.door.modeChanged.v1"
  case doorOfficeBegan = "postern.door.officeBegan.v1"
  case doorOfficeEnded = "postern.door.officeEnded.v1"
  case doorExitRequested = "postern.door.exitRequested.v1"
  case doorOpened = "postern.door.opened.v1"
  case doorClosed = "postern.door.closed.v1"
  case doorCommissioned = "postern.door.commissioned.v1"
  case doorBell = "postern.door.bell.v1"
  case doorBellAnswered = "postern.door.bellAnswered.v1"

  // Readers
  case readerMalformed = "postern.reader.malformed.v1"
  case readerLockedOut = "postern.reader.lockedOut.v1"
  case readerLockoutCleared = "postern.reader.lockoutCleared.v1"
  case readerKey = "postern.reader.key.v1"
  case readerMuted = "postern.reader.muted.v1"
  case readerUnmuted = "postern.reader.unmuted.v1"
  case readerPairing = "postern.reader.pairing.v1"
  case readerPaired = "postern.reader.paired.v1"
  case readerNotPaired = "postern.reader.notPaired.v1"
  case readerLineFault = "postern.reader.lineFault.v1"

  // Areas that count who is inside
  case areaOccupancy = "postern.area.occupancy.v1"
  case areaEvacuated = "postern.area.evacuated.v1"

  // Plans for an emergency
  case planStarted = "postern.plan.started.v1"
  case planEnded = "postern.plan.ended.v1"

  // Automations
  case automationRan = "postern.automation.ran.v1"
  case automationLeftOut = "postern.automation.leftOut.v1"

  // Alarms
  case alarmRaised = "postern.alarm.raised.v1"
  case alarmCleared = "postern.alarm.cleared.v1"
  case alarmDuress = "postern.alarm.duress.v1"

  // Patterns over a time
  case anomalyManyDenials = "postern.anomaly.manyDenials.v1"
  case anomalyOneCredentialManyDoors = "postern.anomaly.oneCredentialManyDoors.v1"
  case anomalyForcedAfterDenial = "postern.anomaly.forcedAfterDenial.v1"
  case anomalyBitErrors = "postern.anomaly.bitErrors.v1"
  case anomalyClockSetBack = "postern.anomaly.clockSetBack.v1"
  case anomalyReplayedCommands = "postern.anomaly.replayedCommands.v1"
  case anomalyCoilChatter = "postern.anomaly.coilChatter.v1"

  // What administrators did
  case adminAntiPassbackForgiven = "postern.admin.antiPassbackForgiven.v1"
  case adminAreaReset = "postern.admin.areaReset.v1"
  case adminCloudKeys = "postern.admin.cloudKeys.v1"
  case adminNumbersShown = "postern.admin.numbersShown.v1"
  case adminCardExplained = "postern.admin.cardExplained.v1"
  case adminSessionBegan = "postern.admin.sessionBegan.v1"
  case adminSessionEnded = "postern.admin.sessionEnded.v1"

  // Keys; hotel systems use these names.
  case lockKeyIssued = "lock.key.issued.v1"
  case lockKeyUpdated = "lock.key.updated.v1"
  case lockKeyRevoked = "lock.key.revoked.v1"
  case handOverRefused = "postern.handOver.refused.v1"
  case handOverReconciled = "postern.handOver.reconciled.v1"
  case personStopped = "postern.person.stopped.v1"
  case recordsStopped = "postern.records.stopped.v1"

  // What the cloud sent
  case configApplied = "postern.config.applied.v1"
  case configRejected = "postern.config.rejected.v1"
  case configNotStored = "postern.config.notStored.v1"
  case credentialsRejected = "postern.credentials.rejected.v1"
  case credentialsRepaired = "postern.credentials.repaired.v1"
  case credentialsNotStored = "postern.credentials.notStored.v1"
  case credentialClash = "postern.credential.clash.v1"
  case commandRepeated = "postern.command.repeated.v1"
  case commandInterrupted = "postern.command.interrupted.v1"
  case messageRefused = "postern.message.refused.v1"
  case brokerCounted = "postern.broker.counted.v1"

  // The controller
  case controllerStarted = "postern.controller.started.v1"
  case controllerStopped = "postern.controller.stopped.v1"
  case controllerUncleanStarts = "postern.controller.uncleanStarts.v1"
  case controllerEdgesLost = "postern.controller.edgesLost.v1"
  case stateRestored = "postern.state.restored.v1"
  case clockTrustChanged = "postern.clock.trustChanged.v1"
  case clockZoneChanged = "postern.clock.zoneChanged.v1"
  case clockDoubted = "postern.clock.doubted.v1"
  case clockMoved = "postern.clock.moved.v1"
  case clockTrusted = "postern.clock.trusted.v1"
  case clockAsked = "postern.clock.asked.v1"
  case cloudConnected = "postern.cloud.connected.v1"
  case cloudDisconnected = "postern.cloud.disconnected.v1"
  case certificateExpiring = "postern.certificate.expiring.v1"
  case certificateExpired = "postern.certificate.expired.v1"
  case certificateRenewed = "postern.certificate.renewed.v1"
  case certificateNotRenewed = "postern.certificate.notRenewed.v1"

  // The event log itself
  case eventsDropped = "postern.events.dropped.v1"
  case logCommitLate = "postern.log.commitLate.v1"
  case logDropped = "postern.log.dropped.v1"
  case logGap = "postern.log.gap.v1"
  case logEpochBegun = "postern.log.epochBegun.v1"
  case logRewound = "postern.log.rewound.v1"

  /// The CloudEvents `type`.
  public var wireName: String { rawValue }

  /// The wire name without `postern.` and `.v1`, as people see it: `access.granted`.
  public var name: String { Self.name(ofWireName: rawValue) }

  /// The same for a wire name that this version may not have.
  public static func name(ofWireName wireName: String) -> String {
    var name = Substring(wireName)
    if name.hasPrefix("postern.") { name = name.dropFirst("postern.".count) }
    if name.hasSuffix(".v1") { name = name.dropLast(".v1".count) }
    return String(name)
  }

  /// By its wire name, or by the name that people see; nil for none of this version.
  public init?(anyName name: String) {
    guard let type = Self(rawValue: name) ?? Self.allCases.first(where: { $0.name == name }) else {
      return nil
    }
    self = type
  }

  /// What to write instead of a name that no type has: those that begin alike, else all beginnings.
  public static func suggestion(for name: String) -> String {
    func group(_ name: String) -> Substring { name.prefix { $0 != "." } }
    let wanted = group(Self.name(ofWireName: name))
    let alike = allCases.map(\.name).filter { group($0) == wanted }
    guard alike.isEmpty else { return alike.joined(separator: ", ") }
    return Set(allCases.map { "\(group($0.name))." }).sorted().joined(separator: ", ") + " …"
  }

  /// A few words for people.
  public var title: String { row.title }
  public var category: EventCategory { row.category }
  /// True if the event overtakes the backlog when the cloud comes back.
  public var isUrgent: Bool { row.isUrgent }
  /// Who can cause it.
  public var lane: EventLane { Self.ofBroker.contains(self) ? .broker : .own }
  /// Which of the event's own members (`door`, `reader`, ...) are set, where they are known.
  public var subjects: [EventSubject] { row.subjects }
  /// What `reason` holds; nil if the type carries none.
  public var reason: String? { row.reason }
  /// The members of `detail`. A member whose meaning begins with "if" is not always there.
  public var detail: [EventMember] { row.detail }

  /// A reason in plain words. Only what happened at a door has a denial's: what was refused of the
  /// broker, and certificates, have reasons of the same names and another meaning.
  public func words(of reason: String) -> String? {
    category == .evidence ? DenialReason(rawValue: reason)?.texts.sentence : nil
  }

  /// How a list of events shows it.
  public var tone: EventTone {
    switch category {
    case .checkInCandidate: .good
    case .alarm: .bad
    case .evidence, .audit, .housekeeping: self == .accessDenied ? .bad : .plain
    }
  }

  /// Every event that is written looks here, so this must not build rows.
  static let urgentWireNames = Set(allCases.filter(\.isUrgent).map(\.wireName))
  private static let ofBroker = Set(allCases.filter { $0.row.lane == .broker })

  /// The wire names of the lane ``EventLane/broker``, in the order of this list.
  public static let brokerWireNames = allCases.filter { $0.lane == .broker }.map(\.wireName)
}
