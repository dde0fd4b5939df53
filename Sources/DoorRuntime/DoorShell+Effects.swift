import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Carrying out what the core wants. The relay is driven here and nowhere else.
extension DoorShell {
  func perform(_ effects: [ControllerEffect], at now: Moment) {
    for effect in effects { perform(effect, at: now) }
  }

  private func perform(_ effect: ControllerEffect, at now: Moment) {
    switch effect {
    case .record(let occurrence):
      keepUse(occurrence)
      noteOfflinePIN(occurrence, at: now)
      noteIssuedUse(occurrence)
      count(occurrence)
      record(drafts.draft(occurrence, at: now))
      tell(anomalies.note(occurrence, at: now.monotonic), at: now)
    case .setLock(let door, let level, let urgency, let order):
      switch urgency {
      case .atOnce:
        // A release that waits for its event is not overtaken by the next look at the lock.
        let isWaited = waitingLocks.contains { $0.door == door && $0.level == level }
        if !isWaited { drive(door: door, to: level, order: order) }
      case .afterRecords: driveAfterRecords(door: door, to: level, order: order, at: now)
      }
    case .drive(let line, let active):
      drive(line, active: active)
    case .lookUp(let question):
      let began = ports.monotonic.now()
      defer {
        metrics.decisions.note(microseconds: ports.monotonic.now().microseconds(since: began))
      }
      let digests = question.canonicals.flatMap { ports.digester.digests(ofCanonical: $0) }
      let found = withOfflinePINs(
        withIssued(holdersOf(digests), ofAny: digests), for: question, at: now)
      let evidence = found?.isEmpty == true ? digests.first.map { Data($0.bytes).base64URL } : nil
      let answer = LookUpAnswer(ticket: question.ticket, holders: found, digest: evidence)
      perform(controller.handle(.lookedUp(answer), at: now), at: now)
    case .sample(let door):
      sample([.contact(door), .requestToExit(door)], at: now)
    case .sampleSite:
      let data = configuration.layout.readers.flatMap { [InputLine.data0($0.id), .data1($0.id)] }
      sample([.fire, .tamper] + data, at: now)
    case .remember(let memory):
      keep(memory, at: now)
    case .answer(let order, let outcome):
      finish(order: order, outcome, at: now)
    }
  }

  private func count(_ occurrence: Occurrence) {
    guard case .access(let record) = occurrence else { return }
    switch record.verdict.decision {
    case .grant: metrics.granted += 1
    case .deny(let reason): metrics.denied[reason.rawValue, default: 0] += 1
    }
  }

  /// What the cache says; nil when it cannot be read.
  func holdersOf(_ digests: [CredentialDigest]) -> [CredentialHolder]? {
    do throws(PortError) {
      return try ports.policy.holders(ofAny: digests).map(withMemory)
    } catch {
      logger.error("credential look-up failed: \(error)")
      return nil
    }
  }

  /// The use is written before the event, and the relay waits for the event: no use is forgotten
  /// by a power cut.
  private func keepUse(_ occurrence: Occurrence) {
    guard case .access(let record) = occurrence, let use = record.verdict.use,
      let credential = record.verdict.credential
    else { return }
    uses.note(use, of: credential)
    let state = ports.state
    write("the use of credential \(credential)") { () throws(PortError) in
      try state.setValue(
        CredentialUses.bytes(of: use), forKey: CredentialUses.key(of: credential))
    }
  }

  // MARK: Events

  func tell(_ anomalies: [Anomaly], at now: Moment) {
    for anomaly in anomalies { record(drafts.draft(anomaly, at: now)) }
  }

  func record(_ draft: EventDraft) {
    lastTicket += 1
    onRecord?(draft)
    tap.note(
      type: draft.type, door: draft.door, reader: draft.reader, reason: draft.reason,
      person: draft.person, at: ports.monotonic.now())
    writer.submit(draft, ticket: lastTicket)
  }

  func committed(_ report: CommitReport, at now: Moment) {
    noteLog(report.error, at: now)
    if report.error == nil {
      metrics.commits.note(microseconds: report.tookMicroseconds)
      if let last = report.stored.last { logPosition.last = last.number }
      for event in report.stored {
        for watcher in watchers.values { watcher.yield(event) }
      }
      let overtaking = report.stored.filter(\.draft.isUrgent)
      if cloud.connected, !overtaking.isEmpty { tellUrgent(overtaking, at: now) }
      session(.eventsCommitted(last: logPosition.last), at: now)
    }
    committedTicket = max(committedTicket, report.throughTicket)
    let ready = waitingLocks.filter { $0.ticket <= committedTicket }
    waitingLocks.removeAll { $0.ticket <= committedTicket }
    for lock in ready { driveIfStillRequired(lock) }
  }

  // MARK: Locks

  private func driveAfterRecords(door: DoorID, to level: LockLevel, order: String?, at now: Moment)
  {
    // A log that is known to be broken must not keep anybody waiting.
    guard committedTicket < lastTicket, logError == nil else {
      return drive(door: door, to: level, order: order)
    }
    waitingLocks.append(
      WaitingLock(
        door: door, level: level, order: order, ticket: lastTicket,
        deadline: now.monotonic.advanced(
          byMilliseconds: configuration.commitDeadlineMilliseconds)))
  }

  func releaseOverdueLocks(at now: Moment) {
    let overdue = waitingLocks.filter { $0.deadline <= now.monotonic }
    guard !overdue.isEmpty else { return }
    waitingLocks.removeAll { $0.deadline <= now.monotonic }
    for lock in overdue {
      driveIfStillRequired(lock)
      record(
        drafts.draft(
          .logCommitLate, at: now, door: lock.door,
          detail: ["deadlineMilliseconds": String(configuration.commitDeadlineMilliseconds)]))
    }
  }

  private func driveIfStillRequired(_ lock: WaitingLock) {
    guard controller.requiredLock(of: lock.door) == lock.level else {
      if let order = lock.order {
        finish(order: order, .failed(reason: "the door was locked again first"), at: moment())
      }
      return
    }
    drive(door: lock.door, to: lock.level, order: lock.order)
  }

  func drive(door: DoorID, to level: LockLevel, order: String?) {
    // A fail-safe lock is held closed by power.
    let active = (level == .released) != configuration.failSafeDoors.contains(door)
    let error = drive(.relay(door), active: active)
    doorChanged()
    guard let order else { return }
    if let error {
      finish(order: order, .failed(reason: "\(error)"), at: moment())
    } else if level == .released {
      finish(order: order, .confirmed, at: moment())
    }
  }

  @discardableResult
  private func drive(_ line: OutputLine, active: Bool) -> PortError? {
    do throws(PortError) {
      try ports.gpio.drive(line, active: active)
      if !driveErrors.isEmpty { driveErrors[line] = nil }
      tap.note(line, isActive: active, at: ports.monotonic.now())
      return nil
    } catch {
      // Said once per line and cause: the level is driven again every second.
      if driveErrors[line] != error { logger.error("\(error)") }
      driveErrors[line] = error
      return error
    }
  }

  /// A line that is not wired, or cannot be read now, says nothing.
  private func sample(_ lines: [InputLine], at now: Moment) {
    for line in lines {
      guard let isActive = try? ports.gpio.isActive(line) else { continue }
      perform(controller.handle(.sampled(line, isActive: isActive), at: now), at: now)
    }
  }
}
