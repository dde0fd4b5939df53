import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging

/// Hands what comes in, from the lines, the link and the slow work, to the part that it is for.
extension DoorShell {
  /// Takes one message.
  package func receive(_ message: RuntimeMessage) {
    let now = moment()
    note(outside.inbox.takeLost(), at: now)
    switch message {
    case .edge(let edge): take(edge, at: now)
    case .tick:
      outside.ports.gpio.deliverPending()
      outside.inbox.push(.due(now))
    case .due(let moment):
      // Only here does time pass for the core: edges that wait in the inbox may be older than now,
      // and a frame must not be cut in two because a processor was busy.
      reporter.tap.advance(to: moment.monotonic)
      perform(controller.advance(to: moment), at: moment)
    case .reader(let report): take(report, at: now)
    case .link(let event): take(event, at: now)
    case .job(let answer): take(answer, at: now)
    }
    settle(now)
  }

  private func take(_ edge: LineEdge, at now: Moment) {
    journal.noteInput(edge)
    reporter.tap.note(
      edge, isReleased: edge.line.door.map { controller.requiredLock(of: $0) } == .released)
    perform(controller.handle(.edge(edge), at: now), at: now)
  }

  private func note(_ lost: Inbox.Lost, at now: Moment) {
    if lost.hasEdges { perform(controller.handle(.edgesLost, at: now), at: now) }
    if lost.messages > 0 { carryOut(cloud.lost(lost.messages, at: now), at: now) }
  }

  // MARK: The link

  func take(_ event: LinkEvent, at now: Moment) {
    switch event {
    case .connected(let terms):
      carryOut(cloud.connected(at: now), at: now)
      reporter.connected()
      clock.saidHello(terms.nonce, at: now.monotonic)
      carryOut(cloud.begin(terms, standing: standing(at: now), at: now), at: now)
      noteDoors()
      carryOut(.reportTelemetry, at: now)
      carryOut(certificates.connected(with: terms.pair, at: now), at: now)
    case .disconnected(let reason):
      carryOut(cloud.disconnected(reason, at: now), at: now)
      carryOut(certificates.disconnected(reason, at: now), at: now)
    case .delivered(let token): carryOut(cloud.delivered(token, at: now), at: now)
    case .refused(let token, let refusal):
      carryOut(cloud.refused(token, refusal, at: now), at: now)
    case .message(let topic, let payload, let retained):
      if let refused = cloud.admit(at: now) { return carryOut(refused, at: now) }
      // Until they can be read, the keys of the file alone count.
      if cloud.needsKeys { carryOut(.job(.readCloudKeys), at: now) }
      let inForce = CloudConversation.InForce(
        config: controller.policy.revision, credentials: replication.position.revision)
      carryOut(
        cloud.receive(
          topic: topic, payload, retained: retained, inForce: inForce, at: now), at: now)
    }
  }

  private func standing(at now: Moment) -> SyncSession.Standing {
    SyncSession.Standing(
      configRevision: controller.policy.revision,
      credentialRevision: replication.position.revision, logEpoch: journal.position.epoch,
      lastEvent: journal.position.last, acknowledgedEvent: journal.position.acknowledged,
      clockTrust: now.trust, credentialDigest: cloud.standing.credentialDigest,
      droppedEvent: max(journal.position.dropped, cloud.standing.droppedEvent),
      newestConfigRevision: replication.known.config,
      newestCredentialRevision: replication.known.credentials)
  }

  func take(_ message: CloudMessage, at now: Moment) {
    if message.isForDisk, outside.jobs.isBehind {
      return carryOut(cloud.lost(1, at: now), at: now)
    }
    switch message {
    case .config(let envelope):
      let layout = outside.configuration.layout
      carryOut(
        replication.take(
          envelope, current: controller.policy.revision, doors: Set(layout.doors.map(\.id)),
          readers: Set(layout.readers.map(\.id)),
          auxiliary: AuxiliaryNames(
            inputs: Set(layout.inputs.map(\.id)), outputs: Set(layout.outputs))), at: now)
    case .credentials(let envelope):
      carryOut(replication.take(envelope, knowing: PolicyWords(of: controller.policy)), at: now)
    case .command(let envelope):
      carryOut(commands.take(envelope, session: cloud.sessionNonce, at: now), at: now)
    case .snapshot(let envelope): carryOut(replication.take(envelope), at: now)
    case .chunk(let envelope):
      carryOut(replication.take(envelope, knowing: PolicyWords(of: controller.policy)), at: now)
    case .repair(let envelope):
      carryOut(replication.take(envelope, knowing: PolicyWords(of: controller.policy)), at: now)
    case .digest(let envelope): carryOut(replication.take(envelope), at: now)
    case .acknowledgement(let envelope):
      carryOut(clock.hear(envelope.body, issued: envelope.issuedAt, at: now), at: now)
      carryOut(.session(.acknowledged(envelope.body)), at: now)
      if let nonce = cloud.sessionNonce, envelope.body.sessionNonce == nonce {
        carryOut(certificates.heard(at: now), at: now)
      }
    case .certificate(let envelope):
      carryOut(certificates.answered(envelope, at: now), at: now)
    }
  }

