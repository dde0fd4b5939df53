import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging
import Synchronization

/// Does the shell's slow work, each job in its lane, and sends the answers to the inbox.
struct StoreJobRunner: Sendable {
  let ports: RuntimePorts
  let inbox: Inbox
  let lanes: any WorkLanes
  let logger: Logger
  let replication: ReplicationStore
  private let reader: HolderReader
  /// Jobs of the lane `policy` that are not done.
  private let replicating = Waiting()
  /// Jobs of the lane `events` that are not done.
  private let writing = Waiting()

  /// The most messages of the cloud that wait for the disk.
  static let replicatingMax = 256
  /// The most writes that wait for the disk; see ``giveUp(_:)`` for what becomes of one more. Events
  /// and small state have limits of their own.
  static let writingMax = 1_000

  init(
    ports: RuntimePorts, controller: ControllerID, inbox: Inbox, lanes: any WorkLanes,
    logger: Logger
  ) {
    self.ports = ports
    self.inbox = inbox
    self.lanes = lanes
    self.logger = logger
    replication = ReplicationStore(
      policy: ports.policy, zones: ports.zones, controller: controller)
    reader = HolderReader(
      policy: ports.policy, state: ports.state, issued: ports.issued, digester: ports.digester,
      handOver: ports.handOver, offline: ports.offlinePIN)
  }

  /// `now` is the time at which the job was asked for.
  func start(_ job: StoreJob, at now: Moment) {
    switch job.lane {
    case .policy: start(job, at: now.wall, counting: replicating)
    case .events:
      let isFull = writing.count.load(ordering: .relaxed) >= Self.writingMax
      guard !isFull || !giveUp(job) else { return }
      start(job, at: now.wall, counting: writing)
    case .outbox, .machine, .zone, .reading: lanes.perform(job.lane) { run(job, at: now.wall) }
    }
  }

  private func start(_ job: StoreJob, at now: WallInstant, counting waiting: Waiting) {
    waiting.count.add(1, ordering: .relaxed)
    lanes.perform(job.lane) {
      run(job, at: now)
      waiting.count.subtract(1, ordering: .relaxed)
    }
  }

  /// Ends a job that the disk has no room for, as if the disk had refused it; false for one that must
  /// be done: those are as few as commands that were begun, and as writes that their own parts bound.
  private func giveUp(_ job: StoreJob) -> Bool {
    let error = PortError(
      .busy, operation: "write to the event database",
      detail: "\(Self.writingMax) writes wait for the disk, which does not answer; check it")
    switch job {
    case .acknowledge: answer(.acknowledged(error))
    case .confirmResult(let id): answer(.deliveryRefused(id, error))
    case .refuseCommand, .persistIssuedUse, .forgetIssued, .giveUpSpoiled:
      // The cloud, the next use or the next look repeats it.
      logger.error("\(error)")
    case .beginEpoch, .rewind: answer(.epochBegun(.failure(error)))
    case .beginCommand(let command, _, _): answer(.ledger(command, .failure(error)))
    case .persistIssued(let pending): answer(.issuedPersisted(pending, .failure(error)))
    case .persist, .persistResult, .closeInterrupted: return false
    case .readEvents, .encodeEvents, .readUrgent, .readResults, .applyConfiguration, .applyDelta,
      .stageOffer,
      .stageChunk, .repair, .digest, .storeZone, .readConfiguration, .findCached, .copyState,
      .readHolders,
      .readZone, .readCertificates, .readHost, .renewal, .readCloudKeys:
      return false
    }
    return true
  }

  /// Whether no more of what the cloud replicates should be taken now.
  var isBehind: Bool { replicating.count.load(ordering: .relaxed) >= Self.replicatingMax }

  private func answer(_ answer: StoreAnswer) { inbox.push(.job(answer)) }

