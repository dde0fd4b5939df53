import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import Synchronization

/// The cloud's end of the wire for one controller: signs messages, acknowledges every event.
final class BenchCloud: Sendable {
  static let keyID = "bench-1"

  private struct State {
    var hello: Hello?
    var applied: ApplyReport?
    /// Credentials that were granted access.
    var granted: Set<String> = []
    var acknowledged: UInt64 = 0
    var isConnected = false
  }
  private let state = Mutex(State())
  private let link: MQTTLink
  private let signer: EnvelopeSigner
  private let controller: ControllerID
  private let topics: Topics

  init(brokerPort: Int) throws {
    guard let controller = ControllerID(BenchDaemon.controller) else {
      throw LabFailure("no such controller")
    }
    self.controller = controller
    topics = Topics(controller: controller)
    signer = try Self.signer()
    link = MQTTLink(
      settings: MQTTSettings(
        host: "127.0.0.1", port: brokerPort, clientID: "bench-cloud",
        subscriptions: [Topics.upFilter]))
    try link.start { [weak self] event in self?.handle(event) }
    _ = try Stopwatch.until("the cloud is connected", patienceSeconds: 20) {
      state.withLock { $0.isConnected }
    }
  }

  func stop() { link.stop() }

  private static func signer() throws -> EnvelopeSigner {
    try EnvelopeSigner(
      privateKeyBytes: Secret([UInt8](repeating: 9, count: 32)), keyID: keyID)
  }

  /// The line for the door's public key file.
  static func publicKeyLine() throws -> String {
    "\(keyID) \(Data(try signer().publicKeyBytes).base64URL)\n"
  }

  var hello: Hello? { state.withLock { $0.hello } }
  var applied: ApplyReport? { state.withLock { $0.applied } }

  func wasGranted(_ credential: String) -> Bool {
    state.withLock { $0.granted.contains(credential) }
  }

  /// Signs a message and publishes it.
  func send<Body: Codable & Sendable>(_ body: Body, _ kind: Topics.Down) throws {
    let message = try signer.sign(
      body, kind: kind, issuer: "bench", audience: controller,
      id: UUID().uuidString.lowercased(), at: SystemWallClock().read().at,
      lifetimeSeconds: 600)
    _ = try link.publish(topic: topics.topic(kind), payload: message, retain: false)
  }

  private func handle(_ event: LinkEvent) {
    switch event {
    case .connected: state.withLock { $0.isConnected = true }
    case .disconnected: state.withLock { $0.isConnected = false }
    case .delivered, .refused: break
    case .message(let topic, let payload, _):
      guard let (_, kind) = Topics.parseUp(topic) else { return }
      do { try take(kind, payload) } catch {
        FileHandle.standardError.write(Data("\(topic): \(error)\n".utf8))
      }
    }
  }

  private func take(_ kind: Topics.Up, _ payload: [UInt8]) throws {
    switch kind {
    case .hello:
      let hello = try JSONCoding.decode(Hello.self, from: payload)
      state.withLock { $0.hello = hello }
    case .applied:
      let report = try JSONCoding.decode(ApplyReport.self, from: payload)
      state.withLock { $0.applied = report }
    case .events:
      let batch = try JSONCoding.decode(EventBatch.self, from: payload)
      guard let last = batch.events.last?.number else { return }
      state.withLock { state in
        for event in batch.events where event.type == "postern.access.granted.v1" {
          if let credential = event.data.credential { state.granted.insert(credential) }
        }
        state.acknowledged = max(state.acknowledged, last)
      }
      try send(EventAcknowledgement(epoch: batch.epoch, through: last), .ack)
    case .state, .results, .pull, .digest, .urgent, .telemetry, .logs, .issued, .diagnosis,
      .renewal:
      break
    }
  }
}
