import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import Logging
import Synchronization

/// The server: receives the messages of every controller, acknowledges events, and sends each
/// controller what it lacks.
///
/// Messages are handled on the link's own thread, so that the broker gets the acknowledgement of a
/// message only when it is on disk, and sends no faster than the disk can write.
final class CloudServer: Sendable {
  /// How often the database is checked for changes of other processes.
  static let pollMilliseconds = 50
  /// After so long a comparison of digests waits for no quiet moment, unless set.
  static let digestSeconds = 30
  /// After so many repairs in a row the server only logs an error.
  static let repairsMax = 3
  /// The first wait for an answer, unless set. A controller asks for a chunk again after 10 s.
  static let answerSeconds = 15

  let store: CloudStore
  let signer: EnvelopeSigner
  let links: BrokerLinks
  let logger: Logger
  let certificates: CertificateOffice
  /// The first wait for an answer.
  let answerMilliseconds: Int64
  /// After so long a comparison of digests waits for no quiet moment.
  let compareLateMilliseconds: Int64
  let sent = Mutex(SentMessages())
  private let state = Mutex(State())

  /// The state of the present connections.
  struct State {
    /// Controllers that are online.
    var sessions: [ControllerID: ControllerSession] = [:]
    /// Commands that the broker has not acknowledged, by the token of the link.
    var commandsInFlight: [Int: String] = [:]
    var hellos = HelloRequests()
    var rescans = RescanTurns()
    /// The stamp of the last check for changes.
    var pushed: UInt64 = 0
    /// Controllers that the next check looks at, whether or not they have changed.
    var unpushed: Set<ControllerID> = []
  }

  /// `answerSeconds` is the first wait for an answer, before a message is sent again; after
  /// `digestSeconds` a comparison of digests waits for no quiet moment.
  init(
    store: CloudStore, broker: BrokerOptions, certificates: CertificateOffice? = nil,
    answerSeconds: Int = answerSeconds, digestSeconds: Int = digestSeconds
  ) throws {
    let logger = Logger(label: "posterncloud") { StandardLog(label: $0) }
    self.store = store
    self.logger = logger
    self.certificates =
      certificates
      ?? CertificateOffice(
        table: CertificateTable(database: store.database), authority: nil, days: 1)
    answerMilliseconds = Int64(answerSeconds) * 1_000
    compareLateMilliseconds = Int64(digestSeconds) * 1_000
    links = BrokerLinks(broker, logger: logger)
    signer = try store.signer()
  }

  /// Serves until the task is cancelled.
  func run() async throws {
    try links.commands.start { self.handleCommands($0) }
    defer { links.commands.stop() }
    try links.data.start { self.handle($0) }
    defer { links.data.stop() }
    while true {
      try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
      state.withLock { state in
        pushChanges(&state)
        pushCommands(&state)
        compareDigests(&state)
        repeatUnanswered(&state)
        askForHellos(&state)
        askForRescan(&state)
      }
    }
  }

  /// Asks every controller for a hello that is not known to be away.
  private func lookForControllers(_ state: inout State) {
    do {
      for (id, hello, report) in try store.controllers.all()
      where hello != nil && report?.online != false {
        guard let controller = ControllerID(id) else { continue }
        state.hellos.expect(controller, at: CloudClock.ticks())
      }
    } catch {
      logger.error("cannot read which controllers there are: \(error)")
    }
  }

  private func handle(_ event: LinkEvent) {
    state.withLock { state in
      switch event {
      case .connected(let terms):
        logger.info("connected to the broker")
        sent.withLock { $0.connected(packetBytesMax: terms.packetBytesMax) }
        lookForControllers(&state)
        // Of a persistent session more messages than the link holds come before this event, and their
        // answers could not be published.
        state.unpushed.formUnion(state.sessions.keys)
      case .disconnected(let reason):
        logger.warning("broker: \(reason)")
        // Commands go over the other connection, which may be up.
        state = State(commandsInFlight: state.commandsInFlight)
        sent.withLock { $0.disconnected() }
      case .message(let topic, let payload, let retained):
        do {
          try take(topic: topic, payload, retained: retained, &state)
        } catch {
          logger.error("a message on \(topic) was rejected: \(error)")
          if let controller = Topics.parseUp(topic)?.0 { state.unpushed.insert(controller) }
        }
      case .delivered(let token):
        sent.withLock { $0.delivered(token) }
      case .refused(let token, let refusal):
        guard let message = sent.withLock({ $0.refused(token, refusal) }) else { break }
        refused(message, refusal, &state)
      }
    }
  }

  private func handleCommands(_ event: LinkEvent) {
    state.withLock { state in
      switch event {
      case .connected, .message: break
      case .refused(let token, _):
        // It is sent again, until it expires.
        state.commandsInFlight[token] = nil
      case .disconnected: state.commandsInFlight = [:]
      case .delivered(let token):
        guard let command = state.commandsInFlight.removeValue(forKey: token) else { return }
        do { try store.commands.markSent(command) } catch { logger.error("\(command): \(error)") }
      }
    }
  }
}
