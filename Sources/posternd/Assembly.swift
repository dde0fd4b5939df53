import CloudProtocol
import Console
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import SerialLinux
import Settings

/// Puts the daemon together: the only place that sees every adapter.
struct Assembly {
  let runtime: DoorRuntime
  let console: ConsoleServer
  let history: HistoryKeeper
  /// Nil when the web page is off.
  let page: ConsoleWeb?
  private let databases: Databases
  /// Nil without simulated readers on an OSDP line.
  private let line: SimulatedLine?

  init(
    settings: DaemonSettings, settingsPath: String, log: RecentLog, logger: Logger
  ) throws(PortError) {
    let keys = KeyFiles(settings: settings)
    keys.log(to: logger)
    let digester: CredentialDigester
    if let own = keys.digester {
      digester = own
    } else {
      digester = try KeyFiles.digesterOfNobody()
    }
    let monotonic = SystemMonotonicClock()
    databases = try Databases(folder: settings.stateFolder, logger: logger)
    databases.open()
    let panel =
      settings.isSimulated
      ? SimulatedPanel(
        clock: monotonic,
        sensedLocks: Set(settings.doors.filter(\.hasLockCurrent).map(\.id))) : nil
    line = try SimulatedLine.make(settings)
    if panel == nil, !GPIODPort.seesLostEdges {
      logger.notice(
        "libgpiod 1.x does not report edges that the kernel dropped; use libgpiod 2.x if you can")
    }
    let wall = SystemWallClock(assumedTrust: settings.assumedClockTrust)
    let host = SystemFacts(stateFolder: settings.stateFolder)
    let selfTest = LateSelfTest()
    let renewal = CloudConnection.renewal(settings)
    let ports = RuntimePorts(
      gpio: panel
        ?? GPIODPort(
          plan: settings.linePlan, pollMilliseconds: settings.hardware.pollMilliseconds),
      monotonic: monotonic, wall: wall,
      zones: SystemZones(), events: databases.events, ledger: databases.events,
      state: databases.events, policy: databases.cache, digester: digester, host: host, log: log,
      selfTest: selfTest,
      cloud: try CloudConnection.ports(settings, keys: keys, renewal: renewal, logger: logger),
      offlinePIN: keys.offlinePINs, handOver: keys.handOver, issued: databases.events,
      certificates: CloudConnection.certificates(settings, renewal), renewal: renewal,
      readers: OSDPReaders.make(settings, clock: monotonic))
    runtime = DoorRuntime(
      configuration: RuntimeConfiguration(
        settings, damagedFiles: databases.damaged, fileTroubles: keys.troubles.map(\.words)),
      ports: ports, logger: logger)
    let diagnostician = Diagnostician(
      settings: settings, settingsPath: settingsPath, runtime: runtime,
      events: databases.events, cache: databases.cache, host: host, monotonic: monotonic,
      filesAtStart: keys.troubles, renewal: renewal)
    selfTest.set(diagnostician)
    history = HistoryKeeper(runtime: runtime, host: host)
    let backend = ConsoleAdapter(
      runtime: runtime, settings: settings, panel: panel, line: line,
      diagnostician: diagnostician, log: log,
      keeper: history)
    let gate = ConsoleGate()
    let web = settings.console.web.map {
      ConsoleWebSettings(
        address: $0.address, port: $0.port, certificateFile: $0.certificateFile,
        keyFile: $0.keyFile, names: $0.names)
    }
    console = ConsoleServer(
      backend: backend, socketPath: settings.console.socket,
      login: web.map { ConsoleLogin(gate: gate, url: $0.url) }, logger: logger)
    page = web.map { [runtime] web in
      ConsoleWeb(backend: backend, settings: web, gate: gate, logger: logger) {
        await runtime.note(unserved: ConsoleService.page, cause: nil)
      }
    }
  }

  /// After everything else has ended.
  func close(_ logger: Logger) {
    line?.stop()
    databases.close(logger)
  }
}