  private func run(_ job: StoreJob, at now: WallInstant) {
    switch job {
    case .readEvents(let after, let limit): readEvents(after: after, limit: limit)
    case .encodeEvents(let batch, let encoding, let connection):
      do {
        answer(
          .eventsEncoded(batch, try BatchPayload.write(batch, encoding), connection: connection))
      } catch {
        logger.error("a batch of events could not be written: \(error)")
      }
    case .readUrgent(let after, let limit): readUrgent(after: after, limit: limit)
    case .acknowledge(let through):
      var refused: PortError?
      do throws(PortError) { try ports.events.acknowledge(through: through) } catch {
        refused = error
      }
      answer(.acknowledged(refused))
    case .beginEpoch:
      answer(.epochBegun(Result { () throws(PortError) in try ports.events.beginEpoch() }))
    case .rewind(let through):
      answer(
        .epochBegun(
          Result { () throws(PortError) in try ports.events.rewind(through: through) }))
    case .giveUpSpoiled(let after, let note): giveUpSpoiled(after: after, note: note)

    case .closeInterrupted(let simulated):
      answer(
        .interrupted(
          Result { () throws(PortError) in
            try ports.ledger.interruptOpen(at: now, simulated: simulated)
          }))
    case .beginCommand(let command, let at, let expires):
      answer(
        .ledger(
          command,
          Result { () throws(PortError) in
            try ports.ledger.begin(
              commandID: command.id, content: command.mark.content, at: at,
              expires: expires)
          }))
    case .refuseCommand(let result, let content, let at): refuse(result, content, at: at)
    case .persistResult(let result):
      do throws(PortError) {
        try ports.ledger.finish(commandID: result.commandID, result: result)
        answer(.resultPersisted(result))
      } catch { answer(.resultRefused(result, error)) }
    case .confirmResult(let id):
      do throws(PortError) { try ports.ledger.confirmResults([id]) } catch {
        answer(.deliveryRefused(id, error))
      }
    case .readResults(let limit):
      answer(
        .resultsRead(
          Result { () throws(PortError) in
            try ports.ledger.unconfirmedResults(limit: limit)
          }))

    case .persist(let state, let ticket):
      var refused: PortError?
      do throws(PortError) { try ports.state.setValues(state.values) } catch { refused = error }
      answer(.persisted(state, ticket: ticket, refused))
    case .copyState:
      var refused: PortError?
      do throws(PortError) { try ports.twice.copy() } catch { refused = error }
      answer(.copied(refused))
    case .persistIssued(let pending):
      answer(
        .issuedPersisted(
          pending,
          Result { () throws(PortError) in
            try ports.issued?.keep(pending.change.key, mark: pending.change.mark)
          }))
    case .persistIssuedUse(let key):
      write("the use of key \(key.record.id)") { () throws(PortError) in
        try ports.issued?.keep(key, mark: nil)
      }
    case .forgetIssued(let ids):
      write("that the cloud has keys of its own") { () throws(PortError) in
        try ports.issued?.forgetIssued(ids)
      }

    case .applyConfiguration(let message, let id, let unknown, let inForce):
      store(.config) { () throws(PortError) in
        answer(
          .configured(
            try replication.apply(
              message, messageID: id, unknown: unknown, inForce: inForce)))
      }
    case .applyDelta(let delta, let id, let words):
      store(.credentials) { () throws(PortError) in
        answerApplied(
          try delta.dryRun == true
            ? replication.check(delta, messageID: id, words: words, at: now)
            : replication.apply(delta, messageID: id, words: words, at: now))
      }
    case .stageOffer(let offer, let id):
      stage(id, revision: offer.revision) { () throws in
        try offer.check()
        return try ports.policy.stage(offer)
      }
    case .stageChunk(let chunk, let id, let words):
      stage(id, revision: chunk.revision) { () throws in
        let staged = try ports.policy.stage(try chunk.sifted(knowing: words))
        // It is not being gathered: nobody need pull more of it.
        if staged == nil { answer(.snapshotStaged(StagedSnapshot(ended: chunk))) }
        return staged
      }
    case .repair(let repair, let id, let words):
      store(.credentials) { () throws(PortError) in
        answerApplied(try replication.apply(repair, messageID: id, words: words))
      }
    case .digest(let rescan):
      answer(.digested(Result { () throws(PortError) in try digest(rescan: rescan) }))
    case .readConfiguration: answer(.configurationRead(keptConfiguration()))
    case .findCached(let ids, let outcomes):
      // One that cannot be read now, or whose person is not here, is looked for again with the next
      // change.
      let cached = ids.filter { id in
        let holder = CredentialID(id).flatMap { (try? ports.policy.holder(of: $0)) ?? nil }
        return holder?.outranksHandOver == true
      }
      answer(.cachedFound(Set(cached), outcomes))

    case .readHolders(let request, _): answer(.holdersRead(reader.read(request)))

    case .storeZone(let zone, let revision):
      write("the rules of time zone \(zone.name)") { () throws(PortError) in
        try ports.policy.storeZone(zone, revision: revision)
        answer(.zoneStored(zone))
      }

    case .readZone(let name):
      answer(.zoneRead(Result { () throws(PortError) in try ports.zones.zone(named: name) }))
    case .readCertificates:
      answer(
        .certificatesRead(
          (ports.certificates?.read() ?? []).map { CertificateReading($0.name, $0.life) },
          kept: value(of: .certificateWarnings), standing: ports.renewal?.standing()))
    case .renewal(let job):
      if let renewal = ports.renewal { answer(.renewal(job.outcome(by: renewal))) }
    case .readCloudKeys: answer(.cloudKeysRead(value(of: .cloudKeys)))
    case .readHost: answer(.hostRead(ports.host?.read() ?? HostReading()))
    }
  }

