import CloudProtocol
import ConsoleProtocol
import Synchronization

/// A door that answers everything with an empty value, and counts the calls.
final class DeafBackend: ConsoleBackend {
  private let count = Mutex(0)

  var calls: Int { count.withLock { $0 } }

  private func note() { count.withLock { $0 += 1 } }

  func status() async -> ConsoleStatus {
    note()
    return ConsoleStatus(
      controller: "gate-1", software: "fuzz", simulated: true, uptimeSeconds: 1,
      timeMilliseconds: 1, clockTrust: "synchronised", timeZone: nil, configRevision: 0,
      credentialRevision: 0, credentials: 0, persons: 0,
      cloud: .init(connected: false, detail: nil, lastContactMilliseconds: nil),
      log: .init(epoch: "e", last: 0, acknowledged: 0), doors: [], readers: [], troubles: [])
  }

  func grades() async -> [GradeReport] {
    note()
    return []
  }

  func note(_ change: SessionChange) async { note() }

  func events(_ query: EventQuery) async throws(ConsoleProblem) -> [ConsoleEvent] {
    note()
    return []
  }

  func eventStream() async -> AsyncStream<ConsoleEvent> {
    note()
    return AsyncStream { $0.finish() }
  }

  func diagnose() async -> DiagnosisReport {
    note()
    return DiagnosisReport(
      controller: "gate-1", software: "fuzz", simulated: true, timeMilliseconds: 1,
      tookMilliseconds: 1, checks: [])
  }

  func live(_ options: LiveOptions) async throws(ConsoleProblem) -> AsyncStream<LiveNote> {
    note()
    return AsyncStream { $0.finish() }
  }

  func pair(_ request: PairRequest) async throws(ConsoleProblem) -> PairAnswer {
    note()
    return PairAnswer(reader: "front-in", seconds: 1)
  }

  func disclose(_ request: DisclosureRequest) async throws(ConsoleProblem) -> DisclosureAnswer {
    note()
    return DisclosureAnswer(seconds: 1)
  }

  func testRelay(_ test: RelayTest) async throws(ConsoleProblem) -> RelayTestResult {
    note()
    return RelayTestResult(before: false, after: true, open: nil, holdMilliseconds: 5_000)
  }

  func file(_ report: CommissioningReport) async throws(ConsoleProblem) { note() }
  func sync() async throws(ConsoleProblem) { note() }

  func credentials(_ query: CredentialQuery) async throws(ConsoleProblem) -> [ConsoleCredential] {
    note()
    return []
  }

  func configuration() async throws(ConsoleProblem) -> ConfigurationDocument? {
    note()
    return nil
  }

  func geofence(_ trial: GeofenceTrial) async throws(ConsoleProblem) -> GeofenceResult? {
    note()
    return nil
  }

  func history() async -> [HistorySample] {
    note()
    return []
  }

  func support() async -> SupportFacts {
    note()
    return SupportFacts(settings: "", log: [], rows: [:])
  }

  func metrics() async -> String {
    note()
    return "postern_up 1\n"
  }

  func identify(door: String?) async throws(ConsoleProblem) { note() }

  func explain(_ request: ExplainRequest) async throws(ConsoleProblem) -> Explanation {
    note()
    throw ConsoleProblem(.unavailable, "no rules here")
  }

  func setMode(_ request: ModeRequest) async throws(ConsoleProblem) { note() }
  func answerBell(_ request: BellRequest) async throws(ConsoleProblem) { note() }
  func clearLockout(reader: String?, by: String) async throws(ConsoleProblem) { note() }
  func forgive(person: String?, by: String) async throws(ConsoleProblem) { note() }
  func resetArea(_ request: AreaResetRequest) async throws(ConsoleProblem) { note() }
  func muster() async -> [ConsoleArea] {
    note()
    return []
  }
  func carryOut(_ request: PlanRequest) async throws(ConsoleProblem) { note() }
  func automations() async -> ConsoleAutomations {
    note()
    return ConsoleAutomations(inputs: [], outputs: [], automations: [])
  }
  func plans() async -> [ConsolePlan] {
    note()
    return []
  }
  func trustClock(_ request: ClockTrustRequest) async throws(ConsoleProblem) { note() }

  func handOver(_ request: HandOverRequest) async throws(ConsoleProblem) -> HandOverAnswer {
    note()
    throw ConsoleProblem(.refused, "no issuer here")
  }

  func present(_ request: PresentRequest) async throws(ConsoleProblem) { note() }
  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem) { note() }
  func panel(_ action: PanelAction) async throws(ConsoleProblem) { note() }
}
