import CloudProtocol
import Diagnosis
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import HostLinux
import Settings
import StoreSQLite
import Synchronization
import WiegandCodec

/// Gathers the facts of the running daemon for the checks.
struct Diagnostician: Sendable {
  let settings: DaemonSettings
  let settingsPath: String
  let runtime: DoorRuntime
  let events: LateOpening<EventDatabase>
  let cache: LateOpening<CacheDatabase>
  let host: SystemFacts
  let monotonic: any MonotonicClock
  /// The files that could not be used when the daemon started.
  let filesAtStart: [KeyFiles.Trouble]
  /// The pairs for the broker; nil without TLS.
  let renewal: BrokerRenewal?

  func report() async -> DiagnosisReport {
    let began = monotonic.now()
    let reading = host.read()
    let status = await runtime.status()
    let now = status.now.wall
    // A certificate that was renewed has taken the place of the settings' one.
    let present = renewal?.inForce(settings) ?? settings
    async let network = SettingsGathering.network(
      present, address: Self.words(of: reading), at: now)
    let inspection = await runtime.inspect()
    var facts = DiagnosisFacts()
    facts.daemon = DaemonFacts(
      unreachable: nil, uptimeSeconds: status.uptimeSeconds, software: SoftwareVersion.text)
    facts.daemon?.powerLosses = inspection.powerLosses
    facts.daemon?.crashes = inspection.crashes
    facts.daemon?.unserved = inspection.unserved
    facts.settings = SettingsFacts(
      path: settingsPath, problems: [], simulated: settings.isSimulated)
    facts.files = files()
    facts.lines = lines(inspection)
    facts.readers = readers(status, inspection)
    facts.doors = doors(status, inspection)
    facts.power = power(status)
    facts.storage = storage(reading, inspection)
    facts.clock = ClockFacts(
      trust: status.now.trust.rawValue, source: MachineProbe.clockSource(),
      offsetSeconds: inspection.clockOffsetSeconds,
      doubtSeconds: inspection.clockDoubt.map { $0.offMilliseconds / 1_000 })
    facts.zone = zone(status)
    facts.certificates = SettingsGathering.certificates(present, at: now)
    facts.cloud = CloudFacts(
      configured: settings.cloud != nil, connected: status.cloudConnected,
      detail: status.cloudDetail, silentSeconds: inspection.cloudSilentSeconds,
      backlog: status.log.last - min(status.log.acknowledged, status.log.last),
      refused: inspection.refused)
    facts.policy = PolicyFacts(
      configRevision: status.configRevision, credentialRevision: status.credentials.revision,
      credentials: status.credentials.credentials,
      unconfiguredDoors: status.doors.filter { !$0.configured }.map(\.id.rawValue))
    facts.machine = MachineProbe.facts(reading)
    facts.network = await network
    return DiagnosisReport(
      controller: settings.controller.rawValue, software: SoftwareVersion.text,
      simulated: settings.isSimulated,
      timeMilliseconds: now.millisecondsSince1970,
      tookMilliseconds: monotonic.now().microseconds(since: began) / 1_000,
      checks: facts.checks())
  }

  /// What is wrong with the files of keys now, and what is right again but not in use yet.
  private func files() -> [FileFacts] {
    var facts = KeyFiles(settings: settings).troubles.map {
      FileFacts(setting: $0.setting, fault: $0.cause, loss: $0.loss)
    }
    let wrong = Set(facts.map(\.setting))
    facts += filesAtStart.filter { !wrong.contains($0.setting) }
      .map { FileFacts(setting: $0.setting, fault: nil, loss: $0.loss) }
    if let path = settings.cloud?.passwordFile {
      do throws(PortError) { _ = try TextFile.password(path) } catch {
        facts.append(
          FileFacts(
            setting: "cloud.passwordFile", fault: "\(error)", loss: "the cloud is not connected",
            isReadAgain: true))
      }
    }
    return facts
  }

  static func words(of reading: HostReading) -> String? {
    guard let interface = reading.networkInterface, let address = reading.address else {
      return nil
    }
    return "\(interface) has \(address)\(reading.wifiName.map { ", on \($0)" } ?? "")"
  }

  private func lines(_ inspection: RuntimeInspection) -> LineFacts? {
    guard !settings.isSimulated else { return nil }
    let plan = settings.linePlan
    let wired =
      plan.outputs.map { ($0.line.words, $0.place) } + plan.inputs.map { ($0.line.words, $0.place) }
    return LineFacts(
      lines: wired.map { name, place in
        LineFacts.Line(
          name: name, place: "\(place)",
          fault: inspection.faults.first { $0.line == name }
            .map { SettingsGathering.fault($0.error) })
      },
      chatter: inspection.chatter.map { .init(input: $0.input.words, door: $0.door.rawValue) },
      polled: inspection.polled.map(\.words))
  }

