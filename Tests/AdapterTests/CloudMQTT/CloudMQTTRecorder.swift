import ChildProcesses
import CloudMQTT
import DoorPorts
import Synchronization

/// Collects what a link says, and waits for it with a deadline.
final class LinkRecorder: Sendable {
  private let kept = Mutex<(events: [LinkEvent], problems: [MQTTProblem])>(([], []))

  var events: [LinkEvent] { kept.withLock { $0.events } }
  var problems: [MQTTProblem] { kept.withLock { $0.problems } }

  func add(_ event: LinkEvent) { kept.withLock { $0.events.append(event) } }
  func add(_ problem: MQTTProblem) { kept.withLock { $0.problems.append(problem) } }
  func forget() { kept.withLock { $0 = ([], []) } }

  /// True as soon as the condition holds; false when ``Patience`` ends.
  func wait(until condition: @Sendable (LinkRecorder) -> Bool) async throws -> Bool {
    var patience = Patience()
    while !condition(self) {
      guard patience.lasts() else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  func waitConnected() async throws -> Bool {
    try await wait { $0.isConnected }
  }

  /// Payloads as text, in the order in which they came.
  func texts(on topic: String) -> [String] {
    events.compactMap {
      guard case .message(topic, let payload, _) = $0 else { return nil }
      return String(decoding: payload, as: UTF8.self)
    }
  }

  /// What each connection began with.
  var terms: [LinkTerms] {
    events.compactMap {
      guard case .connected(let terms) = $0 else { return nil }
      return terms
    }
  }

  var isConnected: Bool { !terms.isEmpty }

  var disconnectReasons: [String] {
    events.compactMap {
      guard case .disconnected(let reason) = $0 else { return nil }
      return reason
    }
  }
}

/// A link with its recorder.
struct TestLink {
  let link: MQTTLink
  let seen = LinkRecorder()

  init(_ settings: MQTTSettings) {
    let seen = seen
    link = MQTTLink(settings: settings) { seen.add($0) }
  }

  func start() throws {
    let seen = seen
    try link.start { seen.add($0) }
  }

  /// Starts and waits for the connection.
  func connected() async throws -> TestLink {
    try start()
    guard try await seen.waitConnected() else {
      throw BrokerFixture.Failure(description: "not connected: \(seen.events)")
    }
    return self
  }

  @discardableResult
  func say(_ text: String, on topic: String, retain: Bool = false) throws -> Int {
    try link.publish(topic: topic, payload: Array(text.utf8), retain: retain)
  }
}

extension BrokerFixture {
  func settings(
    _ clientID: String, subscriptions: [String] = [], will: Will? = nil,
    sessionExpirySeconds: UInt32 = 3_600
  ) -> MQTTSettings {
    var settings = MQTTSettings(
      host: "127.0.0.1", port: port, clientID: clientID, keepAliveSeconds: 5,
      subscriptions: subscriptions, sessionExpirySeconds: sessionExpirySeconds,
      reconnectMillisecondsMax: 100)
    if let will { settings.will = { _ throws(PortError) in will } }
    return settings
  }
}
