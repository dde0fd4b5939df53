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
  let links: BrokerLinks
  let logger: Logger
  private let state = Mutex(State())

  /// What is known of the present connections.
  struct State {
    /// Controllers that are online.
    var sessions: [ControllerID: ControllerSession] = [:]
    /// Commands on their way to the broker, by the link's token.
    var commandsInFlight: [Int: String] = [:]
    /// What the last look for changes found; nil looks at everybody.
    var pushed: RevisionTable.ChangeStamp?
  }

  init(store: CloudStore, host: String, port: Int) throws {
    let logger = Logger(label: "posterncloud") { StreamLogHandler.standardError(label: $0) }
    self.store = store
    self.logger = logger
    links = BrokerLinks(host: host, port: port, logger: logger)
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
        do { try store.commands.markSent(command) } catch { logger.error("\(command): \(error)") }
      }
    }
  }
}
