import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// The link: what comes in is checked and handed on, what must go out is said while there is a
/// connection. Nothing at the door waits for any of it.
extension DoorShell {
  func startLink() {
    guard let cloudPorts = ports.cloud else { return }
    let inbox = inbox
    do throws(PortError) {
      try cloudPorts.link.start { inbox.push(.link($0)) }
    } catch {
      cloud.disconnectReason = "\(error)"
      logger.error("the link to the cloud did not start: \(error)")
    }
  }

  func handle(_ event: LinkEvent, at now: Moment) {
    switch event {
    case .connected:
      connected(at: now)
    case .disconnected(let reason):
      if cloud.connected {
        logger.warning("cloud disconnected: \(reason)")
        record(drafts.draft(.cloudDisconnected, at: now, detail: ["cause": reason]))
      } else if cloud.disconnectReason != reason {
        // Once for each cause: whoever reads the log sees why it does not come back.
        logger.warning("cloud not reached: \(reason)")
      }
      cloud.connected = false
      cloud.disconnectReason = reason
      cloud.resultsInFlight = [:]
      session(.disconnected, at: now)
    case .message(let topic, let payload, let retained):
      cloud.lastContact = now.wall
      take(topic: topic, payload, retained: retained, at: now)
    case .delivered(let token):
      cloud.lastContact = now.wall
      resultDelivered(token: token, at: now)
    }
  }

  private func connected(at now: Moment) {
    logger.info("cloud connected")
    cloud.connected = true
    cloud.disconnectReason = nil
    cloud.lastContact = now.wall
    cloud.reportedDoors = nil
    record(drafts.draft(.cloudConnected, at: now))
    let nonce = freshID()
    session(.connected(nonce: nonce, standing: standing(at: now)), at: now)
    doorChanged()
    tellIssued()
    beginTelemetry(at: now)
  }

  private func take(topic: String, _ payload: [UInt8], retained: Bool, at now: Moment) {
    guard cloud.budget.take(at: now.monotonic) else {
      return refuse(nil, cause: "tooMany", detail: "messages come too fast to be read", at: now)
    }
    switch Topics(controller: configuration.controller).parseDown(topic) {
    case .config: takeConfiguration(payload, retained: retained, at: now)
    case .credentials: takeCredentials(payload, retained: retained, at: now)
    case .commands: takeCommand(payload, retained: retained, at: now)
    case .snapshot: takeSnapshotOffer(payload, retained: retained, at: now)
    case .chunk: takeSnapshotChunk(payload, retained: retained, at: now)
    case .repair: takeRepair(payload, retained: retained, at: now)
    case .digest: takeDigestRequest(payload, retained: retained, at: now)
    case .ack:
      guard
        let envelope = verify(
          payload, as: EventAcknowledgement.self, kind: .ack, retained, at: now)
      else { return }
      session(.acknowledged(envelope.body), at: now)
    case nil:
      refuse(nil, cause: "unknownTopic", detail: "no such topic for a controller", at: now)
    }
  }

  /// Nil, recorded and counted, for anything that is not the cloud's word to this controller.
  func verify<Body: Codable & Sendable>(
    _ payload: [UInt8], as type: Body.Type, kind: Topics.Down, _ retained: Bool, at now: Moment
  ) -> Envelope<Body>? {
    guard let verifier = trustedKeys() else { return nil }
    do throws(EnvelopeRefusal) {
      let envelope = try verifier.verify(
        payload, as: type, kind: kind, at: now.wall, clockTrust: now.trust, retained: retained)
      contact.heard(at: now.monotonic)
      if !retained { noteOffset(issued: envelope.issuedAt, at: now) }
      return envelope
    } catch {
      refuse(kind, cause: error.cause.rawValue, detail: error.detail, at: now)
      if !retained, let issued = error.issuedAt { noteOffset(issued: issued, at: now) }
      answer(error, to: kind, at: now)
      return nil
    }
  }

