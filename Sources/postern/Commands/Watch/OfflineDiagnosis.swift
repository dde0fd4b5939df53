import ArgumentParser
import CloudProtocol
import Diagnosis
import DoorPorts
import DoorRules
import Foundation
import GPIOLinux
import HostLinux
import Settings
import StoreSQLite

/// Diagnoses what can be checked while the daemon does not run.
struct OfflineDiagnosis {
  let path: String
  let unreachable: DaemonUnreachable

  func report() async -> DiagnosisReport {
    let clock = SystemMonotonicClock()
    let began = clock.now()
    var facts = DiagnosisFacts()
    facts.daemon = DaemonFacts(
      unreachable: "nobody serves \(unreachable.socketPath) (\(unreachable.cause))")
    var controller = "unknown"
    var isSimulated = false
    do throws(SettingsFailure) {
      let settings = try await SettingsLoader.load(
        path: path, environment: ProcessInfo.processInfo.environment)
      controller = settings.controller.rawValue
      isSimulated = settings.isSimulated
      await look(at: settings, &facts)
    } catch {
      facts.settings = SettingsFacts(
        path: path, problems: error.problems.map { "\($0)" }, simulated: false)
      lookAtClock(assumed: nil, &facts)
      facts.machine = MachineProbe.facts(SystemFacts(stateFolder: "/").read())
    }
    return DiagnosisReport(
      controller: controller, software: Postern.configuration.version, simulated: isSimulated,
      timeMilliseconds: SystemWallClock().read().at.millisecondsSince1970,
      tookMilliseconds: clock.now().microseconds(since: began) / 1_000, checks: facts.checks())
  }

  private func look(at settings: DaemonSettings, _ facts: inout DiagnosisFacts) async {
    let reading = SystemFacts(stateFolder: settings.stateFolder).read()
    let now = SystemWallClock().read().at
    let problems = settings.checkFiles().map { "\($0)" }
    facts.settings = SettingsFacts(
      path: path, problems: problems, simulated: settings.isSimulated)
    if !settings.isSimulated {
      facts.lines = LineFacts(
        lines: SafeLines.holders(settings.linePlan).map { name, place, holder in
          LineFacts.Line(name: name, place: "\(place)", fault: Self.fault(holder))
        })
    }
    facts.storage = [
      ("event log", EventDatabase.fileName), ("credential cache", CacheDatabase.fileName),
    ].compactMap { name, file in
      storage(name, file, settings, freeBytes: reading.diskAvailableBytes)
    }
    lookAtClock(assumed: settings.assumedClockTrust, &facts)
    facts.certificates = SettingsGathering.certificates(settings, at: now)
    facts.machine = MachineProbe.facts(reading)
    let address = reading.networkInterface.flatMap { interface in
      reading.address.map { "\(interface) has \($0)" }
    }
    facts.network = await SettingsGathering.network(settings, address: address, at: now)
  }

  private func lookAtClock(assumed: ClockTrust?, _ facts: inout DiagnosisFacts) {
    facts.clock = ClockFacts(
      trust: SystemWallClock(assumedTrust: assumed).read().trustAlone.rawValue,
      source: MachineProbe.clockSource(), offsetSeconds: nil, doubtSeconds: nil)
    facts.zone = ZoneFacts(zone: nil, rules: MachineProbe.zoneRules(), fault: nil)
  }

  /// While the daemon does not run, no other program may hold a line.
  private static func fault(_ holder: Result<String?, PortError>) -> LineFacts.Fault? {
    switch holder {
    case .success(nil): nil
    case .success(let name?): .busy(by: "\"\(name)\"")
    case .failure(let error): SettingsGathering.fault(error)
    }
  }

  private func storage(
    _ name: String, _ file: String, _ settings: DaemonSettings, freeBytes: Int64?
  ) -> StorageFacts? {
    guard let health = StoreHealth.ofFile(file, in: settings.stateFolder) else { return nil }
    return StorageFacts(
      name: name, path: health.path, fault: health.failure.map { SettingsGathering.fault($0) },
      integrity: health.integrity, bytes: health.bytes,
      freeBytes: file == EventDatabase.fileName ? freeBytes : nil)
  }
}
