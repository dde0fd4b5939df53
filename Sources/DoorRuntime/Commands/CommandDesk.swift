import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// A command between its verification and its act.
package struct PendingCommand: Sendable {
  var id: String
  /// The key that signed it.
  var keyID: String
  var command: Command
  /// What its id stands for, and what of it means nothing.
  var mark: CommandMark
  /// Nil when the clock was not trusted.
  var expires: WallInstant?
}

/// How an order ended.
enum OrderEnd: Sendable {
  case outcome(OrderOutcome)
  /// It could not be carried out.
  case failed(PortError)
  /// It asked for something that does not exist (`invalid`), or it failed (any other code).
  case refused(PortError)

  /// The outcome for the cloud.
  var outcome: OrderOutcome {
    switch self {
    case .outcome(let outcome): outcome
    case .failed(let error): .failed(reason: "\(error)")
    case .refused(let error):
      error.code == .invalid ? .rejected(reason: "\(error)") : .failed(reason: "\(error)")
    }
  }

  /// The error for somebody on site; nil when it was carried out.
  func failure(of operation: String) -> PortError? {
    switch self {
    case .outcome(.confirmed): nil
    case .outcome(.rejected(let reason)), .outcome(.failed(let reason)):
      PortError(.invalid, operation: operation, detail: reason)
    case .failed(let error), .refused(let error): error
    }
  }
}

/// Commands of the cloud and orders given on site: both come through here, and each acts at most
/// once. The ledger's entry is on disk before any hardware moves; a repeated id gets the first
/// one's result.
struct CommandDesk {
  /// Who ordered something.
  enum Origin {
    /// The cloud, by a command that this key signed.
    case cloud(keyID: String)
    /// Somebody at the console or on the command line.
    case site(by: String)

    /// The cloud's key; nil on site.
    var keyID: String? {
      guard case .cloud(let keyID) = self else { return nil }
      return keyID
    }

    func name(_ orderedBy: String?) -> String {
      switch self {
      case .cloud: orderedBy ?? ModeOrder.cloud
      case .site(let by): by
      }
    }
  }

  /// The id of every order that is given on site. One at a time: it has ended, or waits for its
  /// event only, when the call returns.
  static let siteOrder = "local"

  /// How often the cloud made a door identify itself; no event records that.
  private(set) var identified = 0
  /// Commands that were begun and wait for their outcome.
  private var open: [String: CommandMark] = [:]
  /// Commands that the ledger was asked about.
  private var beginning = 0
  private var debt = LedgerDebt()
  private var siteEnd: OrderEnd?
  /// Commands whose repetition is recorded.
  private var repeated = LatestIDs()
  /// Those of which another command was told. A harmless repetition before it hides none.
  private var others = LatestIDs()
  private let simulated: Bool

  /// `simulated` marks every result as of hardware that does not exist.
  init(simulated: Bool) { self.simulated = simulated }

  // MARK: Commands of the cloud

  /// A verified command came; `nonce` names the present session.
  mutating func take(
    _ envelope: Envelope<Command>, session nonce: String?, at now: Moment
  ) -> [Wish] {
    let mark = CommandMark(envelope.body, unknown: envelope.unknownMembers)
    if let reason = debt.reason {
      return [
        .session(.resultReady(result(of: envelope.id, mark, .failed, reason: reason, at: now)))
      ]
    }
    if !envelope.timesChecked, !envelope.isBound(toSession: nonce ?? "") {
      let cause = IntakeRefusal.sessionRequired.rawValue
      let detail = "the clock is not trusted and the command is not of this session"
      return [.refuse(.commands, cause: cause, detail: detail, message: envelope.id)]
        + refuse(envelope.id, mark, .rejected, reason: "\(cause): \(detail)", at: now)
    }
    if let reason = mark.widening(of: envelope.body) {
      return refuse(envelope.id, mark, .rejected, reason: reason, at: now)
    }
    let command = PendingCommand(
      id: envelope.id, keyID: envelope.keyID, command: envelope.body, mark: mark,
      expires: envelope.timesChecked ? envelope.expires : nil)
    beginning += 1
    return [.job(.beginCommand(command, at: now.wall, expires: envelope.expires))]
  }

