import CloudMQTT
import CloudProtocol
import DoorRules
import Foundation
import Logging

/// What goes to the controllers.
extension CloudServer {
  /// Life of configuration, credentials and acknowledgements.
  static let dataLifetimeSeconds = 86_400

  /// Sends each online controller what it lacks, and the commands that wait.
  func pushChanges(_ state: inout State) {
    for controller in state.sessions.keys.sorted() {
      do {
        try pushConfiguration(to: controller, &state)
        try pushCredentials(to: controller, &state)
      } catch {
        logger.error("\(controller) could not be sent its changes: \(error)")
      }
    }
    do { try sendCommands(&state) } catch { logger.error("commands were not sent: \(error)") }
  }

  private func pushConfiguration(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller],
      let document = try store.configuration(
        of: controller.rawValue, above: session.configRevision)
    else { return }
    try send(document, .config, to: controller)
    state.sessions[controller]?.configRevision = document.revision
  }

  private func pushCredentials(to controller: ControllerID, _ state: inout State) throws {
    guard let session = state.sessions[controller], !session.isWaitingForCredentials,
      let delta = try store.delta(for: controller.rawValue, since: session.credentialRevision)
    else { return }
    if let refused = session.refusedRevision, try store.lastRevision() == refused { return }
    try send(delta, .credentials, to: controller)
    state.sessions[controller]?.isWaitingForCredentials = true
  }

  private func sendCommands(_ state: inout State) throws {
    for waiting in try store.pending() where !state.commandsInFlight.values.contains(waiting.id) {
      let now = CloudStore.now()
      guard let controller = ControllerID(waiting.controller) else { continue }
      if waiting.runsOutMilliseconds <= now {
        try store.expire(waiting.id)
        continue
      }
      guard let session = state.sessions[controller] else { continue }
      var command = waiting.command
      command.sessionNonce = session.nonce
      // It ends for the door when it ends for whoever gave it.
      let seconds = (waiting.runsOutMilliseconds - now + 999) / 1_000
      let message = try Forgery(rawValue: waiting.forgery ?? "none").unwrapped().sign(
        command, id: waiting.id, for: controller, by: signer,
        lifetimeSeconds: Int(min(seconds, EnvelopeLimits.unlockLifetimeSecondsMax)))
      // Sent is only what the broker has; without that it goes out again under the same id.
      let token = try publish(message, .commands, to: controller)
      state.commandsInFlight[token] = waiting.id
    }
  }

  func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, to controller: ControllerID
  ) throws {
    let message = try signer.sign(
      body, kind: kind, issuer: CloudKey.issuer, audience: controller,
      id: UUID().uuidString.lowercased(),
      at: WallInstant(millisecondsSince1970: CloudStore.now()),
      lifetimeSeconds: Self.dataLifetimeSeconds)
    _ = try publish(message, kind, to: controller)
  }

  private func publish(
    _ message: [UInt8], _ kind: Topics.Down, to controller: ControllerID
  ) throws -> Int {
    try link.publish(
      topic: Topics(controller: controller).topic(kind), payload: message, retain: false)
  }
}
