import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// What a part asks of the shell. A part sees no port, no thread and no other part: it takes
/// values and a time, and returns wishes. ``DoorShell`` carries them out one after the other, each
/// with everything that follows from it before the next.
enum Wish {
  // What the outside is to do.
  /// Append this to the event log.
  case record(EventRecord)
  /// Do this off the door's thread.
  case job(StoreJob)
  /// Persist these values; a failure is logged.
  case persist(StateWrite)
  /// Publish this while there is a connection.
  case publish(UpMessage)
  /// The broker refused the doors' state: publish it again later.
  case stateRefused
  case log(LogLevel, String)
  /// Drive the relay of a door.
  case moveLock(LockDriver.Movement)
  /// The same, if the core still requires that level; otherwise its command fails.
  case moveLockIfRequired(LockDriver.Movement)

  // Messages to other parts.
  case core(ControllerInput)
  case session(SyncSession.Input)
  /// These committed events overtake the backlog.
  case publishUrgent([StoredEvent])
  /// A look-up that was asked for then is decided now.
  case noteDecision(since: MonotonicInstant)
  case acknowledged(through: UInt64)
  /// A command that had acted came again.
  case commandRepeated
  /// Compute the digest over all records, for whoever asked.
  case digest(rescan: Bool, for: Replication.Asker)
  /// Ask the cloud again, later, for what was not taken.
  case askAgain
  /// Persons or credentials changed; what the cloud says of each.
  case recordsChanged([CredentialOutcome])
  /// Keys that were handed over on site, for the cloud.
  case publishIssued
  /// Reports these keys again if it is their turn.
  case repeatIssued
  /// Ask the stores.
  case ask(HolderQuestion)
  /// The stores' answer to somebody on site.
  case onSite(SiteAnswer)
  /// A command that never acts; the ledger remembers it.
  case refuseCommand(
    String, CommandMark, CommandResult.Outcome, reason: String, isCopy: Bool)
  /// A verified message that was not taken, for the counters and the log.
  case refuse(Topics.Down, cause: String, detail: String, message: String)
  /// A verified message of the cloud.
  case take(CloudMessage)

  // What somebody ordered, under the order's id.
  case end(order: String, OrderEnd)
  /// It is confirmed once all that was persisted until now is on disk, and fails if the disk refuses.
  case endPersisted(order: String)
  case setMode(ModeOrder, order: String)
  case forgive(PersonID?, by: String)
  case resetArea(AreaID, by: String, reason: String, order: String)
  case plan(PlanOrder, order: String)
  /// `by` is the key that signed it.
  case changeKey(KeyChange, by: String?, order: String)
  case revokeOfflinePIN(OfflinePINBook.Key, by: String, order: String)
  case uploadLog(order: String)
  case runSelfTest(order: String)
  case reportTelemetry
  case renewCertificate(order: String)
  /// The link takes this pair for its next connection, which begins now.
  case connect(with: BrokerPair)
}

/// How much a line of the log matters.
enum LogLevel: Sendable {
  case error, warning, notice, info
}