  /// A command will not act. The ledger remembers that, so that it stays so; one that acted before
  /// gets the result it had. `isCopy`: one with this id came before.
  mutating func refuse(
    _ id: String, _ mark: CommandMark, _ outcome: CommandResult.Outcome, reason: String,
    isCopy: Bool = false, at now: Moment
  ) -> [Wish] {
    let refused = result(of: id, mark, outcome, reason: reason, at: now)
    return (isCopy ? cameAgain(id) : [])
      + [.job(.refuseCommand(refused, content: mark.content, at: now.wall))]
  }

  private mutating func cameAgain(_ id: String) -> [Wish] {
    guard repeated.isNew(id) else { return [] }
    return [
      .log(.info, "command \(id) came again"),
      .record(EventRecord(.commandRepeated, detail: ["command": id])),
    ]
  }

  /// The ledger has answered whether the command may act.
  mutating func answered(
    _ command: PendingCommand, _ answer: Result<LedgerAnswer, PortError>, at now: Moment
  ) -> [Wish] {
    beginning = max(beginning - 1, 0)
    let mark = command.mark
    switch answer {
    case .failure(let error):
      // Without the ledger the command might act twice, so it does not act at all.
      let failed = result(
        of: command.id, mark, .failed, reason: "the command ledger failed: \(error)", at: now)
      return [
        .log(.error, "command \(command.id) was not begun: \(error)"),
        .session(.resultReady(failed)),
      ]
    case .success(.seen(let result)):
      return cameAgain(command.id) + [.commandRepeated]
        + (result.map { [.session(.resultReady($0))] } ?? [])
    case .success(.taken):
      return taken(result(of: command.id, mark, .rejected, reason: nil, at: now))
    case .success(.begun):
      open[command.id] = mark
      return [.publish(.received(result(of: command.id, mark, .received, reason: nil, at: now)))]
        + begin(command, at: now)
    }
  }

  /// Another command had this id: it does not act. The ledger has the result of the first, so this
  /// one is not kept; if it is lost, the command is sent again and gets it again.
  mutating func taken(_ refused: CommandResult) -> [Wish] {
    var refused = refused
    refused.outcome = .rejected
    refused.reason = "the id \(refused.commandID) was another command's; use a new one"
    let told: [Wish] =
      others.isNew(refused.commandID)
      ? [
        .log(.warning, "command \(refused.commandID) came with another content: it is refused"),
        .record(
          EventRecord(
            .commandRepeated, reason: "otherCommand", detail: ["command": refused.commandID])),
      ] : []
    return told + [.publish(.unkept(refused))]
  }

  private mutating func begin(_ pending: PendingCommand, at now: Moment) -> [Wish] {
    // The ledger may have taken its time, and an expired command opens nothing.
    if let expires = pending.expires, now.trust.isTrusted, now.wall >= expires {
      let mark = open.removeValue(forKey: pending.id) ?? CommandMark()
      let expired = result(
        of: pending.id, mark, .expired,
        reason: "\(EnvelopeRefusal.Cause.expired.rawValue): before it could act", at: now)
      return [.job(.persistResult(expired))]
    }
    do throws(ValidationFailure) {
      let command = try pending.command.validated()
      if case .identify = command { identified += 1 }
      return wishes(
        for: command, order: pending.id, from: .cloud(keyID: pending.keyID),
        expires: pending.expires)
    } catch {
      return [.end(order: pending.id, .outcome(.rejected(reason: "\(error)")))]
    }
  }

  // MARK: Orders given on site

  /// Begins an order of somebody on site; its end is ``siteFailure(of:)``.
  mutating func order(_ command: ValidatedCommand, by: String) -> [Wish] {
    beginSiteOrder()
    return wishes(for: command, order: Self.siteOrder, from: .site(by: by))
  }

  /// The same for an order that the caller gives to the core itself.
  mutating func beginSiteOrder() { siteEnd = nil }

  /// Why the last order given on site was not carried out; nil when it was.
  func siteFailure(of operation: String) -> PortError? { siteEnd?.failure(of: operation) }

  // MARK: From an order to wishes

