import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Logging
import Synchronization

/// Messages to the controllers.
extension CloudServer {
  /// The lifetime of configurations, credentials and acknowledgements.
  static let dataLifetimeSeconds = 86_400

  /// Sends the controllers that have changed since the last check what they lack, and those that it
  /// could not be sent to. The others are not looked at, however many there are.
  func pushChanges(_ state: inout State) {
    var due = state.unpushed
    do {
      let (changed, stamp) = try store.revisions.changed(after: state.pushed)
      due.formUnion(changed.compactMap { ControllerID($0) })
      state.pushed = stamp
    } catch {
      return logger.error("cannot read what has changed: \(error)")
    }
    state.unpushed = []
    for controller in due.sorted() where state.sessions[controller] != nil {
      push(to: controller, &state)
    }
  }

  /// Sends one controller what it lacks. After a failure the next check tries again.
  func push(to controller: ControllerID, _ state: inout State) {
    do {
      if try store.restored.isWaiting(controller) { return }
      try pushConfiguration(to: controller, &state)
      try pushCredentials(to: controller, &state)
    } catch {
      state.unpushed.insert(controller)
      logger.error("cannot send \(controller) its changes: \(error)")
    }
  }

  /// Sends the queued commands.
  func pushCommands(_ state: inout State) {
    do { try sendCommands(&state) } catch { logger.error("cannot send commands: \(error)") }
  }

