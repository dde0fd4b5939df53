import ChildProcesses
import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import StoreSQLite
import Synchronization
import Testing

/// A wall clock that a test sets. It stands still, or runs on with the real monotonic clock.
final class HandWallClock: WallClock {
  private struct State {
    var at: WallInstant
    var setAt: MonotonicInstant
    var source: ClockSource
  }
  private let state: Mutex<State>
  private let runs: Bool

  init(_ at: WallInstant, _ trust: ClockTrust = .synchronised, runs: Bool = false) {
    self.runs = runs
    state = Mutex(
      State(
        at: at, setAt: SystemMonotonicClock().now(), source: ClockSource(assumed: trust)))
  }

  func read() -> ClockReading {
    state.withLock { state in
      let passed = runs ? SystemMonotonicClock().now().microseconds(since: state.setAt) / 1_000 : 0
      return ClockReading(state.at.advanced(byMilliseconds: Int64(passed)), state.source)
    }
  }

  func set(_ at: WallInstant) {
    state.withLock {
      $0.at = at
      $0.setAt = SystemMonotonicClock().now()
    }
  }

  func set(_ source: ClockSource) { state.withLock { $0.source = source } }
}

/// A link that a test controls: it delivers any message and records what was published.
final class HandLink: CloudLink {
  private struct State {
    var onEvent: (@Sendable (LinkEvent) -> Void)?
    var said: [LinkMessage] = []
    var connections = 0
    var refused: (kind: Topics.Up, why: LinkRefusal)?
  }
  private let state = Mutex(State())

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {
    state.withLock { $0.onEvent = onEvent }
  }

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    let (token, refused) = state.withLock {
      $0.said.append(message)
      return ($0.said.count, $0.refused)
    }
    // A broker that answers everything; the runtime is notified after this call.
    if let refused, message.topic.hasSuffix("/up/\(refused.kind.rawValue)") {
      hand(.refused(token: token, refused.why))
    } else {
      hand(.delivered(token: token))
    }
    return token
  }

  /// From now on the broker refuses messages of this kind; nil ends that.
  func refuse(_ kind: Topics.Up?, _ reason: String = "", isTooLarge: Bool = false) {
    state.withLock {
      $0.refused = kind.map { ($0, LinkRefusal(reason: reason, isTooLarge: isTooLarge)) }
    }
  }

  func reconnect() { hand(.disconnected(reason: LinkTerms.replaced)) }

  func stop() {}

  func hand(_ event: LinkEvent) {
    let onEvent = state.withLock { $0.onEvent }
    onEvent?(event)
  }

  /// A connection, whose number is its nonce.
  func connect() {
    let number = state.withLock {
      $0.connections += 1
      return $0.connections
    }
    hand(.connected(LinkTerms(nonce: "nonce-\(number)")))
  }

  func said<Body: Decodable>(_ kind: Topics.Up, as type: Body.Type) throws -> [Body] {
    try state.withLock { $0.said }.filter { $0.topic.hasSuffix("/up/\(kind.rawValue)") }
      .map { try JSONCoding.decode(Body.self, from: $0.payload) }
  }
}

/// Log lines of a test.
struct HandLog: RecentLines {
  func recent() -> (lines: [String], dropped: Int) { (["one", "two"], 3) }
}

/// The real runtime in this process: real databases in a folder, the simulated panel, a link and a
/// wall clock that the test controls.
final class RuntimeWorld: Sendable {
  static let controller = ControllerID(EnvelopeForge.controller)!
  static let door = DoorID("front")!
  static let start = WallInstant(secondsSince1970: EnvelopeForge.issued)

  let store: StoreFixture
  let panel: SimulatedPanel
  let link = HandLink()
  let wall: HandWallClock
  let ports: RuntimePorts
  let runtime: DoorRuntime
  let forge = EnvelopeForge()
  private let serving = Mutex<Task<Void, Never>?>(nil)

