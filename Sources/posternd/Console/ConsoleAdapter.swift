import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import CloudProtocol
import DoorRuntime
import WiegandCodec
import GPIOLinux
import HostLinux
import Settings

/// Answers the console out of the runtime. Everything it gives out is already safe to show.
struct ConsoleAdapter: ConsoleBackend {
  let runtime: DoorRuntime
  let settings: DaemonSettings
  /// Nil with real hardware.
  let panel: SimulatedPanel?
  let diagnostician: Diagnostician

  func status() async -> ConsoleStatus {
    let status = await runtime.status()
    return ConsoleStatus(
      controller: settings.controller.rawValue, software: SoftwareVersion.text,
      simulated: panel != nil, uptimeSeconds: status.uptimeSeconds,
      timeMilliseconds: status.now.wall.millisecondsSince1970,
      clockTrust: status.now.trust.rawValue, timeZone: status.timeZone,
      configRevision: status.configRevision, credentialRevision: status.credentials.revision,
      credentials: status.credentials.credentials, persons: status.credentials.persons,
      cloud: ConsoleStatus.Cloud(
        connected: status.cloudConnected, detail: status.cloudDetail,
        lastContactMilliseconds: status.lastCloudContact?.millisecondsSince1970),
      log: ConsoleStatus.Log(
        epoch: status.log.epoch, last: status.log.last, acknowledged: status.log.acknowledged),
      doors: status.doors.map {
        ConsoleStatus.Door(
          id: $0.id.rawValue, name: $0.name, lock: $0.lock.rawValue, relayActive: $0.relayActive,
          open: $0.open, alarms: $0.alarms.map(\.rawValue), configured: $0.configured,
          mode: ($0.mode?.mode ?? .normal).rawValue,
          modeWhy: $0.mode.map { "\($0.owner): \($0.reason)" })
      },
      readers: status.readers.map {
        ConsoleStatus.Reader(
          id: $0.id.rawValue, door: $0.door.rawValue, edges: $0.counters.edges,
          frames: $0.counters.frames,
          malformed: $0.counters.malformed.values.reduce(0, +),
          lockedOutMilliseconds: $0.lockedOutMilliseconds)
      }, troubles: status.troubles)
  }

  func events(_ query: ConsoleEventQuery) async throws(ConsoleProblem) -> [ConsoleEvent] {
    do {
      let found = try await runtime.events(
        EventQuery(
          before: query.before, after: query.after, door: query.door, person: query.person,
          type: query.type, reason: query.reason, fromMilliseconds: query.fromMilliseconds,
          untilMilliseconds: query.untilMilliseconds, limit: query.limit))
      let acknowledged = await runtime.acknowledgedEvent()
      return found.map { Self.show($0, acknowledged: acknowledged) }
    } catch {
      throw ConsoleProblem(.unavailable, "the event log could not be read: \(error)")
    }
  }

  func eventStream() async -> AsyncStream<ConsoleEvent> {
    let events = await runtime.watch()
    let (stream, continuation) = AsyncStream<ConsoleEvent>.makeStream(
      bufferingPolicy: .bufferingNewest(DoorRuntime.watcherBufferMax))
    let pump = Task {
      for await event in events { continuation.yield(Self.show(event, acknowledged: 0)) }
      continuation.finish()
    }
    continuation.onTermination = { _ in pump.cancel() }
    return stream
  }

  let log: RecentLog
  let keeper: HistoryKeeper

  func diagnose() async -> DiagnosisReport { await diagnostician.report() }

  func identify(door: String?) async throws(ConsoleProblem) {
    do {
      try await runtime.identify(try parse(door, as: "door"))
    } catch let problem as ConsoleProblem {
      throw problem
    } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
  }

  func setMode(_ request: ModeRequest) async throws(ConsoleProblem) {
    let command = Command(
      kind: .mode, door: request.door, person: request.by, reason: request.reason,
      mode: ModeWord(rawValue: request.mode), seconds: request.seconds)
    do {
      guard
        case .mode(let door, let mode, let by, let reason, let seconds) = try command.validated()
      else { return }
      try await runtime.order(
        ModeOrder(
          door: door, change: mode, by: by ?? "console", reason: reason, seconds: seconds))
    } catch let failure as ValidationFailure {
      throw ConsoleProblem(.invalid, "\(failure)")
    } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
  }

  func clearLockout(reader: String?, by: String) async throws(ConsoleProblem) {
    try checkOperator(by)
    do { try await runtime.clearLockout(of: try parse(reader, as: "reader"), by: by) } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
  }

  func forgive(person: String?, by: String) async throws(ConsoleProblem) {
    try checkOperator(by)
    await runtime.forgive(try parse(person, as: "person"), by: by)
  }

  func panel(_ action: PanelAction) async throws(ConsoleProblem) {
    guard let panel else {
      throw ConsoleProblem(
        .refused, "this controller has real lines; the panel works with `driver: simulated` only")
    }
    try PanelDriver(panel: panel, settings: settings).act(action)
  }

  private static func show(_ event: StoredEvent, acknowledged: UInt64) -> ConsoleEvent {
    let draft = event.draft
    return ConsoleEvent(
      number: event.number, type: draft.type, timeMilliseconds: draft.timeMilliseconds,
      simulated: draft.simulated, door: draft.door, reader: draft.reader, person: draft.person,
      credential: draft.credential, reason: draft.reason, detail: draft.detail,
      acknowledged: event.number <= acknowledged)
  }
}

/// An identifier out of a request; nil stays nil.
func parse<Kind>(_ text: String?, as name: String) throws(ConsoleProblem) -> Identifier<Kind>? {
  guard let text else { return nil }
  guard let id = Identifier<Kind>(text) else {
    throw ConsoleProblem(.invalid, "\(name): must be \(Identifier<Kind>.grammar)")
  }
  return id
}
