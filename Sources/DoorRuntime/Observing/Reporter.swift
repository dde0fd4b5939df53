import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import WiegandCodec

/// What others see of this controller: its state and telemetry for the cloud when they are due, its
/// counters, and its lines for whoever watches them.
struct Reporter {
  /// The door's state is published at most this often.
  static let stateReportMilliseconds = 200
  /// How often telemetry goes out at most while that saves the battery.
  static let savingHeartbeatSeconds = 900
  /// Wait before a state is published again that the broker refused.
  static let refusedStateMilliseconds = 10_000

  let startedAt: MonotonicInstant
  /// How often in a row the controller started without having been stopped.
  private(set) var runs: RunCount
  /// Faults that the start found, as text.
  private(set) var troublesAtStart: [String]
  /// What the start read from its second copy, by key.
  let restoredAtStart: [String]
  var tap: LineTap
  private(set) var metrics = RuntimeMetrics()
  /// The doors as published on this connection; nil before the first report.
  private var reportedDoors: [StateReport.DoorState]?
  private var stateReportDue: MonotonicInstant?
  /// When telemetry is published next; nil before the first connection.
  private var telemetryDue: MonotonicInstant?
  private let heartbeatSeconds: Int
  /// Readers on lines of their own that are not served, and why.
  private var absences: [ReaderID: String] = [:]

  /// What serves people beside the doors and does not, such as the web page, and why.
  private(set) var unserved: [String: String] = [:]

  init(
    layout: ControllerLayout, heartbeatSeconds: Int, startedAt: MonotonicInstant,
    runs: RunCount = RunCount(), restored: [String] = [], troublesAtStart: [String]
  ) {
    self.runs = runs
    restoredAtStart = restored
    tap = LineTap(layout: layout)
    self.heartbeatSeconds = heartbeatSeconds
    self.startedAt = startedAt
    self.troublesAtStart = troublesAtStart
  }

  func uptimeSeconds(at now: MonotonicInstant) -> Int {
    now.microseconds(since: startedAt) / 1_000_000
  }

  /// A reader on a line of its own is not served for this reason, or is for nil. Whether that is news.
  mutating func readerChanged(_ reader: ReaderID, absence: String?) -> Bool {
    let before = absences[reader]
    absences[reader] = absence
    return before != absence
  }

  /// Something beside the doors is not served for this reason, or is for nil.
  mutating func note(unserved name: String, cause: String?) { unserved[name] = cause }

  // MARK: Runs

  /// The run begins. The count is on disk from here on, so that a run that is cut off counts.
  mutating func runBegins(onMachine start: String) -> [Wish] {
    runs.begin(machine: start)
    return [persistedRuns] + (runs.record.map { [.record($0)] } ?? [])
  }

  /// What an earlier run persisted could be read only after the start: the run begins here.
  mutating func adopt(
    _ read: RunCount, troubles: [String], onMachine start: String
  ) -> [Wish] {
    runs = read
    troublesAtStart += troubles
    return runBegins(onMachine: start)
  }

  mutating func runGoesOn(at now: MonotonicInstant) -> [Wish] {
    runs.lasted(hours: uptimeSeconds(at: now) / 3_600) ? [persistedRuns] : []
  }

  mutating func runEnds() -> Wish {
    runs.end()
    return persistedRuns
  }

  private var persistedRuns: Wish {
    .persist(StateWrite("how the controller was stopped", .runs, runs.bytes))
  }

  // MARK: Counting

  mutating func count(_ occurrence: Occurrence) {
    guard case .access(let record) = occurrence else { return }
    switch record.verdict.decision {
    case .grant: metrics.granted += 1
    case .deny(let reason): metrics.denied[reason.rawValue, default: 0] += 1
    }
  }

  mutating func countDecision(microseconds: Int) {
    metrics.decisions.note(microseconds: microseconds)
  }

  mutating func countCommit(microseconds: Int) { metrics.commits.note(microseconds: microseconds) }

  // MARK: State

  /// A connection begins: nothing was published on it yet.
  mutating func connected() { reportedDoors = nil }

  /// A door may look different. `doors` is read only if a report may be due.
  mutating func doorChanged(
    isConnected: Bool, at now: @autoclosure () -> MonotonicInstant,
    _ doors: @autoclosure () -> [StateReport.DoorState]
  ) {
    guard isConnected, stateReportDue == nil, doors() != reportedDoors else { return }
    stateReportDue = now().advanced(byMilliseconds: Self.stateReportMilliseconds)
  }

  /// True once when the state is to be published.
  mutating func takeStateReport(at now: MonotonicInstant) -> Bool {
    guard let due = stateReportDue, due <= now else { return false }
    stateReportDue = nil
    return true
  }

  /// The broker has this report, or will.
  mutating func reported(_ doors: [StateReport.DoorState]) { reportedDoors = doors }

  /// The broker refused the last report.
  mutating func stateRefused(at now: MonotonicInstant) {
    reportedDoors = nil
    stateReportDue = now.advanced(byMilliseconds: Self.refusedStateMilliseconds)
  }

  // MARK: Telemetry

  /// Reads the machine off the door's thread; the report follows.
  mutating func beginTelemetry(at now: MonotonicInstant, isSaving: Bool) -> [Wish] {
    let seconds =
      isSaving ? max(heartbeatSeconds, Self.savingHeartbeatSeconds) : heartbeatSeconds
    telemetryDue = now.advanced(byMilliseconds: seconds * 1_000)
    return [.job(.readHost)]
  }

  mutating func advanceTelemetry(
    to now: MonotonicInstant, isConnected: Bool, isSaving: Bool
  ) -> [Wish] {
    guard isConnected, let due = telemetryDue, due <= now else { return [] }
    return beginTelemetry(at: now, isSaving: isSaving) + [.repeatIssued]
  }

  /// While there is a connection; without one nothing is reported.
  var nextDeadline: MonotonicInstant? { .earliest(stateReportDue, telemetryDue) }
}
