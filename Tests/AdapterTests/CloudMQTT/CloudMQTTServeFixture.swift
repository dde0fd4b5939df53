import ChildProcesses
import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Glibc

/// The built `posterncloud` with a broker and a folder of its own.
final class ServeFixture {
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "posterncloud").path()

  let broker: BrokerFixture
  private var server: ChildProcess?
  private var starts = 0

  init() throws {
    broker = try BrokerFixture().start()
    try run("enrol", "gate-1", "--out", broker.folder.path + "/device")
  }

  deinit { stopServing() }

  /// Starts to serve, and waits until it hears the broker.
  func serve() async throws {
    starts += 1
    let log = "serve-\(starts).log"
    server = try start("serve", "--port", "\(broker.port)", output: log)
    let deadline = ContinuousClock.now + .seconds(20)
    while !text(log).contains("connected to the broker") {
      guard ContinuousClock.now < deadline else {
        throw BrokerFixture.Failure(description: "posterncloud serve: \(text(log))")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  func stopServing() {
    server?.end(SIGKILL)
    server = nil
  }

  /// Starts a command; its output is appended to a file of the broker's folder.
  func start(_ arguments: String..., output: String) throws -> ChildProcess {
    let file = broker.folder.path + "/" + output
    return try ChildProcess(
      Self.program, arguments + ["--state", broker.folder.path + "/cloud"], output: file,
      errors: file)
  }

  /// Runs a command that must succeed.
  func run(_ arguments: String...) throws {
    let log = broker.folder.path + "/run.log"
    let child = try ChildProcess(
      Self.program, arguments + ["--state", broker.folder.path + "/cloud"], output: log,
      errors: log)
    guard child.wait() == 0 else {
      throw BrokerFixture.Failure(description: "\(arguments) failed: \(text("run.log"))")
    }
  }

  func text(_ file: String) -> String {
    let path = broker.folder.path + "/" + file
    return String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// What a controller says and hears, without a door behind it.
struct FakeDoor {
  let link: TestLink
  let topics: Topics
  let verifier: EnvelopeVerifier

  /// Connects and hears everything that is sent to `gate-1`.
  init(_ fixture: ServeFixture) async throws {
    guard let id = ControllerID("gate-1") else {
      throw BrokerFixture.Failure(description: "no id")
    }
    topics = Topics(controller: id)
    let words = fixture.text("device/cloud.pub").split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let key = Data(base64URL: String(words[1])) else {
      throw BrokerFixture.Failure(description: "cloud.pub: \(words)")
    }
    verifier = try EnvelopeVerifier(
      publicKeys: [String(words[0]): Array(key)], audience: id, issuer: nil)
    link = try await TestLink(
      fixture.broker.settings("gate-1", subscriptions: [topics.downFilter])
    ).connected()
  }

  func say(_ kind: Topics.Up, _ body: some Encodable, retain: Bool = false) throws {
    _ = try link.link.publish(
      topic: topics.topic(kind), payload: try JSONCoding.encode(body), retain: retain)
  }

  func hello(
    config: UInt64 = 0, credentials: UInt64 = 0, lastEvent: UInt64 = 0, digest: String? = nil
  ) throws {
    try say(
      .hello,
      Hello(
        controller: "gate-1", software: "test", bootID: "b", sessionNonce: "nonce-1",
        configRevision: config, credentialRevision: credentials, logEpoch: "e",
        lastEvent: lastEvent,
        acknowledgedEvent: 0, clockTrust: "synchronised", simulated: true,
        credentialDigest: digest))
  }

  func state(online: Bool) throws {
    try say(
      .state, StateReport(controller: "gate-1", online: online, simulated: true, doors: []),
      retain: true)
  }

  func batch(_ numbers: ClosedRange<UInt64>) throws {
    let events = numbers.map { number in
      CloudEvent(
        controller: "gate-1", number: number,
        draft: EventDraft(
          id: "event-\(number)", type: "postern.test.v1", timeMilliseconds: 0,
          clockTrust: "synchronised", simulated: true))
    }
    try say(.events, EventBatch(controller: "gate-1", epoch: "e", events: events))
  }

  /// What came of one kind so far, each verified as the door would.
  func heard<Body: Codable & Sendable>(_ kind: Topics.Down, _ type: Body.Type) -> [Envelope<Body>] {
    link.seen.events.compactMap { event in
      guard case .message(let topic, let payload, let retained) = event,
        topic == topics.topic(kind)
      else { return nil }
      let now = WallInstant(millisecondsSince1970: Int64(Date().timeIntervalSince1970 * 1_000))
      return try? verifier.verify(
        payload, as: type, kind: kind, at: now, clockTrust: .synchronised, retained: retained)
    }
  }

  func acknowledged(_ through: UInt64, times: Int = 1) async throws -> Bool {
    try await eventually {
      heard(.ack, EventAcknowledgement.self).filter { $0.body.through == through }.count >= times
    }
  }

  func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !condition() {
      guard ContinuousClock.now < deadline else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
}
