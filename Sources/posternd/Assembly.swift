import Certificates
import CloudMQTT
import CloudProtocol
import Console
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import Settings
import StoreSQLite

/// Puts the daemon together: the only place that sees every adapter.
struct Assembly {
  let runtime: DoorRuntime
  let console: ConsoleServer
  let history: HistoryKeeper
  /// Nil when the web page is off.
  let page: ConsoleWeb?
  private let events: LateOpening<EventDatabase>
  private let cache: LateOpening<CacheDatabase>

  init(
    settings: DaemonSettings, settingsPath: String, log: RecentLog, logger: Logger
  ) throws(PortError) {
    let key = try KeyFile.load(path: settings.credentialKeyFile)
    let previous = Self.optional(settings.previousCredentialKeyFile, logger) {
      (path) throws(PortError) in try KeyFile.load(path: path)
    }
    guard
      let digester = CredentialDigester(
        keyBytes: key.reveal(), previous: previous.map { [$0.reveal()] } ?? [])
    else {
      throw PortError(
        .damaged, operation: "read key \(settings.credentialKeyFile)",
        detail: "a credential key has 32 bytes")
    }
    let monotonic = SystemMonotonicClock()
    let folder = settings.stateFolder
    let lock = FolderLock(folder: folder)
    try Self.take(lock, logger)
    let events = LateOpening { () throws(PortError) in
      try lock.take()
      return Self.opened(try EventDatabase(folder: folder), \.recovered, logger)
    }
    let cache = LateOpening { () throws(PortError) in
      try lock.take()
      return Self.opened(try CacheDatabase(folder: folder), \.recovered, logger)
    }
    self.events = events
    self.cache = cache
    let damaged = [events.ifOpen?.recovered, cache.ifOpen?.recovered].compactMap { $0?.path }
    let panel = settings.driver == .simulated ? SimulatedPanel(clock: monotonic) : nil
    let gpio: any GPIOPort = panel ?? GPIODPort(plan: settings.linePlan)
    if panel == nil, !GPIODPort.seesLostEdges {
      logger.notice("libgpiod 1.x cannot tell when the kernel drops an edge; use 2.x where it is")
    }
    let wall = SystemWallClock(assumedTrust: settings.assumedClockTrust)
    let host = SystemFacts(stateFolder: folder)
    let selfTest = LateSelfTest()
    let ports = RuntimePorts(
      gpio: gpio, monotonic: monotonic,
      wall: wall, zones: SystemZones(),
      events: events, ledger: events, state: events, policy: cache, digester: digester,
      host: host, log: log, selfTest: selfTest,
      cloud: try Self.cloud(settings, simulated: gpio.isSimulated, logger: logger),
      offlinePIN: Self.optional(settings.offlinePINKeyFile, logger) { (path) throws(PortError) in
        try OfflineKeyFiles.pins(path: path, controller: settings.controller)
      },
      handOver: Self.optional(settings.issuerRootsFile, logger) { (path) throws(PortError) in
        try OfflineKeyFiles.roots(path: path, controller: settings.controller)
      }, issued: events, certificates: Self.certificates(settings))
    let configuration = RuntimeConfiguration(
      controller: settings.controller, software: SoftwareVersion.text,
      bootID: UUID().uuidString.lowercased(), layout: Wiring.layout(settings),
      failSafeDoors: Set(settings.doors.filter(\.failSafe).map(\.id)),
      commitDeadlineMilliseconds: settings.commitDeadlineMilliseconds,
      heartbeatSeconds: settings.cloud?.heartbeatSeconds ?? 60, damagedFiles: damaged)
    runtime = DoorRuntime(configuration: configuration, ports: ports, logger: logger)
    let diagnostician = Diagnostician(
      settings: settings, settingsPath: settingsPath, runtime: runtime, events: events,
      cache: cache, host: host, monotonic: monotonic, wall: wall)
    selfTest.set(diagnostician)
    history = HistoryKeeper(runtime: runtime, host: host, wall: wall)
    let backend = ConsoleAdapter(
      runtime: runtime, settings: settings, panel: panel, diagnostician: diagnostician, log: log,
      keeper: history)
    let gate = ConsoleGate()
    let web = settings.web.map {
      ConsoleWebSettings(
        address: $0.address, port: $0.port, certificateFile: $0.certificateFile,
        keyFile: $0.keyFile)
    }
    console = ConsoleServer(
      backend: backend, socketPath: settings.consoleSocket,
      login: web.map { ConsoleLogin(gate: gate, url: $0.url) }, logger: logger)
    page = web.map {
      ConsoleWeb(backend: backend, settings: $0, gate: gate, logger: logger)
    }
  }