  // MARK: Readers on lines of their own

  func take(_ report: BusReport, at now: Moment) {
    let reader = report.reader
    guard
      let door = outside.configuration.layout.readers.first(where: { $0.id == reader })?.door
    else { return }
    switch report {
    case .delivered(_, let delivery):
      reporter.tap.note(delivery, of: reader, at: now.monotonic)
      carryOut(.core(.delivered(reader, delivery)), at: now)
    case .tamper(_, let raised):
      perform([.record(.readerTamper(reader, door, raised: raised))], at: now)
      tellAutomations(.readerTamper, raised, reader, door, at: now)
    case .input(_, let edge): take(edge, at: now)
    case .inputLost(_, let line): carryOut(.core(.lost(line)), at: now)
    case .driven(_, .relay(let door), let isActive):
      carryOut(locks.answered(door, isActive: isActive), at: now)
      noteDoors()
    case .notDriven(_, .relay(let door)): carryOut(locks.notAnswered(door), at: now)
    case .driven, .notDriven: break
    case .absent(_, let reason):
      if reason == nil { takeLocksAtReaders(now) }
      guard reporter.readerChanged(reader, absence: reason) else { return }
      logPresence(of: reader, isServed: reason == nil)
      carryOut(
        .record(
          EventRecord(
            reason == nil ? .alarmCleared : .alarmRaised, door: door, reader: reader,
            reason: AlarmReason.readerGone.rawValue, detail: reason.map { ["cause": $0] } ?? [:])),
        at: now)
      tellAutomations(.readerGone, reason != nil, reader, door, at: now)
    case .fault(_, let fault, let count, let isSuspicious):
      guard isSuspicious else { return }
      let detail = ["count": String(count)]
      carryOut(
        .record(
          EventRecord(
            .readerLineFault, door: door, reader: reader, reason: fault, detail: detail)),
        at: now)
    case .paired(_, let failure):
      carryOut(
        .record(
          EventRecord(
            failure == nil ? .readerPaired : .readerNotPaired, door: door, reader: reader,
            reason: failure)), at: now)
    }
  }

  /// An alarm that the core did not see.
  private func tellAutomations(
    _ alarm: AlarmReason, _ isRaised: Bool, _ reader: ReaderID, _ door: DoorID, at now: Moment
  ) {
    let event = AutomationTrigger.Event(
      isRaised ? .alarmRaised : .alarmCleared, door: door, reader: reader, reason: alarm.rawValue)
    carryOut(.core(.heard(event)), at: now)
  }

  /// For whoever reads the journal: also after a start at which a reader is not there.
  private func logPresence(of reader: ReaderID, isServed: Bool) {
    guard let seen = outside.ports.readers?.readers.first(where: { $0.id == reader }) else {
      return
    }
    if isServed {
      outside.logger.notice("reader \(reader) at \(seen.place) is served")
    } else if let trouble = seen.trouble {
      outside.logger.error("\(trouble)")
    }
  }

  // MARK: What slow work found

