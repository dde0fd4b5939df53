import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Commands: each acts at most once. The ledger's entry is on disk before any hardware moves;
/// a repeated id gets the first one's result.
extension DoorShell {
  func takeCommand(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard let envelope = verify(payload, as: Command.self, kind: .commands, retained, at: now)
    else { return }
    if !envelope.timesChecked, !envelope.isBound(toSession: cloud.session.sessionNonce ?? "") {
      let refusal = "the clock is not trusted and the command is not of this session"
      refuse(.commands, cause: "sessionRequired", detail: refusal, at: now)
      return refuseCommand(envelope.id, .rejected, reason: refusal, at: now)
    }
    let command = PendingCommand(
      id: envelope.id, keyID: envelope.keyID, command: envelope.body,
      expires: envelope.timesChecked ? envelope.expires : nil)
    let ledger = ports.ledger
    let inbox = inbox
    let wall = now.wall
    let expires = envelope.expires
    writer.perform {
      let answer = Result { () throws(PortError) in
        try ledger.begin(commandID: command.id, at: wall, expires: expires)
      }
      inbox.push(.ledger(command, answer))
    }
  }

  /// Tells that a command will not act. The ledger keeps that too, so that it stays so; one that
  /// acted before gets the result it had.
  func refuseCommand(
    _ id: String, _ outcome: CommandResult.Outcome, reason: String, at now: Moment
  ) {
    let refused = result(of: id, outcome, reason: reason, at: now)
    let ledger = ports.ledger
    let inbox = inbox
    let wall = now.wall
    write("the refusal of command \(id)") { () throws(PortError) in
      switch try ledger.begin(commandID: id, at: wall, expires: wall) {
      case .begun:
        try ledger.finish(commandID: id, result: refused)
        inbox.push(.resultKept(refused))
      case .seen(let first):
        if let first { inbox.push(.resultKept(first)) }
      }
    }
  }

  func ledgerAnswered(
    _ command: PendingCommand, _ answer: Result<LedgerAnswer, PortError>, at now: Moment
  ) {
    switch answer {
    case .failure(let error):
      // Without the ledger's word the command might act twice, so it does not act at all.
      logger.error("command \(command.id) was not begun: \(error)")
      let failed = result(
        of: command.id, .failed, reason: "the command ledger failed: \(error)", at: now)
      session(.resultReady(failed), at: now)
    case .success(.seen(let result)):
      logger.info("command \(command.id) came again")
      record(drafts.draft(.commandRepeated, at: now, detail: ["command": command.id]))
      tell(anomalies.noteRepeatedCommand(at: now.monotonic), at: now)
      if let result { session(.resultReady(result), at: now) }
    case .success(.begun):
      cloud.openOrders.insert(command.id)
      publish(.results, result(of: command.id, .received, reason: nil, at: now))
      begin(command, at: now)
    }
  }

