import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Logging
import Synchronization

/// The serving side: hears every controller, acknowledges events, and sends each what it lacks.
///
/// What comes in is handled on the link's own thread, so that the broker hears of a message
/// having come only when it is on disk, and sends no faster than the disk can take.
final class CloudServer: Sendable {
  /// How often other commands' changes are looked for.
  static let pollMilliseconds = 50
  /// Digests are compared once nothing has changed for so long.
  static let compareDelayMilliseconds: Int64 = 1_000
  /// Repairs in a row before somebody has to look.
  static let repairsMax = 3

  let store: CloudStore
  let signer: EnvelopeSigner
  let link: MQTTLink
  /// For commands alone: on one connection they would wait behind everything that is to be
  /// acknowledged, which is much when many doors come back at once.
  let commandLink: MQTTLink
  let logger: Logger
  private let state = Mutex(State())

  /// What is known of the present connections.
  struct State {
    /// Controllers that are online.
    var sessions: [ControllerID: Session] = [:]
    /// Commands on their way to the broker, by the link's token.
    var commandsInFlight: [Int: String] = [:]
    /// What the last look for changes found; nil looks at everybody.
    var pushed: CloudStore.ChangeStamp?
  }

  /// What a controller that is online has, or was sent.
  struct Session {
    var nonce: String
    var configRevision: UInt64
    var credentialRevision: UInt64
    /// A credential message is under way: the next builds on its answer.
    var isWaitingForCredentials = false
    /// The door has another past, or none: everything anew.
    var needsSnapshot = false
    /// Ids of the last messages of each kind, by which their answers are known.
    var sentConfig: String?
    /// What the door had when a configuration was last sent.
    var configBase: UInt64 = 0
    var sentCredentials: String?
    /// The cloud's latest revision when credentials were last sent.
    var sentRevision: UInt64 = 0
    /// When the digests are to be compared; nil for not.
    var compareDue: Int64?
    /// What the door last said.
    var digest: String?
    /// Repairs in a row that left a difference.
    var repairs = 0

    /// Without a hello the controller is taken to have nothing, so that it is sent everything.
    init(_ hello: Hello?) {
      nonce = hello?.sessionNonce ?? ""
      configRevision = hello?.configRevision ?? 0
      credentialRevision = hello?.credentialRevision ?? 0
      digest = hello?.credentialDigest
    }
  }

  init(store: CloudStore, link: MQTTLink, commandLink: MQTTLink, logger: Logger) throws {
    self.store = store
    self.link = link
    self.commandLink = commandLink
    self.logger = logger
    signer = try store.signer()
  }

  /// Serves until the task is cancelled.
  func run() async throws {
    try commandLink.start { self.handleCommands($0) }
    defer { commandLink.stop() }
    try link.start { self.handle($0) }
    defer { link.stop() }
    while true {
      try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
      state.withLock { state in
        pushChanges(&state)
        pushCommands(&state)
        compareDigests(&state)
      }
    }
  }

  private func handle(_ event: LinkEvent) {
    state.withLock { state in
      switch event {
      case .connected:
        logger.info("connected to the broker")
        // What the broker had kept came before this, and its answers found no connection.
        state.pushed = nil
      case .disconnected(let reason):
        logger.warning("broker: \(reason)")
        // What is on its way on the other connection stays so.
        state = State(commandsInFlight: state.commandsInFlight)
      case .message(let topic, let payload, let retained):
        do {
          try take(topic: topic, payload, retained: retained, &state)
        } catch {
          logger.error("a message on \(topic) was not taken: \(error)")
          state.pushed = nil
        }
      case .delivered: break
      }
    }
  }

  private func handleCommands(_ event: LinkEvent) {
    state.withLock { state in
      switch event {
      case .connected, .message: break
      case .disconnected: state.commandsInFlight = [:]
      case .delivered(let token):
        guard let command = state.commandsInFlight.removeValue(forKey: token) else { return }
        do { try store.markSent(command) } catch { logger.error("\(command): \(error)") }
      }
    }
  }

  /// A door serves its people for only so many hours without a word of the cloud, and on a quiet
  /// night this is the only one.
  private func sayThatItIsHeard(_ controller: ControllerID) throws {
    guard let standing = try store.acknowledged(of: controller) else { return }
    try send(standing, .ack, to: controller)
  }

