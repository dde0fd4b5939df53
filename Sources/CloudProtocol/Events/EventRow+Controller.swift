/// The rows of what a controller records about itself and its log.
extension EventRow {
  // MARK: The controller

  static let controllerStarted = EventRow(
    "Started", .housekeeping,
    detail: [
      EventMember("software", "version of the daemon"),
      EventMember("bootID", "id of this start of the daemon"),
      EventMember("configRevision", "the revision in force"),
    ])
  static let controllerStopped = EventRow("Stopped", .housekeeping)
  static let controllerUncleanStarts = EventRow(
    "Started again and again without a stop", .alarm, urgent: true,
    detail: [
      EventMember("powerLosses", "how often in a row the power was gone"),
      EventMember("crashes", "how often in that row the program ended"),
    ])
  static let controllerEdgesLost = EventRow("Pulses were lost", .evidence)
  static let stateRestored = EventRow(
    "State was lost and taken from its second copy", .alarm, urgent: true,
    detail: [
      EventMember(
        "state",
        "what: `modes.DOOR`, `plans`, `lockout.READER`, `lockout.cards`, `offlinePIN` or"
          + " `cloud.keys`, with commas between")
    ])
  static let clockTrustChanged = EventRow(
    "Clock trust changed", .housekeeping,
    detail: [EventMember("from", "the trust before"), EventMember("to", "the trust now")])
  static let clockZoneChanged = EventRow(
    "The time zone has other rules", .housekeeping,
    detail: [
      EventMember("timeZone", "the zone's name"),
      EventMember("from", "first 16 digits of the SHA-256 of the rules before, or `none`"),
      EventMember("to", "the same of the rules now in force"),
    ])
  static let clockDoubted = EventRow(
    "The system's clock is not believed", .housekeeping,
    reason: "the state, as the clock's table has it",
    detail: [
      EventMember("source", "who says what time it is: `none`, `battery` or `timeServer`"),
      EventMember("milliseconds", "the system's clock minus the door's own time"),
    ])
  static let clockMoved = EventRow(
    "The door's own time moved", .housekeeping,
    reason: "the state, as the clock's table has it",
    detail: [
      EventMember("source", "who was believed: `timeServer` or `cloud`"),
      EventMember("milliseconds", "by how much it moved"),
      EventMember("leftOut", "how many moves before it were not recorded, if any"),
    ])
  static let clockTrusted = EventRow(
    "A technician said that the system's clock is right", .audit, [.person],
    detail: [
      EventMember("milliseconds", "by how much the door's own time moved"),
      EventMember("operatorReason", "why it was said"),
    ])
  static let clockAsked = EventRow(
    "The door asks for the time; the acknowledgement of this tells it", .housekeeping)
  static let cloudConnected = EventRow("Cloud connected", .housekeeping, lane: .broker)
  static let cloudDisconnected = EventRow(
    "Cloud disconnected", .housekeeping, lane: .broker,
    detail: [EventMember("cause", "why the connection ended")])
  static let certificateExpiring = EventRow(
    "A certificate expires soon", .housekeeping, reason: "`expiring`",
    detail: EventMember.certificate)
  static let certificateExpired = EventRow(
    "A certificate has expired", .housekeeping, reason: "`expired`",
    detail: EventMember.certificate)
  static let certificateRenewed = EventRow(
    "A certificate was renewed", .housekeeping,
    detail: [
      EventMember("certificate", "which one"),
      EventMember("endMilliseconds", "its end, in milliseconds since 1970"),
    ])
  static let certificateNotRenewed = EventRow(
    "A certificate was not renewed", .housekeeping,
    reason: "`keyFailed`, `refused`, `unusable` or `trialFailed`",
    detail: [
      EventMember("certificate", "which one"), EventMember("cause", "why not, in words"),
    ])
  // MARK: The event log itself

  static let eventsDropped = EventRow(
    "Unsent events were deleted", .housekeeping, urgent: true,
    reason: "`logFull` or `logDamaged`",
    detail: [
      EventMember("from", "number of the first event that is gone"),
      EventMember("to", "number of the last one"),
    ])
  static let logCommitLate = EventRow(
    "The disk was slow, the door did not wait", .housekeeping, [.door],
    detail: [EventMember("deadlineMilliseconds", "how long the door waited")])
  static let logDropped = EventRow(
    "Events were lost before they were stored", .housekeeping,
    detail: [EventMember("count", "events that the memory could not hold")])
  static let logGap = EventRow(
    "A gap in the log", .housekeeping,
    detail: [
      EventMember("after", "number of the last event before the gap"),
      EventMember("found", "number of the first one after it"),
    ])
  static let logEpochBegun = EventRow(
    "A new log was begun", .housekeeping, detail: EventMember.position)
  static let logRewound = EventRow(
    "The log is sent again", .housekeeping, lane: .broker, detail: EventMember.position)
}
