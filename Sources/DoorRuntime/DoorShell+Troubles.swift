import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging

/// What the house itself lacks, told where people look: an event for the cloud, the status for
/// the technician, the journal. The door serves on meanwhile.
extension DoorShell {
  /// Why an alarm about the house is raised: `reason` of `alarm.raised` and `alarm.cleared`.
  private enum HouseAlarm: String {
    /// Events are kept in memory, because the log cannot be written.
    case eventLog
    /// A database was damaged; it was moved aside, and there is a new one.
    case storageDamaged
  }

  /// The log failed, or takes events again. That it failed is the first event after the ones
  /// that could not be written, with the time at which it happened.
  func noteLog(_ error: PortError?, at now: Moment) {
    switch (logError, error) {
    case (nil, let error?):
      logger.error("the event log failed: \(error)")
      tell(.eventLog, raised: true, ["cause": "\(error)"], at: now)
    case (_?, nil):
      logger.notice("the event log takes events again")
      tell(.eventLog, raised: false, [:], at: now)
    case (nil, nil), (_?, _?):
      break
    }
    logError = error
  }

  /// Files that this start found damaged.
  func tellDamage(at now: Moment) {
    for place in configuration.damagedFiles {
      tell(.storageDamaged, raised: true, ["movedTo": place], at: now)
    }
  }

  /// Doors behave otherwise when the clock is not believed, so the log says since when.
  func noteClockTrust(at now: Moment) {
    guard now.trust != toldTrust else { return }
    record(
      drafts.draft(
        .clockTrustChanged, at: now,
        detail: ["from": toldTrust.rawValue, "to": now.trust.rawValue]))
    toldTrust = now.trust
  }

  // MARK: What the disk did not take

  /// Time until the cloud is asked again for what the disk did not take.
  static let askAgainMilliseconds = 30_000

  /// The error as one of the disk; nil for one that is about what was sent.
  static func storageFailure(_ error: any Error) -> PortError? {
    guard let failure = error as? PortError else { return nil }
    switch failure.code {
    case .unavailable, .busy, .inputOutput, .full, .damaged: return failure
    case .invalid: return nil
    }
  }

  /// A message that the disk did not take was not refused: a cloud that heard "refused" would
  /// never send it again. It hears nothing, and is asked again later.
  func notStored(_ subject: ApplyReport.Subject, _ error: PortError, at now: Moment) {
    logger.error("\(subject.rawValue) could not be stored: \(error)")
    if notStoredTold[subject] != error {
      record(
        drafts.draft(.notStored(subject), at: now, detail: ["cause": "\(error)"]))
    }
    notStoredTold[subject] = error
    askAgain(at: now)
  }

  func askAgain(at now: Moment) {
    guard askAgainAt == nil else { return }
    askAgainAt = now.monotonic.advanced(byMilliseconds: Self.askAgainMilliseconds)
  }

  func askAgainWhenDue(at now: Moment) {
    guard let due = askAgainAt, due <= now.monotonic else { return }
    askAgainAt = nil
    // A new connection asks by itself.
    if cloud.connected { session(.syncRequested, at: now) }
  }

  private func tell(
    _ alarm: HouseAlarm, raised: Bool, _ detail: [String: String], at now: Moment
  ) {
    record(
      drafts.draft(
        raised ? .alarmRaised : .alarmCleared, at: now, reason: alarm.rawValue,
        detail: detail))
  }
}
