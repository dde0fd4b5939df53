import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import GPIOLinux
import HostLinux
import SerialLinux
import Settings
import StoreSQLite

/// Answers the console's questions out of the runtime. Every answer is already safe to show.
struct ConsoleAdapter: ConsoleBackend {
  let runtime: DoorRuntime
  let settings: DaemonSettings
  /// Nil with real hardware.
  let panel: SimulatedPanel?
  /// Nil without simulated readers on an OSDP line.
  let line: SimulatedLine?
  let diagnostician: Diagnostician
  let log: RecentLog
  let keeper: HistoryKeeper
  private let disclosure = Disclosure()
  private let cardQuestions = CardQuestions()

  func status() async -> ConsoleStatus {
    var status = ConsoleStatus(
      await runtime.status(), plans: await runtime.plans(), controller: settings.controller,
      isSimulated: panel != nil)
    for index in status.doors.indices {
      let door = settings.doors.first { $0.id.rawValue == status.doors[index].id }
      status.doors[index].wiring = door.map {
        .init(failSafe: $0.failSafe, needsExitRequest: $0.timing.exitRequest == .required)
      }
    }
    return status
  }

  func events(_ query: EventQuery) async throws(ConsoleProblem) -> [ConsoleEvent] {
    do {
      let found = try await runtime.events(query)
      // Behind the last page there is nothing of anybody.
      if found.isEmpty, query.before == nil, query.after == nil { try await known.check(query) }
      let acknowledged = await runtime.acknowledgedEvent()
      return found.map { ConsoleEvent($0, acknowledged: acknowledged) }
    } catch let problem as ConsoleProblem {
      throw problem
    } catch {
      throw ConsoleProblem(.unavailable, "the event log could not be read: \(error)")
    }
  }

  private var known: KnownNames {
    KnownNames(
      doors: settings.doors.map(\.id), people: diagnostician.cache, log: runtime.events)
  }

  /// Throws for a person whom nobody here knows. Where that cannot be read, the order goes on.
  func check(person: String?) async throws(ConsoleProblem) {
    do { try await known.check(person: person) } catch let problem as ConsoleProblem {
      throw problem
    } catch {
      return
    }
  }

  func plans() async -> [ConsolePlan] {
    ConsolePlan.all(await runtime.plans(), await runtime.status().plans)
  }

  func automations() async -> ConsoleAutomations {
    ConsoleAutomations(await runtime.automations())
  }

  func muster() async -> [ConsoleArea] { await runtime.musters().map { ConsoleArea($0) } }

  func eventStream() async -> AsyncStream<ConsoleEvent> {
    let events = await runtime.watch()
    let (stream, continuation) = AsyncStream<ConsoleEvent>.makeStream(
      bufferingPolicy: .bufferingNewest(DoorRuntime.watcherBufferMax))
    let pump = Task {
      for await event in events { continuation.yield(ConsoleEvent(event, acknowledged: 0)) }
      continuation.finish()
    }
    continuation.onTermination = { _ in pump.cancel() }
    return stream
  }

