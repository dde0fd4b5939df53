public import CloudProtocol
import Dispatch
public import DoorCore
public import DoorPorts
public import DoorRules
import Foundation
public import Logging

/// The daemon's door: the shell on a thread of its own, with one bounded inbox and one deadline.
/// Messages are taken strictly one by one.
public actor DoorRuntime {
  /// The most events that a slow watcher may be behind; it then loses the oldest.
  public static let watcherBufferMax = 1_000

  /// The longest that the loop may be silent: locks are driven again each second, so it never is
  /// for that long.
  static let silenceSecondsMax: Int64 = 3
  /// While a tick's own message is still in the inbox there is no other tick, but for this long
  /// after it: the inbox may have been full.
  static let passingMicroseconds = 1_000

  private let shell: DoorShell
  private let ports: RuntimePorts
  private let thread: DoorThread
  /// When the loop last took a message; nil before it serves and after.
  private var lastTurn: MonotonicInstant?

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// How long the start waits for what was persisted; then the doors are served without it, and it is
  /// taken when it comes.
  static let startMilliseconds = 3_000

  /// Reads what was persisted and makes the controller. Nothing is driven before ``run()``.
  public init(configuration: RuntimeConfiguration, ports: RuntimePorts, logger: Logger) {
    let thread = DoorThread()
    self.thread = thread
    self.ports = ports
    let inbox = Inbox { thread.push($0) }
    let start = StartReading(ports, configuration)
      .answer(withinMilliseconds: Self.startMilliseconds) { inbox.push(.job(.started($0))) }
    shell = DoorShell(
      configuration: configuration, ports: ports, inbox: inbox, lanes: DispatchLanes(),
      freshID: { UUID().uuidString.lowercased() }, logger: logger,
      start: start ?? StartState.unread)
  }

  deinit { thread.close() }

  /// Serves until ``stop()`` is called or the task is cancelled; outputs are safe afterwards.
  public func run() async {
    shell.begin()
    lastTurn = ports.monotonic.now()
    await withTaskCancellationHandler {
      await withCheckedContinuation { ended in
        thread.serve { messages in
          self.assumeIsolated { $0.take(messages) }
        } onEnd: {
          ended.resume()
        }
      }
    } onCancel: {
      thread.finish()
    }
    lastTurn = nil
    shell.end()
  }

  /// Ends ``run()`` after what is already in the inbox.
  public nonisolated func stop() { thread.finish() }

  /// Returns in how many microseconds a tick is due.
  private func take(_ messages: [RuntimeMessage]) -> Int? {
    var isPassing = false
    for message in messages {
      if case .tick = message { isPassing = true }
      shell.receive(message)
    }
    let now = ports.monotonic.now()
    if !messages.isEmpty { lastTurn = now }
    let wait = shell.nextDeadline.map { $0.microseconds(since: now) }
    return isPassing ? max(wait ?? 0, Self.passingMicroseconds) : wait
  }

  /// Whether the doors are being served: lines taken, and the loop took a message just now. A loop
  /// that is stuck does not answer at all; one that is no longer woken answers no.
  public func isServing() -> Bool {
    guard let lastTurn else { return false }
    return ports.monotonic.now().microseconds(since: lastTurn) < Self.silenceSecondsMax * 1_000_000
  }

  /// The node as it stands now.
  public func status() -> RuntimeStatus { shell.status() }

  /// Something beside the doors, such as the web page, is not served for this reason, or is for nil.
  public func note(unserved name: String, cause: String?) {
    shell.reporter.note(unserved: name, cause: cause)
  }

  /// The highest event number that the cloud has.
  public func acknowledgedEvent() -> UInt64 { shell.journal.position.acknowledged }

  /// What diagnosis and metrics read.
  public func inspect() -> RuntimeInspection { shell.inspection() }

  /// Edges, frames, movements and events from now on. Nil when too many watch already.
  public func tap() -> AsyncStream<TapNote>? {
    shell.reporter.tap.watch { [weak self] id in Task { await self?.untap(id) } }
  }

  private func untap(_ id: Int) { shell.reporter.tap.unwatch(id) }

  /// Events of the log that match the query.
  public func events(_ query: EventQuery) async throws -> [StoredEvent] {
    let log = ports.events
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try log.page(query) }) }
    }
  }

  /// Events from now on, as they are committed.
  public func watch() -> AsyncStream<StoredEvent> {
    let id = UUID()
    let (stream, continuation) = AsyncStream<StoredEvent>.makeStream(
      bufferingPolicy: .bufferingNewest(Self.watcherBufferMax))
    continuation.onTermination = { [weak self] _ in
      Task { await self?.unwatch(id) }
    }
    shell.journal.watch(id, continuation)
    return stream
  }

  private func unwatch(_ id: UUID) { shell.journal.watch(id, nil) }

  /// Lamp and beeper of one door, or of all: which one is it? Moves nothing, records nothing.
  /// Throws ``PortError`` when there is no such door or nothing to signal with.
  public func identify(_ door: DoorID?) throws(PortError) { try shell.site.identify(door) }

  /// Releases a lock for its hold time, recorded as an operator's unlock with `reason`. Throws
  /// `invalid` for an unknown door, and the line's error when the relay did not follow.
  public func tryLock(of door: DoorID, by: String, reason: String) throws(PortError) {
    try shell.site.tryLock(of: door, by: by, reason: reason)
  }

  /// Answers whoever rings at a door. Throws `invalid` where nobody waits, and for a door in lockdown that
  /// is to open.
  public func answerBell(
    of door: DoorID, _ answer: BellAnswer, by: String
  ) throws(PortError) {
    try shell.site.answerBell(of: door, answer, by: by)
  }

  /// The geofence that counts at a door; nil without one.
  public func geofence(of door: DoorID) -> Effective<Geofence>? {
    shell.controller.policy.settings(of: door)?.geofence
  }

  /// How long a lock stays released, in seconds.
  public func holdSeconds(of door: DoorID) -> Int {
    shell.controller.policy.settings(of: door)?.holdTimeSeconds.value
      ?? EffectiveSettings.holdTimeSecondsDefault
  }

  /// Records what a technician saw when a door was handed over: each step with its result and a
  /// note. Throws `invalid` for an unknown door.
  public func fileCommissioning(
    of door: DoorID, by: String, outcome: String,
    steps: [(CommissioningStep, CommissioningResult, note: String)]
  ) throws(PortError) {
    try shell.site.fileCommissioning(of: door, by: by, outcome: outcome, steps: steps)
  }

  /// Says hello to the cloud again and compares every record. Throws `unavailable` while there is
  /// no session.
  public func sync() throws(PortError) { try shell.site.sync() }

  /// Sets or ends a mode; recorded, and on disk when this returns. Throws `invalid` for an unknown
  /// door, and the line's error when the relay did not follow.
  public func order(_ order: ModeOrder) async throws(PortError) {
    try shell.site.set(order)
    try await persisted()
  }

  /// Returns once what was ordered is on disk. Throws when the disk refuses it: it is then in force,
  /// but a restart would undo it.
  private func persisted() async throws(PortError) {
    let refusal = await withCheckedContinuation { continuation in
      shell.state.whenPersisted(at: ports.monotonic.now()) { continuation.resume(returning: $0) }
      // The thread must wake when the time of the answer is over.
      shell.outside.inbox.push(.tick)
    }
    if let refusal { throw refusal }
  }

  /// Lets a keypad listen again. Throws `invalid` for an unknown reader.
  public func clearLockout(of reader: ReaderID?, by: String) throws(PortError) {
    try shell.site.clearLockout(of: reader, by: by)
  }

  /// A person pairs a reader on a line of its own, for a limited time; recorded. Throws `invalid` for a
  /// reader that is on none.
  public func pair(_ reader: ReaderID, seconds: Int, by: String) async throws(PortError) {
    let answer = await withCheckedContinuation { continuation in
      shell.site.pair(reader, seconds: seconds, by: by) { continuation.resume(returning: $0) }
    }
    try answer.get()
  }

  /// Anti-passback: a person, or everybody for nil, counts as outside everywhere. Recorded.
  /// Returns once it is on disk.
  public func forgive(_ person: PersonID?, by: String) async throws(PortError) {
    shell.site.forgive(person, by: by)
    try await persisted()
  }

  /// Who is inside the areas that count, and the last fire alarm's report.
  public func musters() -> [AreaMuster] { shell.controller.musters }

  /// Nobody counts as inside of an area any more. Recorded, and on disk when this returns. Throws
  /// `invalid` for an area that does not count.
  public func reset(_ area: AreaID, by: String, reason: String) async throws(PortError) {
    try shell.site.reset(area, by: by, reason: reason)
    try await persisted()
  }

  /// The plans that are configured.
  public func plans() -> [Plan] { shell.controller.policy.plans }

  /// The automations that are configured, and what they look at and drive.
  public func automations() -> RuntimeAutomations {
    RuntimeAutomations(
      shell.controller, layout: shell.outside.configuration.layout, at: shell.moment())
  }

  /// Starts a plan, practises it or ends it. Recorded, and on disk when this returns. Throws `invalid`
  /// for one that the console may not start or end, and the line's error when a relay did not follow.
  public func carryOut(_ plan: PlanOrder) async throws(PortError) {
    try shell.site.carryOut(plan)
    try await persisted()
  }

  /// The system's clock is right, somebody says who has compared it. Recorded, and on disk when this
  /// returns. Throws `invalid` for a time that cannot be.
  public func trustClock(by: String, reason: String) async throws(PortError) {
    try shell.site.trustClock(by: by, reason: reason)
    try await persisted()
  }

  /// Withdraws an offline PIN at its door; recorded. Throws `invalid` for an unknown door.
  public func revokeOfflinePIN(
    _ window: OfflinePINWindow, at door: DoorID, by: String
  ) async throws(PortError) {
    try shell.site.revokeOfflinePIN(window, at: door, by: by)
    try await persisted()
  }

  /// Takes a key that somebody brings; it is on disk and in force when this returns. A failure is the
  /// limit that it broke. A result, since the compiler of Swift 6.2.3 crashes if this throws it.
  public func handOver(_ file: [UInt8]) async -> Result<IssuedBook.Change, HandOverRefusal> {
    await withCheckedContinuation { continuation in
      shell.site.handOver(file) { continuation.resume(returning: $0) }
    }
  }

  /// Opens for a mobile key that a phone gave on site. Throws `invalid` with the reason of a denial.
  public func present(mobile token: Secret<String>, at door: DoorID) async throws(PortError) {
    let answer = await withCheckedContinuation { continuation in
      shell.site.present(mobile: token, at: door) { continuation.resume(returning: $0) }
    }
    try answer.get()
  }

  /// Records that card numbers and keys are shown at the console for a while.
  public func noteDisclosure(by: String, seconds: Int) {
    shell.site.noteDisclosure(by: by, seconds: seconds)
  }

  /// Records that somebody signed in at the web page, or is no longer, for this reason.
  public func noteSession(ended reason: String?) { shell.site.noteSession(ended: reason) }

  /// What the configuration in force says of a door; nil before it is configured.
  public func settings(of door: DoorID) -> EffectiveSettings? {
    shell.controller.policy.settings(of: door)
  }

  /// Records a question at the console about a card; nil for one that nobody has.
  public func noteCardQuestion(about person: PersonID?, at door: DoorID, by: String) {
    shell.site.noteCardQuestion(about: person, at: door, by: by)
  }

  /// What would be decided, by the rules and the records of this moment. Nothing is recorded.
  public func explain(
    _ question: AccessQuestion
  ) async throws(PortError) -> (Verdict, at: String) {
    let answer = await withCheckedContinuation { continuation in
      shell.site.explain(question) { continuation.resume(returning: $0) }
    }
    return try answer.get()
  }
}
