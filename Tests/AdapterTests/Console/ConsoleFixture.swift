import ChildProcesses
import CloudProtocol
import ConsoleProtocol
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Console

/// A backend that answers with what it was asked, so that a test sees what arrived.
final class ConsoleFakeBackend: ConsoleBackend {
  private let state = Mutex(State())

  private struct State {
    var identified: [String?] = []
    var actions: [PanelAction] = []
    var queries: [EventQuery] = []
    var modes: [ModeRequest] = []
    var cleared: [String] = []
    var sessions: [SessionChange] = []
    var streams: [AsyncStream<ConsoleEvent>.Continuation] = []
    var streamsEnded = 0
  }

  var identified: [String?] { state.withLock { $0.identified } }
  var actions: [PanelAction] { state.withLock { $0.actions } }
  var queries: [EventQuery] { state.withLock { $0.queries } }
  var modes: [ModeRequest] { state.withLock { $0.modes } }
  var cleared: [String] { state.withLock { $0.cleared } }
  var sessions: [SessionChange] { state.withLock { $0.sessions } }
  var streamsEnded: Int { state.withLock { $0.streamsEnded } }
  var streams: Int { state.withLock { $0.streams.count } }

  func tell(_ event: ConsoleEvent) {
    for stream in state.withLock({ $0.streams }) { stream.yield(event) }
  }

  static func event(_ number: UInt64) -> ConsoleEvent {
    ConsoleEvent(
      number: number, type: "postern.access.granted.v1", timeMilliseconds: 1, simulated: true,
      door: "front", reader: nil, person: "ada", credential: nil, reason: nil, detail: [:],
      acknowledged: false)
  }

  func status() async -> ConsoleStatus {
    ConsoleStatus(
      controller: "gate-1", software: "test", simulated: true, uptimeSeconds: 1,
      timeMilliseconds: 1, clockTrust: "synchronised", timeZone: nil, configRevision: 7,
      credentialRevision: 0, credentials: 0, persons: 0,
      cloud: .init(connected: false, detail: nil, lastContactMilliseconds: nil),
      log: .init(epoch: "e", last: 0, acknowledged: 0), doors: [], readers: [], troubles: [])
  }

  func events(_ query: EventQuery) async throws(ConsoleProblem) -> [ConsoleEvent] {
    state.withLock { $0.queries.append(query) }
    return [Self.event(3)]
  }

  func eventStream() async -> AsyncStream<ConsoleEvent> {
    let (stream, continuation) = AsyncStream<ConsoleEvent>.makeStream()
    continuation.onTermination = { [self] _ in state.withLock { $0.streamsEnded += 1 } }
    state.withLock { $0.streams.append(continuation) }
    return stream
  }

  func diagnose() async -> DiagnosisReport {
    DiagnosisReport(
      controller: "gate-1", software: "test", simulated: true, timeMilliseconds: 1,
      tookMilliseconds: 1, checks: [])
  }

  func live(_ options: LiveOptions) async throws(ConsoleProblem) -> AsyncStream<LiveNote> {
    let (stream, continuation) = AsyncStream<LiveNote>.makeStream()
    for number in [1, 2, 6] as [UInt64] {
      continuation.yield(LiveNote(number: number, microseconds: number, kind: .output))
    }
    return stream
  }

  func pair(_ request: PairRequest) async throws(ConsoleProblem) -> PairAnswer {
    PairAnswer(reader: request.reader ?? "front-in", seconds: request.seconds ?? 1)
  }

  func disclose(_ request: DisclosureRequest) async throws(ConsoleProblem) -> DisclosureAnswer {
    state.withLock { $0.cleared.append("numbers shown to \(request.by)") }
    return DisclosureAnswer(seconds: request.seconds ?? 1)
  }

  func testRelay(_ test: RelayTest) async throws(ConsoleProblem) -> RelayTestResult {
    state.withLock { $0.cleared.append("\(test.door) tried by \(test.by)") }
    return RelayTestResult(before: false, after: true, open: nil, holdMilliseconds: 5_000)
  }

  func grades() async -> [GradeReport] { [] }

  func note(_ change: SessionChange) async {
    state.withLock { $0.sessions.append(change) }
  }