  private func pushConfiguration(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller],
      let message = try store.configurations.message(
        for: controller.rawValue, above: session.configRevision)
    else { return }
    let bytesMax = session.messageBytesMax(through: sent.withLock { $0.bytesMax })
    do {
      state.sessions[controller]?.sentConfig = try send(
        message, .config, to: controller, bytesMax: bytesMax, isDeflated: session.takesDeflated)
      state.sessions[controller]?.configWait.begin(
        at: CloudClock.ticks(), first: answerMilliseconds)
    } catch let problem as TooLarge {
      // A configuration cannot be cut, and the next hello may come over another broker.
      logger.error("\(controller): configuration \(message.revision) does not reach it: \(problem)")
    }
    state.sessions[controller]?.configBase = session.configRevision
    state.sessions[controller]?.configRevision = message.revision
  }

  private func pushCredentials(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller], !session.credentialWait.isWaiting else {
      return
    }
    let line = try store.revisions.line(of: controller)
    guard session.needsSnapshot || session.credentialRevision != line.last,
      try store.controllers.refusedCredentials(of: controller.rawValue) != line.last
    else { return }
    state.sessions[controller]?.sentRevision = line.last
    if try needsSnapshot(session, line, controller) { return try offer(to: controller, &state) }
    // What is asked about stays as it is until the answer, but no revocation waits for that.
    if session.comparison.isAsking,
      try !store.deltas.hasRevocation(
        for: controller.rawValue, since: session.credentialRevision)
    {
      return
    }
    guard let (delta, digest) = try change(for: controller, session) else { return }
    state.sessions[controller]?.comparison.sent(delta.revision, digest: digest)
    state.sessions[controller]?.sentCredentials = try send(
      delta, .credentials, to: controller, isDeflated: session.takesDeflated)
    state.sessions[controller]?.sentEverything = delta.baseRevision == nil
    waitForCredentials(of: controller, &state)
  }

  /// What a controller lacks; with the digest that it should then have if a comparison is late.
  private func change(
    for controller: ControllerID, _ session: ControllerSession
  ) throws -> (delta: CredentialDelta, digest: RecordSetDigest?)? {
    let (name, revision) = (controller.rawValue, session.credentialRevision)
    let bytesMax = recordBytesMax(session)
    if session.comparison.isLate(at: CloudClock.ticks()) {
      return try store.deltas.deltaWithDigest(for: name, since: revision, bytesMax: bytesMax)
    }
    return try store.deltas.delta(for: name, since: revision, bytesMax: bytesMax).map { ($0, nil) }
  }

  /// The most bytes of records in one message that reaches this controller.
  private func recordBytesMax(_ session: ControllerSession) -> Int {
    session.recordBytesMax(through: sent.withLock { $0.bytesMax })
  }

  private func waitForCredentials(of controller: ControllerID, _ state: inout State) {
    state.sessions[controller]?.credentialWait.begin(
      at: CloudClock.ticks(), first: answerMilliseconds)
  }

  /// A few changes are sent as a delta, also to a controller that has nothing yet.
  private func needsSnapshot(
    _ session: ControllerSession, _ line: RevisionTable.Line, _ controller: ControllerID
  ) throws -> Bool {
    if session.needsSnapshot { return true }
    if session.credentialRevision > 0, session.credentialRevision < line.floor { return true }
    let changes = try store.deltas.count(
      for: controller.rawValue, since: session.credentialRevision)
    return changes
      > (session.credentialRevision == 0 ? SnapshotTable.chunkRecordsMax : DeltaReader.changesMax)
  }

  private func offer(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller] else { return }
    let offer = try store.snapshots.offer(
      for: controller.rawValue, atController: session.credentialRevision,
      bytesMax: recordBytesMax(session))
    logger.info("\(controller): a snapshot of \(offer.chunks) chunks")
    state.sessions[controller]?.comparison.sent(offer.revision, digest: nil)
    state.sessions[controller]?.sentCredentials = try send(
      offer, .snapshot, to: controller, isDeflated: session.takesDeflated)
    state.sessions[controller]?.sentEverything = true
    waitForCredentials(of: controller, &state)
  }

  /// Sends the chunk, or a new offer when the snapshot no longer exists.
  func answer(
    _ pull: SnapshotPull, of controller: ControllerID, _ state: inout State
  ) throws {
    guard let chunk = try store.snapshots.chunk(pull, for: controller.rawValue) else {
      return try offer(to: controller, &state)
    }
    let id = try send(
      chunk, .chunk, to: controller,
      isDeflated: state.sessions[controller]?.takesDeflated == true)
    state.sessions[controller]?.sentCredentials = id
    state.sessions[controller]?.credentialWait.end()
    waitForCredentials(of: controller, &state)
  }

  /// Requests the buckets of each controller whose digest differs from the cloud's.
  func compareDigests(_ state: inout State) {
    let now = CloudClock.ticks()
    for (controller, session) in state.sessions {
      guard session.comparison.isDue(at: now), !session.comparison.isAsking,
        !session.credentialWait.isWaiting, let digest = session.digest
      else { continue }
      do {
        if try store.restored.isWaiting(controller) { continue }
        // Where there is none a change is about to be sent, whose answer is compared.
        guard
          let own = try store.digests.digest(
            for: controller.rawValue, at: session.credentialRevision)
        else {
          state.sessions[controller]?.comparison.wait()
          continue
        }
        try compare(digest, with: own, of: controller, &state)
      } catch {
        state.sessions[controller]?.comparison.end()
        logger.error("\(controller): cannot compare digests: \(error)")
      }
    }
  }

  /// Compares what a controller says it has with what it should have at its revision.
  func compare(
    _ reported: String, with own: RecordSetDigest, of controller: ControllerID,
    _ state: inout State
  ) throws {
    guard let session = state.sessions[controller] else { return }
    state.sessions[controller]?.comparison.end()
    if own.root == reported {
      state.sessions[controller]?.repairs = 0
    } else if session.repairs < Self.repairsMax {
      state.sessions[controller]?.repairs += 1
      logger.warning("\(controller): its credentials differ from the cloud's; asking where")
      state.sessions[controller]?.comparison.ask(own, at: session.credentialRevision)
      try askForDigest(of: controller, &state)
    } else {
      logger.error("\(controller): its credentials differ after \(session.repairs) repairs")
    }
  }

  private func askForDigest(of controller: ControllerID, _ state: inout State) throws {
    try send(DigestRequest(), .digest, to: controller)
    state.sessions[controller]?.digestWait.begin(at: CloudClock.ticks(), first: answerMilliseconds)
  }

  /// Asks the controllers for a hello whose turn it is.
  func askForHellos(_ state: inout State) {
    for controller in state.hellos.due(at: CloudClock.ticks(), first: answerMilliseconds) {
      do { try send(DigestRequest(hello: true), .digest, to: controller) } catch {
        logger.error("\(controller): cannot ask for a hello: \(error)")
      }
    }
  }

  /// Asks the controller whose turn it is to read all its records again.
  func askForRescan(_ state: inout State) {
    let sessions = state.sessions
    let next = state.rescans.next(at: CloudClock.now()) { controller in
      sessions[controller].map { $0.credentialRevision > 0 && !$0.isAhead } ?? false
    }
    guard let next else { return }
    do { try send(DigestRequest(rescan: true), .digest, to: next) } catch {
      logger.error("\(next): cannot ask it to read its records again: \(error)")
    }
  }

  /// Sends again what a controller has not answered in time.
  func repeatUnanswered(_ state: inout State) {
    let now = CloudClock.ticks()
    for controller in state.sessions.keys {
      guard var session = state.sessions[controller] else { continue }
      let isConfigLost = session.configWait.runsOut(at: now)
      let isCredentialLost = session.credentialWait.runsOut(at: now)
      let isDigestLost = session.digestWait.runsOut(at: now)
      guard isConfigLost || isCredentialLost || isDigestLost else { continue }
      if isConfigLost { session.configRevision = session.configBase }
      if isDigestLost { session.comparison.endAsking() }
      state.sessions[controller] = session
      logger.warning("\(controller) has not answered; sending again")
      do { if isDigestLost { try askForDigest(of: controller, &state) } } catch {
        logger.error("\(controller): cannot ask for its digest: \(error)")
      }
      push(to: controller, &state)
    }
  }

  /// Nobody has this message. One that was too large is sent again at once, in smaller parts; any
  /// other when its wait is over.
  func refused(_ message: SentMessages.Message, _ refusal: LinkRefusal, _ state: inout State) {
    guard refusal.isTooLarge else { return }
    switch message.kind {
    case .credentials, .snapshot, .chunk:
      guard message.bytes > SentMessages.bytesMin else { return }
      state.sessions[message.controller]?.credentialWait.end()
      push(to: message.controller, &state)
    case .config:
      state.sessions[message.controller]?.configWait.end()
      logger.error(
        """
        \(message.controller): its configuration has \(message.bytes) bytes, which the broker does \
        not take; divide the change, or allow more
        """)
    case .repair:
      guard message.bytes > SentMessages.bytesMin, var session = state.sessions[message.controller]
      else { return }
      // It was no repair: the next one is shorter, however many are refused before it.
      session.repairs = max(session.repairs - 1, 0)
      session.digestWait.end()
      session.comparison.expect(
        at: CloudClock.ticks(), after: 0, lateAfter: compareLateMilliseconds)
      state.sessions[message.controller] = session
    case .commands, .ack, .digest, .certificate: break
    }
  }

  /// Sends the records of the buckets that differ.
  func repair(
    _ report: DigestReport, _ controller: ControllerID, _ state: inout State
  ) throws {
    state.sessions[controller]?.digestWait.end()
    let known = state.sessions[controller]?.comparison.expected(at: report.revision)
    state.sessions[controller]?.comparison.answered()
    // A change may have waited for this answer.
    state.unpushed.insert(controller)
    let bytesMax = state.sessions[controller].map(recordBytesMax) ?? SnapshotTable.chunkBytesMax
    guard
      let repairs = try store.digests.repairs(
        for: controller.rawValue, report, known: known, bytesMax: bytesMax)
    else { return }
    // A bucket cannot be split: one that does not fit comes with a snapshot.
    if repairs.contains(where: { (try? JSONCoding.encode($0).count) ?? 0 > bytesMax + 1_024 }) {
      logger.warning("\(controller): a repair would not reach it; sending a snapshot")
      try store.revisions.raise(controller)
      state.sessions[controller]?.needsSnapshot = true
      return push(to: controller, &state)
    }
    for repair in repairs {
      logger.warning("\(controller): repairing \(repair.buckets.count) buckets of credentials")
      let id = try send(
        repair, .repair, to: controller,
        isDeflated: state.sessions[controller]?.takesDeflated == true)
      state.sessions[controller]?.sentRepairs[id] = repair.buckets
      state.sessions[controller]?.digestWait.begin(
        at: CloudClock.ticks(), first: answerMilliseconds)
    }
  }

  private func sendCommands(_ state: inout State) throws {
    for waiting in try store.commands.pending(unansweredFor: answerMilliseconds)
    where !state.commandsInFlight.values.contains(waiting.id) {
      let now = CloudClock.now()
      guard let controller = ControllerID(waiting.controller) else { continue }
      let isOver = waiting.runsOutMilliseconds <= now
      if isOver, !waiting.isSent {
        try store.commands.expire(waiting.id)
        continue
      }
      guard let session = state.sessions[controller] else { continue }
      var command = waiting.command
      command.sessionNonce = session.nonce
      // The signature expires when the sender stops waiting. Sent again after that, the command
      // cannot act any more: it asks for the result, which may have been lost.
      let at = isOver ? waiting.madeMilliseconds : now
      let seconds = (waiting.runsOutMilliseconds - at + 999) / 1_000
      let message = try Forgery(rawValue: waiting.forgery ?? "none").unwrapped().sign(
        command, id: waiting.id, for: controller, by: signer, at: at,
        lifetimeSeconds: Int(min(seconds, EnvelopeLimits.unlockLifetimeSecondsMax)))
      // It counts as sent once the broker acknowledges it; until then it is sent again under the
      // same id.
      // A broker drops it with its end, if the controller is away for so long.
      let token = try publish(
        message, .commands, id: waiting.id, expirySeconds: isOver ? nil : UInt32(clamping: seconds),
        to: controller, over: links.commands)
      state.commandsInFlight[token] = waiting.id
    }
  }

  /// A message that is longer than what reaches the controller.
  private struct TooLarge: Error, CustomStringConvertible {
    var bytes: Int
    var bytesMax: Int
    var description: String {
      "it has \(bytes) bytes, and the broker lets \(bytesMax) through; divide the change, or allow more"
    }
  }

  /// Signs and sends; returns the message's id. Throws ``TooLarge`` for one of more bytes than
  /// `bytesMax`.
  @discardableResult
  func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, to controller: ControllerID, bytesMax: Int = .max,
    isDeflated: Bool = false
  ) throws -> String {
    let id = UUID().uuidString.lowercased()
    let message = try signer.sign(
      body, kind: kind, issuer: CloudKey.issuer, audience: controller,
      id: id,
      at: WallInstant(millisecondsSince1970: CloudClock.now()),
      lifetimeSeconds: Self.dataLifetimeSeconds, isDeflated: isDeflated)
    if message.count > bytesMax { throw TooLarge(bytes: message.count, bytesMax: bytesMax) }
    let token = try publish(
      message, kind, id: id, expirySeconds: UInt32(Self.dataLifetimeSeconds), to: controller,
      over: links.data)
    sent.withLock {
      $0.add(
        SentMessages.Message(controller: controller, kind: kind, bytes: message.count),
        token: token)
    }
    return id
  }

  private func publish(
    _ message: [UInt8], _ kind: Topics.Down, id: String, expirySeconds: UInt32?,
    to controller: ControllerID, over link: MQTTLink
  ) throws -> Int {
    try link.publish(
      LinkMessage(
        topic: Topics(controller: controller).topic(kind), payload: message,
        expirySeconds: expirySeconds, correlation: id))
  }
}
