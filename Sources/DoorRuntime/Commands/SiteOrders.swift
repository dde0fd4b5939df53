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

  /// Lets a keypad listen again. Throws `invalid` for an unknown reader.
  package func clearLockout(of reader: ReaderID?, by: String) throws(PortError) {
    try order(.clearLockout(reader: reader, orderedBy: by), by: by, "clear the lockout")
  }

  /// Anti-passback: a person, or everybody for nil, counts as outside everywhere. Recorded.
  package func forgive(_ person: PersonID?, by: String) {
    shell.carryOut(shell.commands.order(.forgive(person: person), by: by), at: shell.moment())
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

  /// Opens for a mobile key that a phone gave to something on site. Throws `invalid` with the reason
  /// of a denial.
  package func present(mobile token: Secret<String>, at door: DoorID) throws(PortError) {
    let now = shell.moment()
    let found = shell.holders.mobile(
      token: token, in: shell.outside.stores, hasAreas: shell.hasAreas)
    shell.commands.beginSiteOrder()
    shell.carryOut(found.wishes, at: now)
    let kind = Order.Kind.memberUnlock(door, holders: found.holders, location: nil)
    shell.carryOut(.core(.order(Order(id: CommandDesk.siteOrder, kind: kind))), at: now)
    shell.outside.inbox.push(.tick)
    if let failure = shell.commands.siteFailure(of: "open \(door)") { throw failure }
  }

  /// Takes a key that somebody brings; `done` is called once it is on disk and in force, or with the
  /// limit that it broke, which is recorded too.
  package func handOver(
    _ file: [UInt8], done: @escaping @Sendable (Result<IssuedBook.Change, HandOverRefusal>) -> Void
  ) {
    let now = shell.moment()
    let step = shell.holders.handOver(
      file, in: shell.outside.stores, scopes: shell.controller.policy.scopes.mapValues(\.doors),
      at: now)
    switch step {
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

  /// The decision as it would be made, with its steps and the facility's time it was made for.
  /// Nothing moves and nothing is recorded. Throws when the cache cannot be read, and `invalid`
  /// for a local time that the clock jumps over.
  package func explain(_ question: AccessQuestion) throws(PortError) -> (Verdict, at: String) {
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
    let request = AccessRequest(
      door: question.door, presentation: question.presentation,
      holders: try shell.holders.holders(
        of: question.subject, shown: question.presentation, in: shell.outside.stores,
        hasAreas: shell.hasAreas), at: now.wall,
      clockTrust: now.trust, cacheAgeSeconds: now.cacheAgeSeconds,
      mode: shell.controller.view(of: question.door)?.mode?.mode ?? .normal)
    let verdict = decide(request, under: policy, explaining: true)
    return (verdict, policy.text(of: now.wall))
  }
}