  func file(_ report: CommissioningReport) async throws(ConsoleProblem) {
    state.withLock {
      $0.cleared.append("\(report.door) \(report.outcome.rawValue) by \(report.by)")
    }
  }

  func sync() async throws(ConsoleProblem) {
    throw ConsoleProblem(.refused, "there is no cloud")
  }

  func credentials(
    _ query: CredentialQuery
  ) async throws(ConsoleProblem) -> [ConsoleCredential] { [] }

  func configuration() async throws(ConsoleProblem) -> ConfigurationDocument? { nil }
  func geofence(_ trial: GeofenceTrial) async throws(ConsoleProblem) -> GeofenceResult? { nil }
  func history() async -> [HistorySample] { [] }
  func support() async -> SupportFacts { SupportFacts(settings: "", log: [], rows: [:]) }
  func metrics() async -> String { "postern_up 1\n" }

  func identify(door: String?) async throws(ConsoleProblem) {
    guard door != "cellar" else { throw ConsoleProblem(.notFound, "there is no door cellar") }
    state.withLock { $0.identified.append(door) }
  }

  func explain(_ request: ExplainRequest) async throws(ConsoleProblem) -> Explanation {
    throw ConsoleProblem(.unavailable, "no rules here")
  }

  func setMode(_ request: ModeRequest) async throws(ConsoleProblem) {
    state.withLock { $0.modes.append(request) }
  }

  func answerBell(_ request: BellRequest) async throws(ConsoleProblem) {
    state.withLock {
      $0.cleared.append("\(request.answer) \(request.door) by \(request.by)")
    }
  }

  func clearLockout(reader: String?, by: String) async throws(ConsoleProblem) {
    state.withLock { $0.cleared.append("\(reader ?? "all") by \(by)") }
  }

  func forgive(person: String?, by: String) async throws(ConsoleProblem) {
    state.withLock { $0.cleared.append("\(person ?? "everybody") forgiven by \(by)") }
  }

  func muster() async -> [ConsoleArea] {
    [
      ConsoleArea(
        id: "hall", name: "Hall", count: 1, known: true, standing: "full", least: nil, most: 1,
        atMost: "deny", people: [.init(person: "ada", timeMilliseconds: 7)], evacuation: nil)
    ]
  }

  func resetArea(_ request: AreaResetRequest) async throws(ConsoleProblem) {
    state.withLock {
      $0.cleared.append("\(request.area) reset by \(request.by): \(request.reason)")
    }
  }

  func automations() async -> ConsoleAutomations {
    ConsoleAutomations(
      inputs: [.init(id: "motion", active: true, masked: false)], outputs: [],
      automations: [
        ConsoleAutomation(
          id: "light", name: "Light", when: "input motion becomes active", then: ["output hall on"])
      ])
  }

  func plans() async -> [ConsolePlan] {
    [ConsolePlan(id: "lockdown", name: "Lockdown", rank: 5, state: .drill)]
  }

  func carryOut(_ request: PlanRequest) async throws(ConsoleProblem) {
    state.withLock {
      $0.cleared.append(
        "\(request.change) \(request.plan) by \(request.by): \(request.reason)")
    }
  }

  func trustClock(_ request: ClockTrustRequest) async throws(ConsoleProblem) {
    state.withLock { $0.cleared.append("clock trusted by \(request.by): \(request.reason)") }
  }

  func handOver(_ request: HandOverRequest) async throws(ConsoleProblem) -> HandOverAnswer {
    guard request.certificate != "stranger" else {
      throw ConsoleProblem(.invalid, "unknownRoot: no root here")
    }
    return HandOverAnswer(credential: request.order, action: "issue", wasKnown: false)
  }

  func present(_ request: PresentRequest) async throws(ConsoleProblem) {
    state.withLock { $0.cleared.append("\(request.door) shown a mobile key") }
  }

  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem) {
    state.withLock {
      $0.cleared.append("\(request.door) \(request.startHour) revoked by \(request.by)")
    }
  }

  func panel(_ action: PanelAction) async throws(ConsoleProblem) {
    guard case .contact = action else { throw ConsoleProblem(.refused, "real lines") }
    state.withLock { $0.actions.append(action) }
  }
}

