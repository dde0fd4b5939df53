import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Logging

/// The serving side: hears every controller, acknowledges events, and sends each what it lacks.
actor CloudServer {
  /// How often other commands' changes are looked for.
  static let pollMilliseconds = 50
  /// Life of configuration, credentials and acknowledgements.
  static let dataLifetimeSeconds = 86_400
  /// Life of a command once it is signed.
  static let commandLifetimeSeconds = 20

  private let store: CloudStore
  private let signer: EnvelopeSigner
  private let link: MQTTLink
  private let logger: Logger
  private var sessions: [ControllerID: Session] = [:]

  /// What a controller that is online has, or was sent.
  private struct Session {
    var nonce: String
    var configRevision: UInt64
    var credentialRevision: UInt64
    /// A credential message is under way: the next builds on its answer.
    var isWaitingForCredentials = false
  }

  init(store: CloudStore, link: MQTTLink, logger: Logger) throws {
    self.store = store
    self.link = link
    self.logger = logger
    signer = try store.signer()
  }

  func run() async throws {
    let (events, continuation) = AsyncStream<LinkEvent>.makeStream()
    try link.start { continuation.yield($0) }
    let poll = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        self.pushChanges()
      }
    }
    defer { poll.cancel() }
    for await event in events {
      switch event {
      case .connected: logger.info("connected to the broker")
      case .disconnected(let reason):
        logger.warning("broker: \(reason)")
        sessions = [:]
      case .message(let topic, let payload, let retained):
        take(topic: topic, payload, retained: retained)
      case .delivered: break
      }
    }
  }

  private func take(topic: String, _ payload: [UInt8], retained: Bool) {
    do {
      guard let (controller, kind) = Topics.parseUp(topic), try store.isEnrolled(controller) else {
        return logger.warning("a message of nobody known, on \(topic)")
      }
      switch kind {
      case .hello: try greet(controller, try JSONCoding.decode(Hello.self, from: payload))
      case .state:
        let state = try JSONCoding.decode(StateReport.self, from: payload)
        guard state.controller == controller.rawValue else { return }
        try store.note(state)
        try meet(controller, online: state.online, isOldNews: retained)
      case .events:
        let batch = try JSONCoding.decode(EventBatch.self, from: payload)
        try send(try store.take(batch, from: controller), .ack, to: controller)
      case .results: try store.finish(try JSONCoding.decode(CommandResult.self, from: payload))
      case .applied:
        applied(try JSONCoding.decode(ApplyReport.self, from: payload), by: controller)
      }
    } catch {
      logger.error("a message on \(topic) was not taken: \(error)")
    }
  }

  private func greet(_ controller: ControllerID, _ hello: Hello) throws {
    guard hello.controller == controller.rawValue else { return }
    logger.info(
      "\(controller): config \(hello.configRevision), credentials \(hello.credentialRevision)")
    try store.note(hello)
    sessions[controller] = Session(
      nonce: hello.sessionNonce, configRevision: hello.configRevision,
      credentialRevision: hello.credentialRevision)
    pushChanges()
  }

  /// A retained state is what the broker remembers: it may be older than a hello that came
  /// first, so it never ends a session. It may begin one: a controller that stayed online while
  /// this server restarted says no hello, and what it had then is where to start from; a delta
  /// that does not fit makes it say hello.
  private func meet(_ controller: ControllerID, online: Bool, isOldNews: Bool) throws {
    if !online {
      if !isOldNews { sessions[controller] = nil }
    } else if sessions[controller] == nil,
      let hello = try store.controllers().first(where: { $0.id == controller.rawValue })?.hello
    {
      try greet(controller, hello)
    }
  }

  private func applied(_ report: ApplyReport, by controller: ControllerID) {
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      logger.error("\(controller) refused \(report.subject.rawValue): \(problems)")
    }
    guard report.subject == .credentials else { return }
    sessions[controller]?.isWaitingForCredentials = false
    if report.applied { sessions[controller]?.credentialRevision = report.revision }
    pushChanges()
  }

  /// Sends each online controller what it lacks, and the commands that wait.
  private func pushChanges() {
    for controller in sessions.keys {
      do {
        try pushConfiguration(to: controller)
        try pushCredentials(to: controller)
      } catch {
        logger.error("\(controller) could not be sent its changes: \(error)")
      }
    }
    do { try sendCommands() } catch { logger.error("commands were not sent: \(error)") }
  }

  private func pushConfiguration(to controller: ControllerID) throws {
    guard let session = sessions[controller],
      let document = try store.configuration(of: controller.rawValue),
      document.revision > session.configRevision
    else { return }
    try send(document, .config, to: controller)
    sessions[controller]?.configRevision = document.revision
  }

  private func pushCredentials(to controller: ControllerID) throws {
    guard let session = sessions[controller], !session.isWaitingForCredentials,
      let delta = try store.delta(
        for: controller.rawValue, since: session.credentialRevision)
    else { return }
    try send(delta, .credentials, to: controller)
    sessions[controller]?.isWaitingForCredentials = true
  }

  private func sendCommands() throws {
    for waiting in try store.pending() {
      if waiting.runsOutMilliseconds < CloudStore.now() {
        try store.finish(
          CommandResult(
            commandID: waiting.id, outcome: .expired,
            reason: "the controller was not online in time", simulated: false,
            timeMilliseconds: CloudStore.now()))
        continue
      }
      guard let controller = ControllerID(waiting.controller),
        let session = sessions[controller]
      else { continue }
      var command = waiting.command
      command.sessionNonce = session.nonce
      let message = try Forgery(rawValue: waiting.forgery ?? "none").unwrapped()
        .sign(command, id: waiting.id, for: controller, by: signer)
      try publish(message, .commands, to: controller)
      try store.markSent(waiting.id)
    }
  }

  private func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, to controller: ControllerID
  ) throws {
    let message = try signer.sign(
      body, kind: kind, issuer: CloudKey.issuer, audience: controller,
      id: UUID().uuidString.lowercased(),
      at: WallInstant(millisecondsSince1970: CloudStore.now()),
      lifetimeSeconds: Self.dataLifetimeSeconds)
    try publish(message, kind, to: controller)
  }

  private func publish(_ message: [UInt8], _ kind: Topics.Down, to controller: ControllerID) throws
  {
    _ = try link.publish(
      topic: Topics(controller: controller).topic(kind), payload: message, retain: false)
  }
}
