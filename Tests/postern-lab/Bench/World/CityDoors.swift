import CloudMQTT
import CloudProtocol
import DoorPorts
import Foundation
import Synchronization

/// The protocol's side of many controllers over one connection, without doors behind them: they say
/// hello, take every change at once, and count what they are sent.
final class CityDoors: Sendable {
  /// What was sent so far.
  struct Count {
    var messages = 0
    /// When the latest came, in nanoseconds of ``Stopwatch``.
    var last: UInt64 = 0
    /// When a controller got its latest.
    var at: [String: UInt64] = [:]
  }
  private struct State {
    var count = Count()
    var isConnected = false
  }
  private let state = Mutex(State())
  private let link: MQTTLink

  init(brokerPort: Int) throws {
    link = MQTTLink(
      settings: MQTTSettings(
        host: "127.0.0.1", port: brokerPort, clientID: "bench-city",
        subscriptions: ["postern/v1/+/down/credentials"]))
    try link.start { [weak self] event in self?.handle(event) }
    _ = try Stopwatch.until("the doors are connected", patienceSeconds: 20) {
      state.withLock { $0.isConnected }
    }
  }

  func stop() { link.stop() }

  var count: Count { state.withLock { $0.count } }

  /// Says hello for controllers that have nothing yet.
  func hello(_ names: [String]) throws {
    for name in names {
      try publish(
        .hello,
        Hello(
          controller: name, software: "bench", bootID: "b", sessionNonce: "n", configRevision: 0,
          credentialRevision: 0, logEpoch: "e", lastEvent: 0, acknowledgedEvent: 0,
          clockTrust: "synchronised", simulated: true), of: name)
    }
  }

  private func publish(_ kind: Topics.Up, _ body: some Encodable, of name: String) throws {
    _ = try link.publish(
      topic: "postern/v1/\(name)/up/\(kind.rawValue)", payload: try JSONCoding.encode(body),
      retain: false)
  }

  private func handle(_ event: LinkEvent) {
    switch event {
    case .connected: state.withLock { $0.isConnected = true }
    case .disconnected: state.withLock { $0.isConnected = false }
    case .delivered, .refused: break
    case .message(let topic, let payload, _):
      do { try take(topic, payload) } catch {
        FileHandle.standardError.write(Data("\(topic): \(error)\n".utf8))
      }
    }
  }

  private func take(_ topic: String, _ payload: [UInt8]) throws {
    struct Message: Decodable {
      var jti: String
      var body: CredentialDelta
    }
    let levels = topic.split(separator: "/").map(String.init)
    let parts = String(decoding: payload, as: UTF8.self).split(separator: ".")
    guard levels.count == 5, parts.count == 3, let claims = Data(base64URL: String(parts[1]))
    else { throw LabFailure("no signed message") }
    let message = try JSONCoding.decode(Message.self, from: Array(claims))
    let now = Stopwatch.now
    state.withLock {
      $0.count.messages += 1
      $0.count.last = now
      $0.count.at[levels[2]] = now
    }
    try publish(
      .applied,
      ApplyReport(
        subject: .credentials, messageID: message.jti, revision: message.body.revision,
        applied: true, problems: [],
        credentials: message.body.credentials.map {
          CredentialOutcome(id: $0.id, status: $0.status == "active" ? .active : .revoked)
        }), of: levels[2])
  }
}