/// A console on a socket of its own, and a client that speaks bytes.
final class ConsoleFixture: Sendable {
  /// How long anything may take before it counts as not happening. Long, since tests that wait
  /// for whole programs hold the threads on which the console answers.
  static let patienceSeconds = 600.0

  let folder: String
  let backend = ConsoleFakeBackend()
  private let running = Mutex<Task<Void, any Error>?>(nil)

  var path: String { folder + "/postern.sock" }

  init() throws {
    // Short: a socket's path has at most 107 bytes.
    folder = "/tmp/postern-console-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit {
    running.withLock { $0?.cancel() }
    try? FileManager.default.removeItem(atPath: folder)
  }

  func server(limits: ConsoleLimits = ConsoleLimits()) -> ConsoleServer {
    ConsoleServer(
      backend: backend, socketPath: path, limits: limits,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Starts to serve; returns once a connection is taken.
  func start(limits: ConsoleLimits = ConsoleLimits()) async throws {
    let server = server(limits: limits)
    running.withLock { $0 = Task { try await server.run() } }
    let isUp = await eventually { ConsoleConnection(self.path) != nil }
    guard isUp else { throw ConsoleProblem(.unavailable, "the console did not start") }
  }

  func stop() async throws {
    let task = running.withLock { $0 }
    task?.cancel()
    _ = await task?.result
  }

  func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
    var patience = Patience()
    while patience.lasts() {
      if try condition() { return true }
      try? await Task.sleep(for: .milliseconds(2))
    }
    return false
  }

  /// One whole exchange; the body may be anything.
  func ask(
    _ method: String, _ target: String, body: String? = nil
  ) async throws -> (status: Int, body: String) {
    let connection = try #require(ConsoleConnection(path))
    var request = "\(method) \(target) HTTP/1.1\r\nHost: postern\r\nConnection: close\r\n"
    if let body { request += "Content-Length: \(body.utf8.count)\r\n" }
    await connection.send(request + "\r\n" + (body ?? ""))
    return await connection.answer()
  }

  /// The `kind` of a refusal's JSON.
  static func problem(_ body: String) throws -> ConsoleProblem {
    try JSONDecoder().decode(ConsoleProblem.self, from: Data(body.utf8))
  }
}

/// A connection to a Unix socket as bytes. It waits on threads of its own: the console answers
/// on the ones that Swift has for tasks.
final class ConsoleConnection: Sendable {
  private let descriptor: Int32

  /// Nil when nobody listens.
  init?(_ path: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard Self.call(connect, descriptor, path) == 0 else {
      close(descriptor)
      return nil
    }
    var wait = timeval(tv_sec: Int(ConsoleFixture.patienceSeconds), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    self.descriptor = descriptor
  }

  /// To a port of the loopback; nil when nobody listens.
  init?(port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      return nil
    }
    var wait = timeval(tv_sec: Int(ConsoleFixture.patienceSeconds), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// `connect` or `bind` with a Unix socket's name.
  static func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32,
    _ path: String
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private func aside<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }

  func send(_ text: String) async {
    let bytes = Array(text.utf8)
    await aside { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        // The peer may have heard enough and closed.
        guard count > 0 else { return }
        sent += count
      }
    }
  }

  /// The next bytes; empty when the peer closed, nil when nothing came in time.
  func receive(withinMilliseconds milliseconds: Int32 = -1) async -> [UInt8]? {
    await aside { [descriptor] in
      if milliseconds >= 0 {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return nil }
      }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      if count < 0 { return errno == ECONNRESET ? [] : nil }
      return Array(bytes.prefix(count))
    }
  }

  /// Head and body as they came, until the peer closes.
  func text() async -> String {
    var all: [UInt8] = []
    while let bytes = await receive(), !bytes.isEmpty { all += bytes }
    return String(decoding: all, as: UTF8.self)
  }

  /// Everything until the peer closes.
  func answer() async -> (status: Int, body: String) {
    var all: [UInt8] = []
    while let bytes = await receive(), !bytes.isEmpty { all += bytes }
    let text = String(decoding: all, as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 2)
    let body = text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    return (words.count > 1 ? Int(words[1]) ?? 0 : 0, body)
  }
}