  // MARK: Jobs of more than one step

  private func value(of key: StateKey) -> Result<[UInt8]?, PortError> {
    Result { () throws(PortError) in try ports.state.value(of: key) }
  }

  private func answerApplied(_ outcome: CredentialsOutcome) {
    answer(
      .credentialsApplied(
        outcome, Result { () throws(PortError) in try ports.policy.credentialPosition() }))
  }

  private func keptConfiguration() -> Result<KeptConfiguration?, PortError> {
    Result { () throws(PortError) in
      let position = try ports.policy.credentialPosition()
      do {
        return try replication.stored().map { KeptConfiguration(accepted: $0, position: position) }
      } catch let error as PortError {
        throw error
      } catch {
        throw PortError(.invalid, operation: "use the kept configuration", detail: "\(error)")
      }
    }
  }

  /// A failure costs a repetition later, not a loss.
  private func write(_ what: String, _ body: () throws(PortError) -> Void) {
    do throws(PortError) { try body() } catch { logger.error("\(what) was not kept: \(error)") }
  }

  /// What the disk does not take is no verdict on what was sent.
  private func store(_ subject: ApplyReport.Subject, _ body: () throws(PortError) -> Void) {
    do throws(PortError) { try body() } catch { answer(.notStored(subject, error)) }
  }

  /// A log that had to let events go reports that before it is taken for damaged.
  private func readEvents(after: UInt64, limit: Int) {
    let read = Result { () throws(PortError) in
      try ports.events.events(after: after, limit: limit)
    }
    if case .success(let events) = read, let first = events.first?.number,
      first > after, first - after > 1, let dropped = try? ports.events.position().dropped,
      dropped > after
    {
      answer(.eventsDropped(through: dropped))
    } else {
      answer(.eventsRead(after: after, read))
    }
  }

  private func readUrgent(after: UInt64, limit: Int) {
    do throws(PortError) {
      answer(.urgentRead(try ports.events.urgentEvents(after: after, limit: limit)))
    } catch {
      // They come all the same, in their place.
      logger.warning("urgent events could not be read: \(error)")
    }
  }

  private func giveUpSpoiled(after number: UInt64, note: EventDraft) {
    write("that events after \(number) are spoiled") { () throws(PortError) in
      guard let spoiled = try ports.events.giveUpSpoiled(after: number, note: note) else { return }
      answer(.committed(CommitReport(throughTicket: 0, stored: [spoiled.note])))
      answer(.eventsDropped(through: spoiled.through))
    }
  }

  private func refuse(
    _ refused: CommandResult, _ content: ContentHash?, at now: WallInstant
  ) {
    let id = refused.commandID
    write("the refusal of command \(id)") { () throws(PortError) in
      switch try ports.ledger.begin(
        commandID: id, content: content, at: now, expires: now)
      {
      case .begun:
        try ports.ledger.finish(commandID: id, result: refused)
        answer(.resultPersisted(refused))
      case .seen(let first):
        if let first { answer(.resultPersisted(first)) }
      case .taken: answer(.commandTaken(refused))
      }
    }
  }

  private func stage(
    _ messageID: String, revision: UInt64, _ body: () throws -> StagedSnapshot?
  ) {
    store(.credentials) { () throws(PortError) in
      let (staged, outcome) = try replication.stage(messageID, revision: revision, body)
      if let staged { answer(.snapshotStaged(staged)) }
      if let outcome { answerApplied(outcome) }
    }
  }

  private func digest(rescan: Bool) throws(PortError) -> DigestAnswer {
    DigestAnswer(
      digest: try rescan ? ports.policy.rescanRecordDigest() : ports.policy.recordDigest(),
      revision: try ports.policy.credentialPosition().revision)
  }
}

/// A count that the lanes and the door's thread share.
private final class Waiting: Sendable {
  let count = Atomic<Int>(0)
}
