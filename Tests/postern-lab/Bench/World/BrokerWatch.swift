import CloudMQTT
import CloudProtocol
import DoorPorts
import Synchronization

/// Listens at the broker: what it counts itself, and what doors answer.
final class BrokerWatch: Sendable {
  private struct State {
    var bytesSent: Double?
    var applied: ApplyReport?
  }
  private let state = Mutex(State())
  private let link: MQTTLink

  /// mosquitto writes these once a second; mosquitto(8).
  private static let bytesSentTopic = "$SYS/broker/bytes/sent"

  init(brokerPort: Int) throws {
    link = MQTTLink(
      settings: MQTTSettings(
        host: "127.0.0.1", port: brokerPort, clientID: "bench-watch",
        subscriptions: [Self.bytesSentTopic, "postern/v1/+/up/applied"]))
    try link.start { [weak self] event in
      guard case .message(let topic, let payload, _) = event else { return }
      self?.take(topic, payload)
    }
  }

  func stop() { link.stop() }

  var applied: ApplyReport? { state.withLock { $0.applied } }

  /// Bytes that the broker has sent so far, from its next report.
  func bytesSent() throws -> Double {
    state.withLock { $0.bytesSent = nil }
    _ = try Stopwatch.until("the broker counts", patienceSeconds: 20) {
      state.withLock { $0.bytesSent != nil }
    }
    // The first report may be retained; the next one is current.
    state.withLock { $0.bytesSent = nil }
    _ = try Stopwatch.until("the broker counts", patienceSeconds: 20) {
      state.withLock { $0.bytesSent != nil }
    }
    return state.withLock { $0.bytesSent ?? 0 }
  }

  private func take(_ topic: String, _ payload: [UInt8]) {
    if topic == Self.bytesSentTopic {
      let bytes = Double(String(decoding: payload, as: UTF8.self))
      state.withLock { $0.bytesSent = bytes }
    } else if let report = try? JSONCoding.decode(ApplyReport.self, from: payload) {
      state.withLock { $0.applied = report }
    }
  }
}