  init(
    _ store: StoreFixture = StoreFixture(), trust: ClockTrust = .synchronised,
    offlinePIN: OfflinePINKeys? = nil, handOver: HandOverVerifier? = nil,
    credentialKey: UInt8 = 7, certificates: (any CertificateSource)? = nil,
    zones: any ZoneSource = SystemZones(), housekeepingSeconds: Int = 60,
    timeRuns: Bool = false, fileTroubles: [String] = []
  ) throws {
    self.store = store
    let clock = SystemMonotonicClock()
    panel = SimulatedPanel(clock: clock)
    wall = HandWallClock(Self.start.advanced(bySeconds: 1), trust, runs: timeRuns)
    let events = try store.events()
    let layout = ControllerLayout(
      doors: [.init(id: Self.door, hasContact: true)],
      // Tests badge the same card in quick succession, and mean each as a presentation.
      readers: [
        .init(
          id: ReaderID("front-in")!, door: Self.door,
          habits: ReaderHabits(presentationMilliseconds: 0))
      ])
    ports = RuntimePorts(
      gpio: panel, monotonic: clock, wall: wall, zones: zones, events: events,
      ledger: events, state: events, policy: try store.cache(),
      digester: try #require(
        CredentialDigester(keyBytes: Array(repeating: credentialKey, count: 32))),
      log: HandLog(), cloud: .init(link: link, verifier: try forge.verifier()),
      offlinePIN: offlinePIN, handOver: handOver, issued: events, certificates: certificates)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    runtime = DoorRuntime(
      configuration: RuntimeConfiguration(
        controller: Self.controller, software: "test", bootID: UUID().uuidString.lowercased(),
        layout: layout, housekeepingSeconds: housekeepingSeconds, fileTroubles: fileTroubles),
      ports: ports, logger: logger)
  }

  /// Starts serving, and waits for the connection.
  func serve() async throws {
    let runtime = runtime
    serving.withLock { $0 = Task { await runtime.run() } }
    // The runtime starts the link; a hello shows that it noticed the connection.
    try await eventually("hello") {
      self.link.connect()
      return try !self.link.said(.hello, as: Hello.self).isEmpty
    }
  }

  /// Ends the runtime, and checks that each event it recorded is one that the contract lists.
  func end() async {
    for event in (try? await runtime.events(EventQuery(limit: EventQuery.pageLimitMax))) ?? [] {
      expectRegistered(event.draft)
    }
    runtime.stop()
    let task = serving.withLock { $0 }
    await task?.value
  }

  func hand(_ payload: [UInt8], _ kind: Topics.Down = .commands, retained: Bool = false) {
    let topic = Topics(controller: Self.controller).topic(kind)
    link.hand(.message(topic: topic, payload: payload, retained: retained))
  }

  /// The front door with a long hold time, so that a release is one movement.
  func configure() async throws {
    let json = """
      {"revision":1,"facility":{"id":"hq","name":"HQ","timeZone":"UTC"},
      "doors":[{"id":"front","name":"Front","holdTimeSeconds":30}]}
      """
    let document = try ConfigurationDocument.parse(Array(json.utf8))
    hand(
      try forge.signer().sign(
        document, kind: .config, issuer: "cloud", audience: Self.controller,
        id: "config-\(UUID().uuidString.prefix(8))", at: Self.start, lifetimeSeconds: 600),
      .config)
    try await eventually("configured") { await self.runtime.status().configRevision == 1 }
  }

  /// Time moves on, and somebody on site vouches for that.
  func setTime(_ at: WallInstant) async throws {
    wall.set(at)
    try await runtime.trustClock(by: "test", reason: "the test's time")
  }

  var movements: Int { panel.movements(of: OutputLine.relay(Self.door)) }

  /// The last outcome that was published of a command; nil for none.
  func outcomes(of id: String) throws -> [CommandResult.Outcome] {
    try link.said(.results, as: CommandResult.self).filter { $0.commandID == id }.map(\.outcome)
  }

  func eventually(
    _ what: String, seconds: Double = Patience.seconds,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
  ) async throws {
    var patience = Patience(seconds: seconds)
    while patience.lasts() {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("never came: \(what)", sourceLocation: sourceLocation)
  }

  /// Waits until everything that was delivered before this call has been processed.
  func settle() async throws {
    let marker = "marker-\(UUID().uuidString.prefix(8).lowercased())"
    let nonce = try link.said(.hello, as: Hello.self).last?.sessionNonce
    let (at, trust) = await (runtime.status().now.wall, runtime.status().now.trust)
    hand(
      try forge.signer().sign(
        Command(kind: .identify, sessionNonce: nonce), kind: .commands, issuer: "cloud",
        audience: Self.controller, id: marker, at: trust.isTrusted ? at : Self.start,
        lifetimeSeconds: 600))
    try await eventually("the marker") { try self.outcomes(of: marker).contains(.confirmed) }
  }
}