  private func take(
    topic: String, _ payload: [UInt8], retained: Bool, _ state: inout State
  ) throws {
    guard let (controller, kind) = Topics.parseUp(topic), try store.isEnrolled(controller) else {
      return logger.warning("a message of nobody known, on \(topic)")
    }
    switch kind {
    case .hello:
      let hello = try JSONCoding.decode(Hello.self, from: payload)
      try requireSame(hello.controller, controller)
      logger.info(
        "\(controller): config \(hello.configRevision), credentials \(hello.credentialRevision)")
      var session = Session(hello)
      session.needsSnapshot = try store.overtake(hello, of: controller)
      session.compareDue = CloudStore.now()
      try store.note(hello)
      if try store.noteBoot(hello) {
        logger.critical(
          """
          \(controller): two machines speak with this identity in turn; one is a copy. Go there, \
          and enrol the controller anew
          """)
      }
      state.sessions[controller] = session
      if let correction = try store.correction(hello) {
        logger.error(
          """
          \(controller): its log goes to \(hello.lastEvent), acknowledged to \
          \(hello.acknowledgedEvent); here it goes to \(correction.through)
          """)
        try send(correction, .ack, to: controller)
      } else {
        try sayThatItIsHeard(controller)
      }
      push(to: controller, &state)
      pushCommands(&state)
    case .state:
      let report = try JSONCoding.decode(StateReport.self, from: payload)
      try requireSame(report.controller, controller)
      try store.note(report)
      try note(isOnline: report.online, controller, retained: retained, &state)
    case .events:
      let batch = try JSONCoding.decode(EventBatch.self, from: payload)
      let acknowledgement = try store.take(batch, from: controller)
      if acknowledgement.diverged == true {
        logger.error(
          "\(controller): what follows event \(acknowledgement.through) is of another log")
      }
      try send(acknowledgement, .ack, to: controller)
    case .urgent:
      let urgent = try JSONCoding.decode(UrgentEvent.self, from: payload)
      try requireSame(urgent.controller, controller)
      try store.take(urgent, from: controller)
    case .telemetry:
      let report = try JSONCoding.decode(TelemetryReport.self, from: payload)
      try requireSame(report.controller, controller)
      try store.note(report)
      try sayThatItIsHeard(controller)
    case .logs:
      let upload = try JSONCoding.decode(LogUpload.self, from: payload)
      try requireSame(upload.controller, controller)
      try store.note(upload)
    case .issued:
      let report = try JSONCoding.decode(IssuedReport.self, from: payload)
      try requireSame(report.controller, controller)
      for decision in try store.reconcile(report, of: controller) {
        logger.notice("\(controller): \(decision)")
      }
      pushChanges(&state)
    case .diagnosis:
      let report = try JSONCoding.decode(DiagnosisReport.self, from: payload)
      try requireSame(report.controller, controller)
      try store.note(report)
    case .pull:
      try answer(try JSONCoding.decode(SnapshotPull.self, from: payload), of: controller, &state)
    case .digest:
      let report = try JSONCoding.decode(DigestReport.self, from: payload)
      try requireSame(report.controller, controller)
      try repair(report, controller, &state)
    case .results:
      try store.finish(try JSONCoding.decode(CommandResult.self, from: payload), by: controller)
    case .applied:
      let report = try JSONCoding.decode(ApplyReport.self, from: payload)
      try store.note(report, of: controller)
      try store.noteStatuses(report, of: controller)
      try applied(report, by: controller, &state)
    }
  }

  private func requireSame(_ name: String, _ controller: ControllerID) throws {
    guard name == controller.rawValue else {
      throw CloudProblem("it names the controller \(name.prefix(64))")
    }
  }

  /// A retained state is what the broker remembers: it may be older than a hello that came
  /// first, so it never ends a session. It may begin one: a controller that stayed online while
  /// this server restarted says no hello, and what it had then is where to start from. Should
  /// that be out of date, it refuses the first delta and says hello again.
  private func note(
    isOnline: Bool, _ controller: ControllerID, retained: Bool, _ state: inout State
  ) throws {
    if !isOnline {
      if !retained { state.sessions[controller] = nil }
    } else if state.sessions[controller] == nil {
      state.sessions[controller] = Session(try store.hello(of: controller.rawValue))
      // What was kept may be of a copy; the door knows better.
      try send(DigestRequest(hello: true), .digest, to: controller)
      push(to: controller, &state)
    }
  }

  private func applied(
    _ report: ApplyReport, by controller: ControllerID, _ state: inout State
  ) throws {
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      logger.error("\(controller) refused \(report.subject.rawValue): \(problems)")
    }
    guard var session = state.sessions[controller] else { return }
    switch report.subject {
    case .config:
      if !report.applied, report.messageID == session.sentConfig {
        guard report.revision == session.configBase else {
          // A patch on what the door does not have: it is sent whole.
          session.configRevision = 0
          break
        }
        try store.noteRefused(.config, at: session.configRevision, by: controller)
      }
    case .credentials:
      // A refusal for want of the right base is no refusal of what was said; a hello follows.
      if !report.applied, report.messageID == session.sentCredentials,
        report.revision == session.credentialRevision
      {
        try store.noteRefused(.credentials, at: session.sentRevision, by: controller)
      }
      session.isWaitingForCredentials = false
      session.digest = report.digest
      session.compareDue = CloudStore.now() + Self.compareDelayMilliseconds
      if report.applied {
        session.credentialRevision = report.revision
        session.needsSnapshot = false
      }
    }
    state.sessions[controller] = session
    push(to: controller, &state)
  }
}
