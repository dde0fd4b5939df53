import ChildProcesses
import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Glibc
import Testing

/// The built `posterncloud` with a broker and a folder of its own.
final class ServeFixture {
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "posterncloud").path()

  let broker: BrokerFixture
  private var server: ChildProcess?
  private var starts = 0

  /// `options` are further lines of the broker's configuration.
  init(options: [String] = []) throws {
    broker = try BrokerFixture(options: options).start()
    try run("enrol", "gate-1", "--out", broker.folder.path + "/device")
  }

  deinit { stopServing() }

  /// Starts to serve, and waits until it is connected to the broker.
  func serve(
    answerSeconds: Int = 15, digestSeconds: Int = 30, prefix: String? = nil
  ) async throws {
    starts += 1
    let log = "serve-\(starts).log"
    let prefixed = prefix.map { ["--topic-prefix", $0] } ?? []
    server = try start(
      [
        "serve", "--port", "\(broker.port)", "--answer-seconds", "\(answerSeconds)",
        "--digest-seconds", "\(digestSeconds)",
      ] + prefixed, output: log)
    var patience = Patience()
    while !text(log).contains("connected to the broker") {
      guard patience.lasts() else {
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
    try start(arguments, output: output)
  }

  private func start(_ arguments: [String], output: String) throws -> ChildProcess {
    let file = broker.folder.path + "/" + output
    return try ChildProcess(
      Self.program, arguments + ["--state", broker.folder.path + "/cloud"], output: file,
      errors: file)
  }

  /// Runs a command that must succeed.
  func run(_ arguments: String...) throws { try run(arguments) }

  func run(_ arguments: [String]) throws {
    let log = broker.folder.path + "/run.log"
    let child = try ChildProcess(
      Self.program, arguments + ["--state", broker.folder.path + "/cloud"], output: log,
      errors: log)
    guard child.wait() == 0 else {
      throw BrokerFixture.Failure(description: "\(arguments) failed: \(text("run.log"))")
    }
  }

  /// Adds a person whom `gate-1` gets, since there is a card for one of its doors.
  func addWithCard(_ person: String) throws {
    try run("person", "add", person)
    try run(
      "credential", "issue", "--controller", "gate-1", "--person", person, "--card",
      "H10301:12:345", "--doors", "front")
  }

  func text(_ file: String) -> String {
    let path = broker.folder.path + "/" + file
    return String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// A controller's messages, without a door behind it.
struct FakeDoor {
  /// Lives as long as its controller.
  let cloud: ServeFixture
  let link: TestLink
  let topics: Topics
  let verifier: EnvelopeVerifier

  /// Connects, and receives all messages to `gate-1`.
  init(_ fixture: ServeFixture, prefix: String = "") async throws {
    guard let id = ControllerID("gate-1") else {
      throw BrokerFixture.Failure(description: "no id")
    }
    cloud = fixture
    topics = Topics(controller: id)
    let words = fixture.text("device/cloud.pub").split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let key = Data(base64URL: String(words[1])) else {
      throw BrokerFixture.Failure(description: "cloud.pub: \(words)")
    }
    verifier = try EnvelopeVerifier(
      publicKeys: [String(words[0]): Array(key)], audience: id, issuer: nil)
    var settings = fixture.broker.settings("gate-1", subscriptions: [topics.downFilter])
    settings.topicPrefix = prefix
    link = try await TestLink(settings).connected()
  }

  func publish(_ kind: Topics.Up, _ body: some Encodable, retain: Bool = false) throws {
    _ = try link.link.publish(
      topic: topics.topic(kind), payload: try JSONCoding.encode(body), retain: retain)
  }

  func telemetry() throws {
    try publish(
      .telemetry,
      TelemetryReport(
        controller: "gate-1", timeMilliseconds: 0, software: "test", host: HostReading(),
        uptimeSeconds: 1, clockTrust: "synchronised", simulated: true, queuedEvents: 0,
        credentials: 0, readers: [], refusedMessages: [:], identified: 0, troubles: []))
  }

  func hello(
    config: UInt64 = 0, credentials: UInt64 = 0, lastEvent: UInt64 = 0, digest: String? = nil,
    bytesMax: Int? = nil
  ) throws {
    var hello = Hello(
      controller: "gate-1", software: "test", bootID: "b", sessionNonce: "nonce-1",
      configRevision: config, credentialRevision: credentials, logEpoch: "e",
      lastEvent: lastEvent,
      acknowledgedEvent: 0, clockTrust: "synchronised", simulated: true,
      credentialDigest: digest, messageBytesMax: bytesMax)
    // What is sent has the length that it is reckoned with.
    hello.features?.removeAll { $0 == Hello.Feature.deflate.rawValue }
    try publish(.hello, hello)
  }

  func state(online: Bool, nonce: String? = nil) throws {
    try publish(
      .state,
      StateReport(
        controller: "gate-1", online: online, simulated: true, doors: [], sessionNonce: nonce),
      retain: true)
  }

  func batch(_ numbers: ClosedRange<UInt64>) throws {
    try publish(.events, try Self.events(numbers))
  }

  static func events(
    _ numbers: ClosedRange<UInt64>, epoch: String = "e", salt: String = "event",
    chained: Bool = false
  ) throws -> EventBatch {
    var link = EventChain.start
    let events = try numbers.map { number in
      let draft = EventDraft(
        id: "\(salt)-\(number)", type: "postern.test.v1", timeMilliseconds: 0,
        clockTrust: "synchronised", simulated: true)
      link = EventChain.link(after: link, json: try JSONCoding.encode(draft))
      return CloudEvent(
        controller: "gate-1", number: number, draft: draft, chain: chained ? link : nil)
    }
    return EventBatch(controller: "gate-1", epoch: epoch, events: events)
  }

  /// The messages of one kind so far, each verified as a controller does.
  func received<Body: Codable & Sendable>(_ kind: Topics.Down, _ type: Body.Type) -> [Envelope<
    Body
  >] {
    link.seen.events.compactMap { event in
      guard case .message(let topic, let payload, let retained) = event,
        topic == topics.topic(kind)
      else { return nil }
      let now = WallInstant(millisecondsSince1970: Int64(Date().timeIntervalSince1970 * 1_000))
      return try? verifier.verify(
        payload, as: type, kind: kind, at: now, clockTrust: .synchronised, retained: retained)
    }
  }

  /// The first message of one kind; the test fails when none arrives.
  func first<Body: Codable & Sendable>(_ kind: Topics.Down, _ type: Body.Type) async throws -> Body
  {
    #expect(try await eventually { !received(kind, type).isEmpty })
    return try #require(received(kind, type).first?.body)
  }

  func acknowledged(_ through: UInt64, times: Int = 1) async throws -> Bool {
    try await eventually {
      received(.ack, EventAcknowledgement.self).filter { $0.body.through == through }.count >= times
    }
  }

  func stop() { link.link.stop() }

  func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    var patience = Patience()
    while try !condition() {
      guard patience.lasts() else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
}