  private func begin(_ pending: PendingCommand, at now: Moment) {
    // The ledger may have taken its time, and an expired command opens nothing.
    if let expires = pending.expires, now.trust != .unknown, now.wall >= expires {
      cloud.openOrders.remove(pending.id)
      return keep(
        result(of: pending.id, .expired, reason: "it expired before it could act", at: now))
    }
    do {
      switch try pending.command.validated() {
      case .identify(let door):
        cloud.identified += 1
        order(pending.id, .identify(door), at: now)
      case .sync:
        session(.syncRequested, at: now)
        computeDigest(rescan: true, asked: true)
        finish(order: pending.id, .confirmed, at: now)
      case .mode(let door, let change, let by, let reason, let seconds):
        do throws(PortError) {
          try order(
            ModeOrder(
              door: door, change: change, by: by ?? "cloud", reason: reason,
              seconds: seconds))
          finish(order: pending.id, .confirmed, at: now)
        } catch {
          let reason = "\(error)"
          finish(
            order: pending.id,
            error.code == .invalid ? .rejected(reason: reason) : .failed(reason: reason), at: now)
        }
      case .clearLockout(let reader, let by):
        order(pending.id, .clearLockout(reader, by: by ?? "cloud"), at: now)
      case .forgive(let person):
        forgive(person, by: "cloud")
        finish(order: pending.id, .confirmed, at: now)
      case .logs:
        finish(order: pending.id, tellLog(for: pending.id), at: now)
      case .trustKey(let id, let bytes):
        finish(order: pending.id, change(key: id, to: bytes, at: now), at: now)
      case .distrustKey(let id):
        let outcome: OrderOutcome =
          id == pending.keyID
          ? .rejected(reason: "key \(id) signed this very command; use another")
          : change(key: id, to: nil, at: now)
        finish(order: pending.id, outcome, at: now)
      case .revokeOfflinePIN(let door, let window, let by):
        try revokeOfflinePIN(window, at: door, by: by ?? "cloud")
        finish(order: pending.id, .confirmed, at: now)
      case .diagnostics:
        beginTelemetry(at: now)
        diagnose(for: pending.id, at: now)
      case .adminUnlock(let door, let reason, let by):
        order(pending.id, .adminUnlock(door, by: by ?? "cloud", reason: reason), at: now)
      case .unlock(let door, let person, let location):
        let holders = try mobileHolders(of: person)
        order(pending.id, .memberUnlock(door, holders: holders, location: location), at: now)
      }
    } catch let failure as ValidationFailure {
      finish(order: pending.id, .rejected(reason: "\(failure)"), at: now)
    } catch {
      finish(order: pending.id, .failed(reason: "\(error)"), at: now)
    }
  }

  /// The person's mobile keys; a member without any comes by the app alone.
  private func mobileHolders(of id: PersonID) throws(PortError) -> [CredentialHolder] {
    guard let person = try ports.policy.person(id) else { return [] }
    let keys = try ports.policy.credentials(of: id).filter { $0.kind == .mobile }
    let holders = withIssuedMobile(
      try keys.map { (key) throws(PortError) in
        try withMemory(CredentialHolder(credential: key, person: person))
      }, of: id)
    return holders.isEmpty ? [CredentialHolder(credential: nil, person: person)] : holders
  }

  private func order(_ id: String, _ kind: Order.Kind, at now: Moment) {
    perform(controller.handle(.order(Order(id: id, kind: kind)), at: now), at: now)
  }

  /// Notes and tells the outcome of a command. Orders of the local console end here unheard.
  func finish(order id: String, _ outcome: OrderOutcome, at now: Moment) {
    guard cloud.openOrders.remove(id) != nil else { return }
    let finished =
      switch outcome {
      case .confirmed: result(of: id, .confirmed, reason: nil, at: now)
      case .rejected(let reason): result(of: id, .rejected, reason: reason, at: now)
      case .failed(let reason): result(of: id, .failed, reason: reason, at: now)
      }
    keep(finished)
  }

  /// The cloud hears of a result once the ledger has it, so that a crash between the two cannot
  /// make it two different ones.
  private func keep(_ result: CommandResult) {
    let ledger = ports.ledger
    let inbox = inbox
    write("the result of command \(result.commandID)") { () throws(PortError) in
      try ledger.finish(commandID: result.commandID, result: result)
      inbox.push(.resultKept(result))
    }
  }

  private func result(
    of id: String, _ outcome: CommandResult.Outcome, reason: String?, at now: Moment
  ) -> CommandResult {
    CommandResult(
      commandID: id, outcome: outcome, reason: reason, simulated: ports.gpio.isSimulated,
      timeMilliseconds: now.wall.millisecondsSince1970)
  }

  /// Commands that a crash cut off are closed, told, and never run again.
  func closeInterruptedCommands(at now: Moment) {
    do throws(PortError) {
      for result in try ports.ledger.interruptOpen(
        at: now.wall, simulated: ports.gpio.isSimulated)
      {
        record(
          drafts.draft(
            .commandInterrupted, at: now, reason: "interrupted",
            detail: ["command": result.commandID]))
      }
    } catch {
      logger.error("interrupted commands were not closed: \(error)")
    }
  }
}