  private func readers(
    _ status: RuntimeStatus, _ inspection: RuntimeInspection
  ) -> [ReaderFacts] {
    status.readers.map { reader in
      ReaderFacts(
        id: reader.id.rawValue, watchedSeconds: status.uptimeSeconds,
        edges: reader.counters.edges, noise: reader.counters.noise,
        frames: reader.counters.frames,
        malformed: Dictionary(
          uniqueKeysWithValues: reader.counters.malformed.map { ($0.key.rawValue, $0.value) }),
        wiring: Set((inspection.findings[reader.id] ?? []).map(Self.wiring)),
        pulses: inspection.pulses[reader.id].map {
          ReaderFacts.Pulses(
            narrowestMicroseconds: $0.narrowest, widestMicroseconds: $0.widest,
            closestMicroseconds: $0.closest, farthestMicroseconds: $0.farthest)
        }, lockedOut: reader.lockedOutMilliseconds != nil,
        osdp: reader.bus.map {
          OSDPReaderFacts(
            place: $0.place, absence: $0.absence, advice: $0.advice, identity: $0.identity,
            faults: $0.faults, lines: $0.lines)
        })
    }
  }

  private static func wiring(_ finding: ReaderFinding) -> ReaderFacts.Wiring {
    switch finding {
    case .linesSwapped: .linesSwapped
    case .linesInverted: .linesInverted
    case .data0Stuck: .data0Stuck
    case .data1Stuck: .data1Stuck
    }
  }

  private func doors(_ status: RuntimeStatus, _ inspection: RuntimeInspection) -> [DoorFacts] {
    status.doors.map { door in
      let leaf = inspection.leaves[door.id] ?? LeafCounts()
      return DoorFacts(
        id: door.id.rawValue, secured: door.lock == .secured, open: door.open,
        alarms: door.alarms.map(\.rawValue), mode: (door.mode?.mode ?? .normal).rawValue,
        relayActive: door.relayActive, openedReleased: leaf.openedReleased,
        openedSecured: leaf.openedSecured, closedReleased: leaf.closedReleased)
    }
  }

  private func power(_ status: RuntimeStatus) -> PowerFacts {
    func level(_ line: DaemonSettings.Line?, _ alarm: SiteAlarm) -> Bool? {
      settings.isSimulated || line != nil ? status.siteAlarms.contains(alarm) : nil
    }
    return PowerFacts(
      mainsLost: level(settings.hardware.mains, .mainsLost),
      batteryLow: level(settings.hardware.battery, .batteryLow))
  }

  private func storage(
    _ reading: HostReading, _ inspection: RuntimeInspection
  ) -> [StorageFacts] {
    let slowest = inspection.metrics.commits
    return [("event log", events.health()), ("credential cache", cache.health())].map {
      name, health in
      let isLog = name == "event log"
      let error = health.failure ?? (isLog ? inspection.logError : nil)
      return StorageFacts(
        name: name, path: health.path, fault: error.map { SettingsGathering.fault($0) },
        recovered: health.recovered, integrity: health.integrity, bytes: health.bytes,
        freeBytes: isLog ? reading.diskAvailableBytes : nil,
        slowestCommitMilliseconds: isLog && slowest.total > 0
          ? Double(slowest.slowestMicroseconds) / 1_000 : nil)
    }
  }

  private func zone(_ status: RuntimeStatus) -> ZoneFacts {
    var facts = ZoneFacts(zone: status.timeZone, rules: MachineProbe.zoneRules(), fault: nil)
    guard let zone = status.timeZone else { return facts }
    let zones = SystemZones()
    do throws(PortError) { _ = try zones.zone(named: zone) } catch { facts.fault = "\(error)" }
    facts.currentName = zones.currentName(of: zone)
    facts.isKnown = status.knowsTimeZone
    return facts
  }
}

/// Passes the runtime's requests to the ``Diagnostician``, which is made after the runtime.
final class LateSelfTest: SelfTest {
  private let diagnostician = Mutex<Diagnostician?>(nil)

  func set(_ made: Diagnostician) { diagnostician.withLock { $0 = made } }

  func run(_ done: @escaping @Sendable (DiagnosisReport) -> Void) {
    // Set before the runtime starts.
    guard let diagnostician = diagnostician.withLock({ $0 }) else { return }
    Task { done(await diagnostician.report()) }
  }
}