  private func wishes(
    for command: ValidatedCommand, order: String, from origin: Origin, expires: WallInstant? = nil
  ) -> [Wish] {
    func core(_ kind: Order.Kind) -> [Wish] { [.core(.order(Order(id: order, kind: kind)))] }
    let confirmed = Wish.end(order: order, .outcome(.confirmed))
    switch command {
    case .identify(let door): return core(.identify(door))
    case .adminUnlock(let door, let reason, let by):
      return core(.adminUnlock(door, by: origin.name(by), reason: reason))
    case .answerBell(let door, let answer, let by):
      return core(.answerBell(door, opens: answer == .open, by: origin.name(by)))
    case .clearLockout(let reader, let by):
      return core(.clearLockout(reader, by: origin.name(by)))
    case .unlock(let door, let person, let location):
      return [
        .ask(.member(person, door: door, location, order: order, expires: expires))
      ]
    case .mode(let mode): return [.setMode(mode, order: order)]
    case .forgive(let person):
      return [.forgive(person, by: origin.name(nil)), .endPersisted(order: order)]
    case .resetArea(let area, let reason, let by):
      return [.resetArea(area, by: origin.name(by), reason: reason, order: order)]
    case .plan(let plan): return [.plan(plan, order: order)]
    case .sync:
      let command = origin.keyID.map { _ in order }
      return [
        .session(.syncRequested(id: command)),
        .digest(rescan: true, for: command.map { .order(id: $0) } ?? .site), confirmed,
      ]
    case .logs: return [.uploadLog(order: order)]
    case .diagnostics: return [.reportTelemetry, .runSelfTest(order: order)]
    case .trustKey(let id, let bytes, let rights):
      let change = KeyChange.trust(id: id, bytes: bytes, rights)
      return [.changeKey(change, by: origin.keyID, order: order)]
    case .distrustKey(let id):
      if case .cloud(id) = origin {
        let reason = "key \(id) signed this very command; use another"
        return [.end(order: order, .outcome(.rejected(reason: reason)))]
      }
      return [.changeKey(.distrust(id: id), by: origin.keyID, order: order)]
    case .revokeOfflinePIN(let door, let window, let by):
      let key = OfflinePINBook.Key(door: door, window: window)
      return [.revokeOfflinePIN(key, by: origin.name(by), order: order)]
    case .renewCertificate: return [.renewCertificate(order: order)]
    }
  }

  // MARK: How it ended

  /// An order ended. A command's result is persisted before it is published, so that a crash
  /// between the two cannot make two different ones of it.
  mutating func end(_ order: String, _ end: OrderEnd, at now: Moment) -> [Wish] {
    if order == Self.siteOrder {
      siteEnd = end
      return []
    }
    guard let mark = open.removeValue(forKey: order) else { return [] }
    let finished =
      switch end.outcome {
      case .confirmed: result(of: order, mark, .confirmed, reason: nil, at: now)
      case .rejected(let reason): result(of: order, mark, .rejected, reason: reason, at: now)
      case .failed(let reason): result(of: order, mark, .failed, reason: reason, at: now)
      }
    return [.job(.persistResult(finished))]
  }

  // MARK: What the ledger refused

  /// The ledger has a result: the cloud may hear of it.
  mutating func kept(_ result: CommandResult) -> [Wish] {
    debt.kept(result.commandID)
    return [.session(.resultReady(result))]
  }

  mutating func refused(_ result: CommandResult, _ error: PortError, at now: Moment) -> [Wish] {
    debt.refused(result, at: now.monotonic)
    return [
      .log(.error, "the result of command \(result.commandID) was not kept, tried again: \(error)")
    ]
  }

  /// The disk did not take that the broker has this command's result. One line for each try: the disk
  /// itself is the trouble.
  mutating func refusedDelivery(
    of id: String, _ error: PortError, at now: Moment
  ) -> [Wish] {
    let isFirst = debt.nextDeadline == nil
    debt.refusedDelivery(of: id, at: now.monotonic)
    return isFirst
      ? [.log(.error, "the delivery of result \(id) was not kept, tried again: \(error)")] : []
  }

  /// The commands that a crash cut off are closed, or the ledger refused that.
  mutating func closed(_ error: PortError?, at now: Moment) -> [Wish] {
    guard let error else {
      debt.closed()
      return []
    }
    debt.refusedToClose(at: now.monotonic)
    return [.log(.error, "interrupted commands were not closed, tried again: \(error)")]
  }

  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    debt.advance(
      to: now, isIdle: beginning == 0 && open.isEmpty, simulated: simulated)
  }

  var nextDeadline: MonotonicInstant? { debt.nextDeadline }

  private func result(
    of id: String, _ mark: CommandMark, _ outcome: CommandResult.Outcome, reason: String?,
    at now: Moment
  ) -> CommandResult {
    CommandResult(
      commandID: id, outcome: outcome, reason: reason, simulated: simulated,
      timeMilliseconds: now.wall.millisecondsSince1970, of: mark)
  }
}