  func take(_ answer: StoreAnswer, at now: Moment) {
    switch answer {
    case .started(let start): adopt(start, at: now)
    case .committed(let report):
      if report.error == nil { reporter.countCommit(microseconds: report.tookMicroseconds) }
      let wishes = journal.committed(report, at: now.monotonic)
      if !report.stored.isEmpty { clock.recorded(journal.position, at: now.monotonic) }
      carryOut(wishes, at: now)
      carryOut(locks.committed(through: journal.progress.committed), at: now)
    case .eventsRead(let after, let events): take(events, after: after, at: now)
    case .eventsEncoded(let batch, let payload, let connection):
      // The next connection begins after what the cloud then has.
      if cloud.sessionNonce == connection { send(.events(batch), payload) }
    case .urgentRead(let events):
      carryOut(.session(.urgent(events.map(cloudEvent))), at: now)
    case .acknowledged(let error):
      carryOut(journal.acknowledgementKept(error, at: now.monotonic), at: now)
    case .epochBegun(let position): carryOut(journal.epochBegun(position), at: now)
    case .eventsDropped(let through):
      carryOut(.session(.eventsDropped(through: through)), at: now)
    case .ledger(let command, let answer):
      carryOut(commands.answered(command, answer, at: now), at: now)
    case .commandTaken(let refused): carryOut(commands.taken(refused), at: now)
    case .resultPersisted(let result): carryOut(commands.kept(result), at: now)
    case .resultRefused(let result, let error):
      carryOut(commands.refused(result, error, at: now), at: now)
    case .deliveryRefused(let id, let error):
      carryOut(commands.refusedDelivery(of: id, error, at: now), at: now)
    case .resultsRead(.success(let results)): carryOut(.session(.resultsRead(results)), at: now)
    case .resultsRead(.failure(let error)):
      outside.logger.error("results of commands could not be read: \(error)")
      carryOut(.session(.resultsReadFailed), at: now)
    case .persisted(let write, let ticket, let error):
      carryOut(state.persisted(write, ticket: ticket, error, at: now.monotonic), at: now)
    case .copied(let error): carryOut(state.copied(error, at: now.monotonic), at: now)
    case .issuedPersisted(let pending, let kept):
      site.end(pending, kept, at: now)
    case .configured(let outcome):
      carryOut(
        replication.configured(outcome, current: controller.policy.revision), at: now)
    case .credentialsApplied(let outcome, let position):
      carryOut(replication.applied(outcome, position: position), at: now)
    case .notStored(let subject, let error):
      carryOut(replication.notStored(subject, error, at: now.monotonic), at: now)
    case .snapshotStaged(let staged):
      let input = SyncSession.Input.snapshotStanding(
        snapshotID: staged.snapshotID, next: staged.next, chunks: staged.chunks)
      carryOut([.session(input)] + Replication.told(staged.stopped), at: now)
    case .digested(let answer):
      carryOut(
        replication.digested(
          answer, of: outside.configuration.controller, at: now.monotonic), at: now)
    case .zoneRead(let found):
      carryOut(replication.zoneRead(found, policy: controller.policy), at: now)
    case .zoneStored(let zone): replication.zoneStored(zone)
    case .configurationRead(let kept):
      carryOut(replication.found(kept, current: controller.policy.revision), at: now)
    case .cachedFound(let ids, let outcomes):
      carryOut(holders.reconcile(outcomes, cached: ids, at: now), at: now)
    case .holdersRead(let reading):
      let policy = controller.policy
      carryOut(
        holders.answered(
          reading, reach: { PolicyWords(of: policy)?.reach ?? CredentialReach() }, at: now),
        at: now)
    case .interrupted(let closed): noteInterrupted(closed, at: now)
    case .certificatesRead(let readings, let kept, let standing):
      carryOut(
        certificates.read(readings, standing, at: now) { () throws(PortError) in try kept.get() },
        at: now)
    case .renewal(let outcome): carryOut(certificates.done(outcome, at: now), at: now)
    case .cloudKeysRead(let kept):
      if cloud.needsKeys { carryOut(cloud.loadKeys { try kept.get() }, at: now) }
    case .hostRead(let host):
      carryOut(.publish(.telemetry(ShellReport(self).telemetry(host, at: now))), at: now)
    case .diagnosed(let order, var report):
      report.commandID = order
      for part in report.parts(bytesMax: cloud.reportBytesMax) {
        carryOut(.publish(.diagnosis(part, order: order)), at: now)
      }
    }
  }

  /// Commands that a crash cut off are reported, and never run again.
  private func noteInterrupted(_ closed: Result<[CommandResult], PortError>, at now: Moment) {
    switch closed {
    case .success(let results):
      carryOut(commands.closed(nil, at: now), at: now)
      for result in results {
        let record = EventRecord(
          .commandInterrupted, reason: "interrupted", detail: ["command": result.commandID])
        carryOut([.record(record), .session(.resultReady(result))], at: now)
      }
    case .failure(let error): carryOut(commands.closed(error, at: now), at: now)
    }
  }

  private func take(
    _ read: Result<[StoredEvent], PortError>, after number: UInt64, at now: Moment
  ) {
    switch read {
    case .success(let stored):
      let batch = EventBatch(
        controller: outside.configuration.controller.rawValue, epoch: journal.position.epoch,
        events: stored.map(cloudEvent))
      carryOut(.session(.eventsRead(after: number, batch)), at: now)
    case .failure(let error):
      outside.logger.error("events after \(number) could not be read: \(error)")
      carryOut(.session(.eventsReadFailed(after: number)), at: now)
      // What the disk has spoiled would hold up all that comes after it. While the cloud may lack
      // what comes before it, the read is tried again first.
      guard error.code == .damaged,
        number == max(journal.position.acknowledged, cloud.standing.droppedEvent)
      else { return }
      let note = outside.stamp.draft(EventRecord(.eventsDropped, reason: "logDamaged"), at: now)
      carryOut(.job(.giveUpSpoiled(after: number, note: note)), at: now)
    }
  }
}
