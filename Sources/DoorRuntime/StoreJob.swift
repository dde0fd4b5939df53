package import CloudProtocol
import DoorCore
package import DoorPorts
import DoorRules

/// Slow work, as data: what the disk, the log or the machine is asked for off the door's thread. It
/// answers with a ``StoreAnswer`` through the inbox, where anybody waits for one.
enum StoreJob: Sendable {
  // The event log
  case readEvents(after: UInt64, limit: Int)
  /// Write a batch as it is sent on the connection of this nonce: it is long, and the door's thread has
  /// a door to serve.
  case encodeEvents(EventBatch, BatchPayload.Encoding?, connection: String)
  /// Events that overtake the backlog.
  case readUrgent(after: UInt64, limit: Int)
  case acknowledge(through: UInt64)
  case beginEpoch
  case rewind(through: UInt64)
  /// Pass over the spoiled events directly after `after`; `note` records which.
  case giveUpSpoiled(after: UInt64, note: EventDraft)

  // The command ledger
  /// Commands that a crash cut off are closed, and never run again.
  case closeInterrupted(simulated: Bool)
  case beginCommand(PendingCommand, at: WallInstant, expires: WallInstant)
  /// A command that will never act gets this result, unless it has one.
  case refuseCommand(CommandResult, content: ContentHash?, at: WallInstant)
  case persistResult(CommandResult)
  case confirmResult(String)
  case readResults(limit: Int)

  // Small state, and keys that were handed over on site
  case persist(StateWrite, ticket: UInt64)
  /// Brings the second copy of what is kept twice up to date.
  case copyState
  case persistIssued(PendingHandOver)
  case persistIssuedUse(IssuedKey)
  case forgetIssued([String])

  // What the cloud replicates
  case applyConfiguration(
    ConfigurationMessage, messageID: String, unknown: [Problem], inForce: ConfigurationInForce)
  /// `words` are those of the configuration in force; nil before the first.
  case applyDelta(CredentialDelta, messageID: String, words: PolicyWords?)
  case stageOffer(SnapshotOffer, messageID: String)
  case stageChunk(SnapshotChunk, messageID: String, words: PolicyWords?)
  case repair(BucketRepair, messageID: String, words: PolicyWords?)
  case digest(rescan: Bool)
  /// Stores the rules of the time zone beside the configuration, if that revision is in force.
  case storeZone(CompiledZone, revision: UInt64)
  /// The configuration that an earlier run accepted.
  case readConfiguration
  /// Which of these credentials the cache has, for whom the cloud said what became of them.
  case findCached([String], [CredentialOutcome])

  // Reads for whoever stands at a door
  case readHolders(HolderRequest, lane: Int)

  // The machine
  case readZone(String)
  case readCertificates
  case readHost
  case renewal(RenewalJob)
  /// What the cloud said of its keys.
  case readCloudKeys

  /// Work in one lane is done in the order in which it was asked for.
  var lane: WorkLane {
    switch self {
    case .acknowledge, .beginEpoch, .rewind, .giveUpSpoiled, .beginCommand, .refuseCommand,
      .persistResult, .confirmResult, .persist, .persistIssued, .persistIssuedUse, .forgetIssued,
      .closeInterrupted:
      .events
    case .applyConfiguration, .applyDelta, .stageOffer, .stageChunk, .repair, .digest,
      .storeZone, .readConfiguration, .findCached, .copyState:
      .policy
    case .readEvents, .encodeEvents, .readUrgent, .readResults, .readCloudKeys: .outbox
    case .readCertificates, .readHost, .renewal: .machine
    case .readZone: .zone
    case .readHolders(_, let lane): .reading(lane)
    }
  }
}

/// What became of a ``StoreJob``.
package enum StoreAnswer: Sendable {
  /// What was persisted, read after the start.
  case started(StartState)
  case committed(CommitReport)
  case eventsRead(after: UInt64, Result<[StoredEvent], PortError>)
  case eventsEncoded(EventBatch, [UInt8], connection: String)
  case urgentRead([StoredEvent])
  case epochBegun(Result<LogPosition, PortError>)
  /// The disk noted what the cloud has, or refused to.
  case acknowledged(PortError?)
  /// Events up to and with this number are no longer in the log.
  case eventsDropped(through: UInt64)
  case ledger(PendingCommand, Result<LedgerAnswer, PortError>)
  /// A command to be refused has the id of one that ordered something else.
  case commandTaken(CommandResult)
  case resultPersisted(CommandResult)
  case resultRefused(CommandResult, PortError)
  /// The disk did not take that the broker has this command's result.
  case deliveryRefused(String, PortError)
  case resultsRead(Result<[CommandResult], PortError>)
  /// State is on disk, or the disk refused it.
  case persisted(StateWrite, ticket: UInt64, PortError?)
  /// The second copy is up to date, or its disk refused it.
  case copied(PortError?)
  case issuedPersisted(PendingHandOver, Result<Void, PortError>)
  case configured(ConfigurationOutcome)
  /// With where the credentials stand now.
  case credentialsApplied(CredentialsOutcome, Result<CredentialPosition, PortError>)
  /// The disk did not take what the cloud sent, whatever it was worth.
  case notStored(ApplyReport.Subject, PortError)
  case snapshotStaged(StagedSnapshot)
  case digested(Result<DigestAnswer, PortError>)
  case zoneRead(Result<CompiledZone, PortError>)
  case zoneStored(CompiledZone)
  case configurationRead(Result<KeptConfiguration?, PortError>)
  case cachedFound(Set<String>, [CredentialOutcome])
  case holdersRead(HolderReading)
  case interrupted(Result<[CommandResult], PortError>)
  /// `kept` is which warnings an earlier run gave; `standing` is nil where nothing can be renewed.
  case certificatesRead(
    [CertificateReading], kept: Result<[UInt8]?, PortError>, standing: RenewalStanding?)
  case renewal(RenewalOutcome)
  case cloudKeysRead(Result<[UInt8]?, PortError>)
  case hostRead(HostReading)
  case diagnosed(order: String, DiagnosisReport)
}
