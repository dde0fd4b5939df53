package import CloudProtocol
import DoorCore
package import DoorPorts
package import DoorRules
import Logging

/// A hand-over that waits for the disk.
package struct PendingHandOver: Sendable {
  var change: IssuedBook.Change
  var done: @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void
}

/// What somebody on site orders: at the console, on the command line, or with a phone at the door.
/// It goes the way of the cloud's commands, except that its end is the caller's, not the ledger's.
package struct SiteOrders {
  let shell: DoorShell

  /// Carries an order out. Throws why it was not; `operation` names it in the error.
  private func order(
    _ command: ValidatedCommand, by: String = "", _ operation: String
  ) throws(PortError) {
    shell.carryOut(shell.commands.order(command, by: by), at: shell.moment())
    if let failure = shell.commands.siteFailure(of: operation) { throw failure }
  }

  /// The same for what moves an output: the next deadline may be sooner now.
  private func move(
    _ command: ValidatedCommand, by: String = "", _ operation: String
  ) throws(PortError) {
    defer { shell.outside.inbox.push(.tick) }
    try order(command, by: by, operation)
  }

  /// Lamp and beeper of one door, or of all: which one is it? Moves nothing, records nothing.
  /// Throws ``PortError`` when there is no such door or nothing to signal with.
  package func identify(_ door: DoorID?) throws(PortError) {
    try move(.identify(door: door), "identify")
  }

  /// Sets or ends a mode; persisted and recorded. Throws `invalid` for an unknown door,
  /// and why the relay did not follow.
  package func set(_ mode: ModeOrder) throws(PortError) {
    try order(.mode(mode), by: mode.by, "set the mode")
  }

  /// An operator's unlock, to see whether the lock moves. Throws `invalid` for an unknown door, and
  /// why the relay did not follow.
  package func tryLock(of door: DoorID, by: String, reason: String) throws(PortError) {
    let operation = "try the lock of \(door)"
    guard shell.controller.view(of: door) != nil else {
      throw PortError(.invalid, operation: operation, detail: "this controller has no such door")
    }
    try move(.adminUnlock(door: door, reason: reason, orderedBy: by), by: by, operation)
    if let error = shell.locks.relayError(of: door) { throw error }
  }

  /// Answers whoever rings at a door; recorded. Throws `invalid` where nobody waits, and for a door in
  /// lockdown that is to open.
  package func answerBell(of door: DoorID, _ answer: BellAnswer, by: String) throws(PortError) {
    try move(
      .answerBell(door: door, answer, orderedBy: by), by: by, "answer the bell of \(door)")
  }

  /// Records what a technician saw when a door was handed over. Moves nothing. Throws `invalid` for an
  /// unknown door.
  package func fileCommissioning(
    of door: DoorID, by: String, outcome: String,
    steps: [(CommissioningStep, CommissioningResult, note: String)]
  ) throws(PortError) {
    guard shell.controller.view(of: door) != nil else {
      throw PortError(
        .invalid, operation: "file the hand-over of \(door)",
        detail: "this controller has no such door")
    }
    var detail = ["outcome": outcome]
    for (step, result, note) in steps {
      detail[step.rawValue] = note.isEmpty ? result.rawValue : "\(result.rawValue): \(note)"
    }
    shell.carryOut(
      .record(EventRecord(.doorCommissioned, door: door, person: by, detail: detail)),
      at: shell.moment())
  }

  /// Lets a keypad listen again. Throws `invalid` for an unknown reader.
  package func clearLockout(of reader: ReaderID?, by: String) throws(PortError) {
    try order(.clearLockout(reader: reader, orderedBy: by), by: by, "clear the lockout")
  }

  /// A person pairs a reader on a line of its own, for a limited time. Recorded before anything is said
  /// to the reader. The answer is `invalid` for a reader that is on none; it comes from another thread,
  /// since the reader's new key goes to disk first.
  package func pair(
    _ reader: ReaderID, seconds: Int, by: String,
    answer: @escaping @Sendable (Result<Void, PortError>) -> Void
  ) {
    let layout = shell.outside.configuration.layout.readers.first { $0.id == reader }
    guard let layout, let readers = shell.outside.ports.readers,
      readers.readers.contains(where: { $0.id == reader })
    else {
      return answer(
        .failure(
          PortError(
            .invalid, operation: "pair the reader \(reader)",
            detail: "no reader of that name is on an OSDP line; see `reader.NAME.osdp.line`")))
    }
    record(EventRecord(.readerPairing, door: layout.door, reader: reader, person: by))
    shell.outside.lanes.perform(.machine) {
      answer(
        Result { () throws(PortError) in try readers.pair(reader, seconds: seconds) })
    }
  }

  /// Anti-passback: a person, or everybody for nil, counts as outside everywhere. Recorded.
  package func forgive(_ person: PersonID?, by: String) {
    shell.carryOut(shell.commands.order(.forgive(person: person), by: by), at: shell.moment())
  }

  /// Nobody counts as inside of an area any more. Persisted and recorded. Throws `invalid` for an area
  /// that does not count.
  package func reset(_ area: AreaID, by: String, reason: String) throws(PortError) {
    try order(
      .resetArea(area, reason: reason, orderedBy: by), by: by, "reset the count of \(area)")
  }

  /// Starts a plan, practises it or ends it; persisted and recorded. Throws `invalid` for a plan that is
  /// not configured, not in force, or not the console's to start or end.
  package func carryOut(_ plan: PlanOrder) throws(PortError) {
    try order(.plan(plan), by: plan.by, "\(plan.change.rawValue) the plan \(plan.plan)")
  }

  /// The system's clock is right, somebody says who has compared it. Recorded. Throws `invalid` for a
  /// time that cannot be.
  package func trustClock(by: String, reason: String) throws(PortError) {
    let wishes = try shell.clock.trust(by: by, reason: reason)
    shell.carryOut(wishes, at: shell.moment())
    shell.outside.inbox.push(.tick)
  }

  /// Revokes an offline PIN at its door; persisted and recorded. Throws `invalid` for a
  /// door that is not here, and when offline PINs are not served.
  package func revokeOfflinePIN(
    _ window: OfflinePINWindow, at door: DoorID, by: String
  ) throws(PortError) {
    try order(
      .revokeOfflinePIN(door: door, window, orderedBy: by), by: by, "withdraw an offline PIN")
  }

  /// Sends hello to the cloud again and compares every record. Throws `unavailable` while there is
  /// no session.
  package func sync() throws(PortError) {
    guard shell.cloud.link.isConnected else {
      throw PortError(
        .unavailable, operation: "sync",
        detail: "there is no session with the cloud; `postern diagnose` says why")
    }
    try order(.sync, "sync")
  }

  /// Opens for a mobile key that a phone gave to something on site. `done` gets `invalid` with the
  /// reason of a denial.
  package func present(
    mobile token: Secret<String>, at door: DoorID,
    done: @escaping @Sendable (Result<Void, PortError>) -> Void
  ) {
    shell.ask(.phone(token, door: door, done: done), at: shell.moment())
    shell.outside.inbox.push(.tick)
  }

  /// Takes a key that somebody brings; `done` is called once it is on disk and in force, or with the
  /// limit that it broke, which is recorded too.
  package func handOver(
    _ file: [UInt8], done: @escaping @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void
  ) {
    shell.ask(.handOver(file, done: done), at: shell.moment())
    shell.outside.inbox.push(.tick)
  }

  /// The decision as it would be made, with its steps and the facility's time it was made for.
  /// Nothing moves and nothing is recorded. `done` gets an error when the cache cannot be read, and
  /// `invalid` for a local time that the clock jumps over.
  package func explain(
    _ question: AccessQuestion,
    done: @escaping @Sendable (Result<(Verdict, at: String), PortError>) -> Void
  ) {
    shell.ask(.explanation(question, done: done), at: shell.moment())
    shell.outside.inbox.push(.tick)
  }

  /// The stores have answered.
  func take(_ answer: SiteAnswer, at now: Moment) {
    switch answer {
    case .phone(let holders, let door, let done):
      shell.commands.beginSiteOrder()
      let kind = Order.Kind.memberUnlock(door, holders: holders, location: nil)
      shell.carryOut(.core(.order(Order(id: CommandDesk.siteOrder, kind: kind))), at: now)
      done(shell.commands.siteFailure(of: "open \(door)").map { .failure($0) } ?? .success(()))
    case .explanation(let question, let holders, let done):
      done(Result { () throws(PortError) in try decision(on: question, holders) })
    case .handOver(let reading, let done): take(reading, done, at: now)
    }
  }

  private func take(
    _ reading: HandOverReading, _ done: @escaping @Sendable (HolderQuestion.HandedOver) -> Void,
    at now: Moment
  ) {
    let reach = PolicyWords(of: shell.controller.policy)?.reach ?? CredentialReach()
    switch shell.holders.handOver(reading, reach: reach, at: now) {
    case .answered(let answer):
      shell.carryOut(answer.wishes, at: now)
      done(answer.result)
    case .persists(let change):
      shell.carryOut(.job(.persistIssued(PendingHandOver(change: change, done: done))), at: now)
    }
  }

  /// The disk has answered a hand-over.
  func end(_ pending: PendingHandOver, _ kept: Result<Void, PortError>, at now: Moment) {
    let answer = shell.holders.handedOver(pending.change, kept)
    shell.carryOut(answer.wishes, at: now)
    pending.done(answer.result)
    if case .success = answer.result { shell.publishIssued(at: now) }
  }

  /// Card numbers and keys are shown at the console for a while.
  package func noteDisclosure(by: String, seconds: Int) {
    record(EventRecord(.adminNumbersShown, detail: ["by": by, "seconds": String(seconds)]))
  }

  /// Somebody signed in at the web page, or is no longer, for this reason.
  package func noteSession(ended reason: String?) {
    record(EventRecord(reason == nil ? .adminSessionBegan : .adminSessionEnded, reason: reason))
  }

  /// Somebody asked at the console about a card; nil for one that nobody has.
  package func noteCardQuestion(about person: PersonID?, at door: DoorID, by: String) {
    record(
      EventRecord(
        .adminCardExplained, door: door, person: person?.rawValue, detail: ["by": by]))
  }

  private func record(_ event: EventRecord) {
    shell.carryOut(.record(event), at: shell.moment())
  }

  private func decision(
    on question: AccessQuestion, _ holders: [CredentialHolder]
  ) throws(PortError) -> (Verdict, at: String) {
    let policy = shell.controller.policy
    var now = shell.moment()
    switch question.time {
    case .now: break
    case .instant(let instant): now.wall = instant
    case .local(let date, let minute):
      guard let zone = policy.zone else {
        throw PortError(
          .unavailable, operation: "explain",
          detail: "the rules of the facility's time zone are not known here")
      }
      guard let instant = zone.instant(of: date, minuteOfDay: minute) else {
        throw PortError(
          .invalid, operation: "explain",
          detail: "the facility's clock jumps over that time on \(date)")
      }
      now.wall = instant
    }
    let readers = shell.outside.configuration.layout.readers(of: question.door)
    if let reader = question.reader, !readers.contains(reader) {
      throw PortError(
        .invalid, operation: "explain",
        detail: "the door \(question.door) has no reader \(reader)")
    }
    let request = AccessRequest(
      door: question.door, presentation: question.presentation,
      holders: holders, at: now.wall,
      clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
      mode: shell.controller.view(of: question.door)?.mode?.mode ?? .normal,
      reader: question.reader, doorReaders: readers, areaCounts: shell.controller.areaCounts,
      plans: shell.controller.plansInForce)
    let verdict = decide(request, under: policy, explaining: true)
    return (verdict, policy.text(of: now.wall))
  }
}