  /// Tells the cloud why a message of its own was not taken. Only what is well signed and was
  /// meant for this controller has anybody to answer.
  private func answer(_ refusal: EnvelopeRefusal, to kind: Topics.Down, at now: Moment) {
    guard let id = refusal.messageID else { return }
    switch refusal.cause {
    case .tooLarge, .wrongAlgorithm, .unknownKey, .badSignature, .wrongAudience, .wrongIssuer,
      .wrongKind, .retainedCommand:
      return
    case .malformed, .notYetValid, .expired, .lifetimeTooLong: break
    }
    // Out of its time by a clock that may be wrong: a cloud that heard "refused" would never send
    // it again.
    if refusal.cause == .notYetValid || refusal.cause == .expired, kind != .commands {
      return askAgain(at: now)
    }
    let problems =
      refusal.problems.isEmpty
      ? [Problem(path: "", message: refusal.description)] : refusal.problems
    switch kind {
    case .commands:
      refuseCommand(
        id, refusal.cause == .expired ? .expired : .rejected, reason: refusal.description, at: now)
    case .config:
      session(
        .applied(
          ApplyReport(
            subject: .config, messageID: id, revision: controller.policy.revision, applied: false,
            problems: problems)), at: now)
    case .credentials, .snapshot, .chunk, .repair:
      session(
        .applied(
          ApplyReport(
            subject: .credentials, messageID: id, revision: credentialPosition.revision,
            applied: false, problems: problems)), at: now)
    case .ack, .digest: break
    }
  }

  /// How long a cause of refusal is not recorded again.
  static let refusalQuietMilliseconds = 1_000

  func refuse(_ kind: Topics.Down?, cause: String, detail: String, at now: Moment) {
    logger.warning("refused a message of the broker: \(cause): \(detail)")
    // A flood of the same forgery is one event a second, not a full disk.
    let key = "\(kind?.rawValue ?? "unknown").\(cause)"
    cloud.refusedCounts[key, default: 0] += 1
    if let last = cloud.refusals[key],
      now.monotonic < last.advanced(byMilliseconds: Self.refusalQuietMilliseconds)
    {
      return
    }
    cloud.refusals[key] = now.monotonic
    record(
      drafts.draft(
        .messageRefused, at: now, reason: cause,
        detail: ["kind": kind?.rawValue ?? "unknown", "cause": detail]))
  }

  // MARK: Saying things

  /// Publishes while connected; nil otherwise, and the caller's retry is the next connect.
  @discardableResult
  func publish(_ kind: Topics.Up, _ body: some Encodable, retain: Bool = false) -> Int? {
    guard let link = ports.cloud?.link, cloud.connected else { return nil }
    do {
      let payload = try JSONCoding.encode(body)
      return try link.publish(
        topic: Topics(controller: configuration.controller).topic(kind), payload: payload,
        retain: retain)
    } catch {
      logger.warning("\(kind.rawValue) was not published: \(error)")
      return nil
    }
  }

  /// Notes that a door may look different; told at most every
  /// ``CloudState/stateReportMilliseconds``.
  func doorChanged() {
    guard cloud.connected, cloud.stateReportDue == nil, currentDoors() != cloud.reportedDoors
    else { return }
    cloud.stateReportDue = ports.monotonic.now().advanced(
      byMilliseconds: CloudState.stateReportMilliseconds)
  }

  private func currentDoors() -> [StateReport.DoorState] {
    // Once: it is a large value.
    let controller = controller
    return configuration.layout.doors.map { door in
      let view = controller.view(of: door.id)
      return StateReport.DoorState(
        id: door.id.rawValue, lock: controller.requiredLock(of: door.id).rawValue,
        open: view?.open, mode: view?.mode?.mode.rawValue)
    }
  }

  func advanceCloud(to now: Moment) {
    if let due = cloud.stateReportDue, due <= now.monotonic {
      cloud.stateReportDue = nil
      let doors = currentDoors()
      let report = StateReport(
        controller: configuration.controller.rawValue, online: true,
        simulated: ports.gpio.isSimulated, doors: doors)
      if publish(.state, report, retain: true) != nil { cloud.reportedDoors = doors }
    }
    if cloud.connected, let due = cloud.telemetryDue, due <= now.monotonic {
      beginTelemetry(at: now)
    }
    advanceSession(to: now)
  }
}
