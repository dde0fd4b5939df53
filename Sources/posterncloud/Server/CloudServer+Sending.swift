import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Logging

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
    state.sessions[controller]?.sentConfig = try send(message, .config, to: controller)
    state.sessions[controller]?.configBase = session.configRevision
    state.sessions[controller]?.configRevision = message.revision
  }

  private func pushCredentials(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller], !session.isWaitingForCredentials else { return }
    let last = try store.revisions.last()
    guard session.needsSnapshot || session.credentialRevision != last,
      try store.controllers.refusedCredentials(of: controller.rawValue) != last
    else { return }
    state.sessions[controller]?.sentRevision = last
    if try needsSnapshot(session, controller) { return try offer(to: controller, &state) }
    guard
      let delta = try store.deltas.delta(
        for: controller.rawValue, since: session.credentialRevision,
        bytesMax: session.recordBytesMax)
    else { return }
    state.sessions[controller]?.sentCredentials = try send(delta, .credentials, to: controller)
    state.sessions[controller]?.sentEverything = delta.baseRevision == nil
    state.sessions[controller]?.isWaitingForCredentials = true
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
      bytesMax: session.recordBytesMax)
    logger.info("\(controller): a snapshot of \(offer.chunks) chunks")
    state.sessions[controller]?.sentCredentials = try send(offer, .snapshot, to: controller)
    state.sessions[controller]?.sentEverything = true
    state.sessions[controller]?.isWaitingForCredentials = true
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
  }

  /// Requests the buckets of each controller whose digest differs from the cloud's.
  func compareDigests(_ state: inout State) {
    let now = CloudClock.now()
    for (controller, session) in state.sessions {
      guard let due = session.compareDue, due <= now, !session.isWaitingForCredentials,
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
          try send(DigestRequest(), .digest, to: controller)
        } else {
          logger.error("\(controller): its credentials differ after \(session.repairs) repairs")
        }
      } catch {
        logger.error("\(controller): cannot compare digests: \(error)")
      }
    }
  }

  /// Sends the records of the buckets that differ.
  func repair(
    _ report: DigestReport, _ controller: ControllerID, _ state: inout State
  ) throws {
    let bytesMax = state.sessions[controller]?.recordBytesMax ?? SnapshotTable.chunkBytesMax
    guard
      let repairs = try store.digests.repairs(
        for: controller.rawValue, report, bytesMax: bytesMax)
    else { return }
    // A bucket cannot be split: one that does not fit comes with a snapshot.
    if repairs.contains(where: { (try? JSONCoding.encode($0).count) ?? 0 > bytesMax + 1_024 }) {
      logger.warning("\(controller): a repair would not reach it; sending a snapshot")
      state.sessions[controller]?.needsSnapshot = true
      return push(to: controller, &state)
    }
    for repair in repairs {
      logger.warning("\(controller): repairing \(repair.buckets.count) buckets of credentials")
      let id = try send(repair, .repair, to: controller)
      state.sessions[controller]?.sentRepairs[id] = repair.buckets
    }
  }

  private func sendCommands(_ state: inout State) throws {
    for waiting in try store.commands.pending()
    where !state.commandsInFlight.values.contains(waiting.id) {
      let now = CloudClock.now()
      guard let controller = ControllerID(waiting.controller) else { continue }
      if waiting.runsOutMilliseconds <= now {
        try store.commands.expire(waiting.id)
        continue
      }
      guard let session = state.sessions[controller] else { continue }
      var command = waiting.command
      command.sessionNonce = session.nonce
      // The signature expires when the sender stops waiting.
      let seconds = (waiting.runsOutMilliseconds - now + 999) / 1_000
      let message = try Forgery(rawValue: waiting.forgery ?? "none").unwrapped().sign(
        command, id: waiting.id, for: controller, by: signer,
        lifetimeSeconds: Int(min(seconds, EnvelopeLimits.unlockLifetimeSecondsMax)))
      // It counts as sent once the broker acknowledges it; until then it is sent again under the
      // same id.
      let token = try publish(message, .commands, to: controller, over: links.commands)
      state.commandsInFlight[token] = waiting.id
    }
  }

  /// Signs and sends; returns the message's id.
  @discardableResult
  func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, to controller: ControllerID
  ) throws -> String {
    let id = UUID().uuidString.lowercased()
    let message = try signer.sign(
      body, kind: kind, issuer: CloudKey.issuer, audience: controller,
      id: id,
      at: WallInstant(millisecondsSince1970: CloudClock.now()),
      lifetimeSeconds: Self.dataLifetimeSeconds)
    _ = try publish(message, kind, to: controller, over: links.data)
    return id
  }

  private func publish(
    _ message: [UInt8], _ kind: Topics.Down, to controller: ControllerID, over link: MQTTLink
  ) throws -> Int {
    try link.publish(
      topic: Topics(controller: controller).topic(kind), payload: message, retain: false)
  }
}
