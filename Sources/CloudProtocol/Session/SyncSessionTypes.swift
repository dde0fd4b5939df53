public import DoorRules

extension SyncSession {
  /// What does not change while the process runs.
  public struct Identity: Sendable, Hashable {
    public var controller: ControllerID
    /// Version of the daemon.
    public var software: String
    /// Names this start of the daemon.
    public var bootID: String
    public var simulated: Bool

    public init(controller: ControllerID, software: String, bootID: String, simulated: Bool) {
      self.controller = controller
      self.software = software
      self.bootID = bootID
      self.simulated = simulated
    }
  }

  /// What the door has.
  public struct Standing: Sendable, Hashable {
    /// 0 for none.
    public var configRevision: UInt64
    public var credentialRevision: UInt64
    /// Names the event log.
    public var logEpoch: String
    /// Number of the newest event, 0 for none.
    public var lastEvent: UInt64
    /// The cloud has everything up to and with this one.
    public var acknowledgedEvent: UInt64
    public var clockTrust: ClockTrust
    /// ``RecordSetDigest/root`` of the credentials; nil while it is not known.
    public var credentialDigest: String?
    /// Unacknowledged events up to and with this one were deleted; 0 for none.
    public var droppedEvent: UInt64
    /// The newest revisions that were ever in force, also where a lost cache has none.
    public var newestConfigRevision: UInt64
    public var newestCredentialRevision: UInt64

    public init(
      configRevision: UInt64, credentialRevision: UInt64, logEpoch: String, lastEvent: UInt64,
      acknowledgedEvent: UInt64, clockTrust: ClockTrust, credentialDigest: String? = nil,
      droppedEvent: UInt64 = 0, newestConfigRevision: UInt64 = 0,
      newestCredentialRevision: UInt64 = 0
    ) {
      self.configRevision = configRevision
      self.credentialRevision = credentialRevision
      self.logEpoch = logEpoch
      self.lastEvent = lastEvent
      self.acknowledgedEvent = acknowledgedEvent
      self.clockTrust = clockTrust
      self.credentialDigest = credentialDigest
      self.droppedEvent = droppedEvent
      self.newestConfigRevision = newestConfigRevision
      self.newestCredentialRevision = newestCredentialRevision
    }
  }

  /// Something that happened.
  public enum Input: Sendable, Hashable {
    /// Connected and subscribed. `nonce` is new and cannot be guessed; `standing` was read from
    /// the stores just now. A message may have `messageBytesMax` bytes; nil when the broker states no
    /// limit.
    case connected(nonce: String, standing: Standing, messageBytesMax: Int? = nil)
    case disconnected
    /// The log has events up to and with `last`.
    case eventsCommitted(last: UInt64)
    /// Answers ``Output/readEvents(after:limit:)``.
    case eventsRead(after: UInt64, EventBatch)
    /// The log could not be read; the session asks again later.
    case eventsReadFailed(after: UInt64)
    /// The cloud's acknowledgement, from a verified envelope.
    case acknowledged(EventAcknowledgement)
    /// A command has its result, which the ledger has committed.
    case resultReady(CommandResult)
    /// Answers ``Output/readResults(limit:)``.
    case resultsRead([CommandResult])
    case resultsReadFailed
    /// The broker has the result of this command.
    case resultDelivered(commandID: String)
    /// Nobody has this message: the broker refused it.
    case refused(Refused)
    /// A verified message of the cloud came.
    case heard
    /// A configuration or a delta was applied or refused.
    case applied(ApplyReport)
    /// A delta was made for another base revision: the cloud needs a new hello.
    case credentialsBaseRefused(ApplyReport)
    case clockTrustChanged(ClockTrust)
    /// Answers ``Output/beginEpoch``: the log has a new name, its numbers go on; and
    /// ``Output/rewind(through:)``: less is acknowledged.
    case epochBegun(epoch: String, last: UInt64, acknowledged: UInt64)
    /// An event that overtakes the backlog was committed, or read back after a connect.
    case urgent([CloudEvent])
    /// Unacknowledged events up to and with this number are no longer in the log.
    case eventsDropped(through: UInt64)
    /// The store has the chunks before `next` of this snapshot.
    case snapshotStanding(snapshotID: String, next: Int, chunks: Int)
    /// A chunk of this snapshot arrived and is on its way to the store.
    case snapshotChunkArrived(snapshotID: String, index: Int)
    /// A sync was requested, by a message or command of this id: publish another hello.
    case syncRequested(id: String?)
    /// The digest was computed.
    case digestKnown(String)
  }

  /// A message that the broker refused.
  public enum Refused: Sendable, Hashable {
    case hello
    /// Of so many bytes.
    case events(bytes: Int, isTooLarge: Bool)
    case applied(ApplyReport)
    case result(commandID: String)
    /// A part of a report, of so many bytes, that was too large.
    case report(bytes: Int)
  }

  /// Something to do.
  public enum Output: Sendable, Hashable {
    case publishHello(Hello)
    /// Read committed events above `after`, at most `limit`.
    case readEvents(after: UInt64, limit: Int)
    case publishEvents(EventBatch)
    /// The log may forget that these are still to be sent.
    case markAcknowledged(through: UInt64)
    /// Read at most `limit` results that the broker has not confirmed.
    case readResults(limit: Int)
    case publishResult(CommandResult)
    /// Commit that the broker has this result.
    case confirmResult(commandID: String)
    case publishApplied(ApplyReport)
    /// The log returned something other than the event after `after`: it is damaged. No more events
    /// are sent on this connection, since they would have a gap.
    case reportLogGap(after: UInt64, found: UInt64)
    /// The cloud's events differ from the log's: give the log a new epoch.
    case beginEpoch
    /// The cloud lost the events above `through`: they are no longer acknowledged.
    case rewind(through: UInt64)
    /// Read events that overtake, above `after`, at most `limit`; answered by ``Input/urgent(_:)``.
    case readUrgent(after: UInt64, limit: Int)
    case publishUrgent(UrgentEvent)
    case publishPull(SnapshotPull)
  }
}