  func live(_ options: LiveOptions) async throws(ConsoleProblem) -> AsyncStream<LiveNote> {
    guard let notes = await runtime.tap() else {
      throw ConsoleProblem(.refused, "too many monitors are running; end another one first")
    }
    let pinFrames = Dictionary(
      settings.readers.compactMap { reader in reader.entry.frame.map { (reader.id, $0) } },
      uniquingKeysWith: { first, _ in first })
    let writer = LiveWriter(
      options: options, pinFrames: pinFrames, formats: settings.formats,
      isDisclosed: { [disclosure] in disclosure.isOn })
    return AsyncStream(bufferingPolicy: .bufferingNewest(LiveWriter.notesMax)) { continuation in
      let pump = Task {
        var number: UInt64 = 0
        var last: UInt64?
        for await note in notes {
          // What this watcher missed leaves a hole in its own numbers too.
          if let last, note.number > last + 1 { number += note.number - last - 1 }
          last = note.number
          guard let shown = writer.show(note, number: number + 1) else { continue }
          number += 1
          continuation.yield(shown)
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in pump.cancel() }
    }
  }

  func explain(_ request: ExplainRequest) async throws(ConsoleProblem) -> Explanation {
    let question = try AccessQuestion(request)
    try known.check(door: question.door)
    let asker: String? = request.card == nil ? nil : request.by ?? ""
    if let asker {
      try checkOperator(asker)
      if let seconds = cardQuestions.take() {
        throw ConsoleProblem(
          .refused,
          "too many questions about cards; ask again in \(seconds) s, or about a person")
      }
    }
    do throws(PortError) {
      let (verdict, at) = try await runtime.explain(question)
      if let asker {
        await runtime.noteCardQuestion(about: verdict.person, at: question.door, by: asker)
      }
      return Explanation(verdict, at: at)
    } catch {
      throw ConsoleProblem(error.code == .invalid ? .invalid : .unavailable, "\(error)")
    }
  }

  func disclose(_ request: DisclosureRequest) async throws(ConsoleProblem) -> DisclosureAnswer {
    try checkOperator(request.by)
    let seconds = try checked(
      seconds: request.seconds ?? DisclosureRequest.secondsStandard,
      most: DisclosureRequest.secondsMax)
    await runtime.noteDisclosure(by: request.by, seconds: seconds)
    disclosure.begin(seconds: seconds)
    return DisclosureAnswer(seconds: seconds)
  }

  func geofence(_ trial: GeofenceTrial) async throws(ConsoleProblem) -> GeofenceResult? {
    let door: DoorID = try required(trial.door, as: "door")
    if let place = trial.location, GeoPoint(latitude: place.lat, longitude: place.lng) == nil {
      throw ConsoleProblem(.invalid, "location: must be within -90 to 90 and -180 to 180 degrees")
    }
    let location = trial.location.map {
      Presentation.Location(
        latitude: $0.lat, longitude: $0.lng, accuracyMeters: $0.accuracyMeters)
    }
    return await runtime.geofence(of: door).map { GeofenceResult($0, at: location) }
  }

  func credentials(
    _ query: CredentialQuery
  ) async throws(ConsoleProblem) -> [ConsoleCredential] {
    let now = await runtime.status().now.wall
    do {
      let records = try diagnostician.cache.page(
        after: query.after, person: query.person, limit: query.limit)
      if records.isEmpty, query.after == nil { try await known.check(person: query.person) }
      return records.map { ConsoleCredential($0, at: now) }
    } catch let problem as ConsoleProblem {
      throw problem
    } catch {
      throw ConsoleProblem(.unavailable, "the credential cache could not be read: \(error)")
    }
  }

  func configuration() async throws(ConsoleProblem) -> ConfigurationDocument? {
    do { return try diagnostician.cache.configuration() } catch {
      throw ConsoleProblem(.unavailable, "the configuration could not be read: \(error)")
    }
  }

  func diagnose() async -> DiagnosisReport { await diagnostician.report() }

  func history() async -> [HistorySample] { await keeper.samples }

  func support() async -> SupportFacts {
    SupportFacts(
      settings: RedactedSettings(settings).text, log: log.recent().lines,
      rows: [
        EventDatabase.fileName: diagnostician.events.health().rows,
        CacheDatabase.fileName: diagnostician.cache.health().rows,
      ])
  }

  func metrics() async -> String {
    MetricsPage(
      status: await runtime.status(), inspection: await runtime.inspect(),
      simulated: panel != nil
    ).text
  }
}

/// An identifier out of a request; nil stays nil.
func parse<Kind: IdentifierKind>(_ text: String?, as name: String) throws(ConsoleProblem)
  -> Identifier<Kind>?
{
  guard let text else { return nil }
  guard let id = Identifier<Kind>(text) else {
    throw ConsoleProblem(.invalid, "\(name): must be \(Identifier<Kind>.grammar)")
  }
  return id
}

/// An identifier that a request must have.
func required<Kind: IdentifierKind>(_ text: String?, as name: String) throws(ConsoleProblem)
  -> Identifier<Kind>
{
  guard let id: Identifier<Kind> = try parse(text, as: name) else {
    throw ConsoleProblem(.invalid, "\(name): is missing")
  }
  return id
}
