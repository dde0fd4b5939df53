import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Feeds the sync session and does what it says. Reads of the log happen on a thread of their
/// own and come back through the inbox.
extension DoorShell {
  func session(_ input: SyncSession.Input, at now: Moment) {
    carryOut(cloud.session.handle(input, at: now.monotonic), at: now)
  }

  func advanceSession(to now: Moment) {
    carryOut(cloud.session.advance(to: now.monotonic), at: now)
  }

  func standing(at now: Moment) -> SyncSession.Standing {
    SyncSession.Standing(
      configRevision: controller.policy.revision, credentialRevision: credentialPosition.revision,
      logEpoch: logPosition.epoch, lastEvent: logPosition.last,
      acknowledgedEvent: logPosition.acknowledged, clockTrust: now.trust,
      credentialDigest: cloud.session.standing.credentialDigest,
      droppedEvent: max(logPosition.dropped, cloud.session.standing.droppedEvent))
  }

  private func carryOut(_ outputs: [SyncSession.Output], at now: Moment) {
    for output in outputs { carryOut(output, at: now) }
  }

  private func carryOut(_ output: SyncSession.Output, at now: Moment) {
    switch output {
    case .publishHello(let hello): publish(.hello, hello)
    case .publishEvents(let batch): publish(.events, batch)
    case .publishApplied(let report): publish(.applied, report)
    case .publishResult(let result):
      if let token = publish(.results, result) { cloud.resultsInFlight[token] = result.commandID }
    case .readEvents(let after, let limit):
      readEvents(after: after, limit: limit)
    case .readUrgent(let after, let limit):
      let log = ports.events
      let logger = logger
      let inbox = inbox
      lanes.perform(.outbox) {
        do throws(PortError) {
          inbox.push(.urgentRead(try log.urgentEvents(after: after, limit: limit)))
        } catch {
          // They come all the same, in their place.
          logger.warning("urgent events could not be read: \(error)")
        }
      }
    case .publishUrgent(let event): publish(.urgent, event)
    case .publishPull(let pull): publish(.pull, pull)
    case .beginEpoch:
      logger.error("the cloud has other events under this log's numbers: a new epoch begins")
      let log = ports.events
      let inbox = inbox
      writer.perform {
        inbox.push(.epochBegun(Result { () throws(PortError) in try log.beginEpoch() }))
      }
    case .rewind(let through):
      logger.error("the cloud lost the events after \(through): they are sent again")
      let log = ports.events
      let inbox = inbox
      writer.perform {
        inbox.push(
          .epochBegun(Result { () throws(PortError) in try log.rewind(through: through) }))
      }
    case .readResults(let limit):
      let ledger = ports.ledger
      read { () throws(PortError) in
        try ledger.unconfirmedResults(limit: limit)
      } then: {
        .resultsRead($0)
      }
    case .markAcknowledged(let through):
      logPosition.acknowledged = max(logPosition.acknowledged, through)
      let log = ports.events
      write("the acknowledgement of event \(through)") { () throws(PortError) in
        try log.acknowledge(through: through)
      }
    case .confirmResult(let id):
      let ledger = ports.ledger
      write("the delivery of result \(id)") { () throws(PortError) in
        try ledger.confirmResults([id])
      }
    case .reportLogGap(let after, let found):
      logger.error("the event log has a hole: after \(after) comes \(found)")
      record(
        drafts.draft(
          .logGap, at: now, detail: ["after": String(after), "found": String(found)]))
    }
  }

  /// A log that had to let events go says so before it is taken for damaged.
  private func readEvents(after: UInt64, limit: Int) {
    let log = ports.events
    let inbox = inbox
    lanes.perform(.outbox) {
      let answer = Result { () throws(PortError) in
        try log.events(after: after, limit: limit)
      }
      if case .success(let events) = answer, let first = events.first?.number,
        first > after, first - after > 1, let dropped = try? log.position().dropped,
        dropped > after
      {
        inbox.push(.eventsDropped(through: dropped))
      } else {
        inbox.push(.eventsRead(after: after, answer))
      }
    }
  }

  func epochBegun(_ answer: Result<LogPosition, PortError>, at now: Moment) {
    switch answer {
    case .success(let position):
      let isNew = position.epoch != logPosition.epoch
      logPosition = position
      session(
        .epochBegun(
          epoch: position.epoch, last: position.last, acknowledged: position.acknowledged), at: now)
      if position.dropped > position.acknowledged {
        session(.eventsDropped(through: position.dropped), at: now)
      }
      record(
        drafts.draft(
          isNew ? .logEpochBegun : .logRewound, at: now,
          detail: ["epoch": position.epoch, "acknowledged": String(position.acknowledged)]))
    case .failure(let error):
      // The next connect finds the same, and tries again.
      logger.error("no new epoch could be begun: \(error)")
    }
  }

  func tellUrgent(_ events: [StoredEvent], at now: Moment) {
    let name = configuration.controller.rawValue
    session(
      .urgent(
        events.map {
          CloudEvent(controller: name, number: $0.number, draft: $0.draft, chain: $0.chain)
        }), at: now)
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable () throws(PortError) -> Value,
    then message: @escaping @Sendable (Result<Value, PortError>) -> RuntimeMessage
  ) {
    let inbox = inbox
    lanes.perform(.outbox) { inbox.push(message(Result(catching: body))) }
  }

  /// Commits on the writer's thread; a failure costs a repetition later, not a loss.
  func write(_ what: String, _ body: @escaping @Sendable () throws(PortError) -> Void) {
    let logger = logger
    writer.perform {
      do throws(PortError) { try body() } catch { logger.error("\(what) was not kept: \(error)") }
    }
  }

  func eventsRead(after: UInt64, _ answer: Result<[StoredEvent], PortError>, at now: Moment) {
    switch answer {
    case .success(let stored):
      let name = configuration.controller.rawValue
      let events = stored.map {
        CloudEvent(controller: name, number: $0.number, draft: $0.draft, chain: $0.chain)
      }
      let batch = EventBatch(controller: name, epoch: logPosition.epoch, events: events)
      session(.eventsRead(after: after, batch), at: now)
    case .failure(let error):
      logger.error("events after \(after) could not be read: \(error)")
      session(.eventsReadFailed(after: after), at: now)
      if error.code == .damaged { giveUpSpoiled(after: after, at: now) }
    }
  }

  /// What the disk has spoiled would hold up all that comes after it. While the cloud may lack what
  /// comes before it, the read is tried again first.
  private func giveUpSpoiled(after number: UInt64, at now: Moment) {
    guard number == max(logPosition.acknowledged, cloud.session.standing.droppedEvent) else {
      return
    }
    let log = ports.events
    let inbox = inbox
    let note = drafts.draft(.eventsDropped, at: now, reason: "logDamaged")
    write("that events after \(number) are spoiled") { () throws(PortError) in
      guard let spoiled = try log.giveUpSpoiled(after: number, note: note) else { return }
      inbox.push(.committed(CommitReport(throughTicket: 0, stored: [spoiled.note])))
      inbox.push(.eventsDropped(through: spoiled.through))
    }
  }

  func resultsRead(_ answer: Result<[CommandResult], PortError>, at now: Moment) {
    switch answer {
    case .success(let results): session(.resultsRead(results), at: now)
    case .failure(let error):
      logger.error("results of commands could not be read: \(error)")
      session(.resultsReadFailed, at: now)
    }
  }

  func resultDelivered(token: Int, at now: Moment) {
    guard let id = cloud.resultsInFlight.removeValue(forKey: token) else { return }
    session(.resultDelivered(commandID: id), at: now)
  }
}
