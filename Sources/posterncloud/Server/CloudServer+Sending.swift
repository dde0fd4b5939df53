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

  /// Sends each online controller what it lacks, when something has changed since the last check: a
  /// query for each of a thousand controllers takes longer than the time between two checks.
  func pushChanges(_ state: inout State) {
    do {
      let stamp = try store.revisions.changeStamp()
      guard state.pushed != stamp else { return }
      state.pushed = stamp
    } catch {
      return logger.error("cannot read what has changed: \(error)")
    }
    for controller in state.sessions.keys.sorted() { push(to: controller, &state) }
  }

  /// Sends one controller what it lacks. After a failure the next check tries again.
  func push(to controller: ControllerID, _ state: inout State) {
    do {
      try pushConfiguration(to: controller, &state)
      try pushCredentials(to: controller, &state)
    } catch {
      state.pushed = nil
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
        message, .config, to: controller, bytesMax: bytesMax)
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
    let last = try store.revisions.last()
    guard session.needsSnapshot || session.credentialRevision != last,
      try store.controllers.refusedCredentials(of: controller.rawValue) != last
    else { return }
    state.sessions[controller]?.sentRevision = last
    if try needsSnapshot(session, controller) { return try offer(to: controller, &state) }
    guard
      let delta = try store.deltas.delta(
        for: controller.rawValue, since: session.credentialRevision,
        bytesMax: recordBytesMax(session))
    else { return }
    state.sessions[controller]?.sentCredentials = try send(delta, .credentials, to: controller)
    state.sessions[controller]?.sentEverything = delta.baseRevision == nil
    waitForCredentials(of: controller, &state)
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
  private func needsSnapshot(_ session: ControllerSession, _ controller: ControllerID) throws
    -> Bool
  {
    if session.needsSnapshot { return true }
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
    state.sessions[controller]?.sentCredentials = try send(offer, .snapshot, to: controller)
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
    let id = try send(chunk, .chunk, to: controller)
    state.sessions[controller]?.sentCredentials = id
    state.sessions[controller]?.credentialWait.end()
    waitForCredentials(of: controller, &state)
  }

  /// Requests the buckets of each controller whose digest differs from the cloud's.
  func compareDigests(_ state: inout State) {
    let now = CloudClock.ticks()
    for (controller, session) in state.sessions {
      guard let due = session.compareDue, due <= now, !session.credentialWait.isWaiting,
        let digest = session.digest
      else { continue }
      state.sessions[controller]?.compareDue = nil
      do {
        guard
          let own = try store.digests.digest(
            for: controller.rawValue, at: session.credentialRevision)
        else { continue }
        if own.root == digest {
          state.sessions[controller]?.repairs = 0
        } else if session.repairs < Self.repairsMax {
          state.sessions[controller]?.repairs += 1
          logger.warning("\(controller): its credentials differ from the cloud's; asking where")
          try askForDigest(of: controller, &state)
        } else {
          logger.error("\(controller): its credentials differ after \(session.repairs) repairs")
        }
      } catch {
        logger.error("\(controller): cannot compare digests: \(error)")
      }
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
      session.compareDue = CloudClock.ticks()
      state.sessions[message.controller] = session
    case .commands, .ack, .digest: break
    }
  }

  /// Sends the records of the buckets that differ.
  func repair(
    _ report: DigestReport, _ controller: ControllerID, _ state: inout State
  ) throws {
    state.sessions[controller]?.digestWait.end()
    let bytesMax = state.sessions[controller].map(recordBytesMax) ?? SnapshotTable.chunkBytesMax
    guard
      let repairs = try store.digests.repairs(
        for: controller.rawValue, report, bytesMax: bytesMax)
    else { return }
    // A bucket cannot be split: one that does not fit comes with a snapshot.
    if repairs.contains(where: { (try? JSONCoding.encode($0).count) ?? 0 > bytesMax + 1_024 }) {
      logger.warning("\(controller): a repair would not reach it; sending a snapshot")
      try store.revisions.raise()
      state.sessions[controller]?.needsSnapshot = true
      return push(to: controller, &state)
    }
    for repair in repairs {
      logger.warning("\(controller): repairing \(repair.buckets.count) buckets of credentials")
      let id = try send(repair, .repair, to: controller)
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
      let token = try publish(message, .commands, to: controller, over: links.commands)
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
    _ body: Body, _ kind: Topics.Down, to controller: ControllerID, bytesMax: Int = .max
  ) throws -> String {
    let id = UUID().uuidString.lowercased()
    let message = try signer.sign(
      body, kind: kind, issuer: CloudKey.issuer, audience: controller,
      id: id,
      at: WallInstant(millisecondsSince1970: CloudClock.now()),
      lifetimeSeconds: Self.dataLifetimeSeconds)
    if message.count > bytesMax { throw TooLarge(bytes: message.count, bytesMax: bytesMax) }
    let token = try publish(message, kind, to: controller, over: links.data)
    sent.withLock {
      $0.add(
        SentMessages.Message(controller: controller, kind: kind, bytes: message.count),
        token: token)
    }
    return id
  }

  private func publish(
    _ message: [UInt8], _ kind: Topics.Down, to controller: ControllerID, over link: MQTTLink
  ) throws -> Int {
    try link.publish(
      topic: Topics(controller: controller).topic(kind), payload: message, retain: false)
  }
}