  /// After everything else has ended: the files are whole without their write-ahead logs, so that
  /// whoever copies a folder of a stopped controller has all of it.
  func close(_ logger: Logger) {
    do throws(PortError) {
      try events.taken()?.close()
      try cache.taken()?.close()
    } catch { logger.warning("\(error); the write-ahead log is read at the next start") }
  }

  private static func certificates(_ settings: DaemonSettings) -> CertificateFiles? {
    guard let tls = settings.cloud?.tls else { return nil }
    var paths = ["broker.ca": tls.caFile]
    paths["broker.client"] = tls.certificateFile
    return CertificateFiles(paths: paths)
  }

  /// What a file brings. Without it these keys open nothing; it is no reason to serve nobody.
  private static func optional<Value>(
    _ path: String?, _ logger: Logger, _ read: (String) throws(PortError) -> Value
  ) -> Value? {
    guard let path else { return nil }
    do throws(PortError) { return try read(path) } catch {
      logger.error("what this file brings is not served: \(error)")
      return nil
    }
  }

  /// Two daemons on one log would each give the same numbers. A folder that is not there yet is
  /// taken when it is.
  private static func take(_ lock: FolderLock, _ logger: Logger) throws(PortError) {
    do { try lock.take() } catch {
      guard error.code != .busy else { throw error }
      logger.error("\(error)")
    }
  }

  private static func opened<Database>(
    _ database: Database, _ recovered: KeyPath<Database, DamagedFile?>, _ logger: Logger
  ) -> Database {
    if let moved = database[keyPath: recovered] {
      let next =
        moved.isSalvaged ? "what can be read of it was carried over" : "a new one was begun"
      logger.error("a damaged database was moved to \(moved.path); \(next)")
    }
    return database
  }

  private static func cloud(
    _ settings: DaemonSettings, simulated: Bool, logger: Logger
  ) throws(PortError) -> RuntimePorts.CloudPorts? {
    guard let cloud = settings.cloud else { return nil }
    let verifier: EnvelopeVerifier
    do throws(EnvelopeKeyFailure) {
      verifier = try EnvelopeVerifier(
        publicKeys: try CloudKeys.load(path: cloud.publicKeyFile), audience: settings.controller,
        issuer: nil)
    } catch {
      throw PortError(
        .damaged, operation: "read the cloud's keys in \(cloud.publicKeyFile)",
        detail: "\(error)")
    }
    let topics = Topics(controller: settings.controller)
    let offline = StateReport(
      controller: settings.controller.rawValue, online: false, simulated: simulated, doors: [])
    let will: Will
    do {
      will = Will(
        topic: topics.topic(.state), payload: try JSONCoding.encode(offline), retain: true)
    } catch {
      throw PortError(.invalid, operation: "make the last will", detail: "\(error)")
    }
    let link = MQTTLink(
      settings: MQTTSettings(
        host: cloud.host, port: cloud.port, clientID: "postern-\(settings.controller)",
        keepAliveSeconds: cloud.keepAliveSeconds, username: cloud.username,
        password: try cloud.passwordFile.map(CloudKeys.password),
        tls: cloud.tls.map {
          TLSSettings(
            caFile: $0.caFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile)
        }, will: will, subscriptions: [topics.downFilter]),
      onProblem: { logger.warning("cloud: \($0)") })
    return RuntimePorts.CloudPorts(link: link, verifier: verifier)
  }
}
