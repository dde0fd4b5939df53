package import CloudProtocol
package import DoorCore
import DoorPorts
package import DoorRules
import Foundation
package import Logging

/// The shell around the core: it takes one message at a time, feeds the controller what happened,
/// carries out what the controller wants through the ports, and keeps the cloud in step. Inside
/// ``receive(_:)`` nothing waits and nothing runs beside it: slow work goes to ``WorkLanes`` and
/// comes back through the inbox. ``DoorRuntime`` runs it on real threads; a simulator runs the
/// same code in one thread, on its own time.
package final class DoorShell {
  let configuration: RuntimeConfiguration
  let ports: RuntimePorts
  let logger: Logger
  let inbox: Inbox
  let writer: EventWriter
  let drafts: EventDrafts
  let lanes: any WorkLanes
  /// A new UUID in text.
  let freshID: @Sendable () -> String

  package internal(set) var controller: Controller
  var clock: GuardedClock
  var contact: CloudContact
  var uses = CredentialUses()
  var presence = PresenceBook()
  var anomalies = AnomalyWatch()
  /// Nil until the state store could be read.
  var offlinePINs: OfflinePINBook?
  /// What was handed over on site; nil until it could be read.
  var issued: IssuedBook?
  var isTakingHandOver = false
  /// Whom to believe now; nil until the state store could be read.
  var verifier: EnvelopeVerifier?
  /// Nil until the state store could be read.
  var expiries: ExpiryWatch?
  var certificateReadings: [CertificateReading] = []
  var tap: LineTap
  var metrics = RuntimeMetrics()
  var document: ConfigurationDocument?
  var credentialPosition: CredentialPosition
  var logPosition: LogPosition

  /// Events handed to the writer, and how far the disk has them.
  var lastTicket: UInt64 = 0
  var committedTicket: UInt64 = 0
  var logError: PortError?
  var waitingLocks: [WaitingLock] = []
  var driveErrors: [OutputLine: PortError] = [:]
  var troublesAtStart: [String] = []
  /// When the cloud is asked again for what the disk did not take.
  var askAgainAt: MonotonicInstant?
  /// Why the disk did not take it, as told; once for each cause.
  var notStoredTold: [ApplyReport.Subject: PortError] = [:]
  /// What the log last said of the clock.
  var toldTrust: ClockTrust

  var cloud: CloudState
  var nextHousekeeping: MonotonicInstant
  let startedAt: MonotonicInstant
  var watchers: [UUID: AsyncStream<StoredEvent>.Continuation] = [:]

  /// Told of every event on its way to the log; for whoever watches the shell work.
  package var onRecord: ((EventDraft) -> Void)?

  /// A lock movement that waits for its event to be on disk.
  struct WaitingLock {
    var door: DoorID
    var level: LockLevel
    var order: String?
    var ticket: UInt64
    var deadline: MonotonicInstant
  }

  /// Reads what was kept and makes the controller. Nothing is driven before ``run()``.
  package init(
    configuration: RuntimeConfiguration, ports: RuntimePorts, inbox: Inbox, lanes: any WorkLanes,
    freshID: @escaping @Sendable () -> String, logger: Logger
  ) {
    self.configuration = configuration
    self.ports = ports
    self.logger = logger
    self.inbox = inbox
    self.lanes = lanes
    self.freshID = freshID
    let drafts = EventDrafts(simulated: ports.gpio.isSimulated, freshID: freshID)
    self.drafts = drafts
    let monotonic = ports.monotonic
    let wall = ports.wall
    tap = LineTap(layout: configuration.layout)
    writer = EventWriter(
      log: ports.events, inbox: inbox, lanes: lanes, now: { monotonic.now() }
    ) { count in
      let reading = wall.read()
      let now = Moment(monotonic: monotonic.now(), wall: reading.at, trust: reading.trust)
      return drafts.draft(.logDropped, at: now, detail: ["count": String(count)])
    }

    var start = StartState(ports: ports, controller: configuration.controller)
    clock = start.clock
    let now = clock.now()
    contact = CloudContact(kept: start.contact, startedAt: now.monotonic)
    controller = start.controller(layout: configuration.layout, at: now)
    document = start.document
    credentialPosition = start.credentialPosition
    logPosition = start.logPosition
    troublesAtStart =
      start.troubles + configuration.damagedFiles.map { "a damaged database was moved to \($0)" }
    startedAt = now.monotonic
    toldTrust = now.trust
    nextHousekeeping = now.monotonic
    let identity = SyncSession.Identity(
      controller: configuration.controller, software: configuration.software,
      bootID: configuration.bootID, simulated: ports.gpio.isSimulated)
    let standing = SyncSession.Standing(
      configRevision: start.policy.revision,
      credentialRevision: start.credentialPosition.revision, logEpoch: start.logPosition.epoch,
      lastEvent: start.logPosition.last, acknowledgedEvent: start.logPosition.acknowledged,
      clockTrust: now.trust)
    cloud = CloudState(session: SyncSession(identity: identity, standing: standing))
  }

  /// Starts the lines and the link. Called once, before anything is received.
  package func begin() {
    let now = moment()
    // The level first: whatever the lines were before, the lock is what the core says.
    for door in configuration.layout.doors {
      drive(door: door.id, to: controller.requiredLock(of: door.id), order: nil)
    }
    let inbox = inbox
    ports.gpio.start { inbox.push(.edge($0)) }
    record(
      drafts.draft(
        .controllerStarted, at: now,
        detail: [
          "software": configuration.software, "bootID": configuration.bootID,
          "configRevision": String(controller.policy.revision),
        ]))
    tellDamage(at: now)
    for trouble in troublesAtStart { logger.error("\(trouble)") }
    for fault in ports.gpio.faults {
      logger.error("\(fault.line) at \(fault.place): \(fault.error)")
    }
    closeInterruptedCommands(at: now)
    computeDigest(rescan: false, asked: false)
    startLink()
    settle(now)
  }

  /// Stops link and lines and waits until the disk has everything. Nothing may be received after it.
  package func end() {
    ports.cloud?.link.stop()
    ports.gpio.stop()
    record(drafts.draft(.controllerStopped, at: moment()))
    keepTimes()
    writer.drain()
    for watcher in watchers.values { watcher.finish() }
    tap.end()
  }

  /// Takes one message.
  package func receive(_ message: RuntimeMessage) {
    let now = moment()
    if inbox.takeLost() { perform(controller.handle(.edgesLost, at: now), at: now) }
    switch message {
    case .edge(let edge):
      tap.note(
        edge, isReleased: edge.line.door.map { controller.requiredLock(of: $0) } == .released)
      perform(controller.handle(.edge(edge), at: now), at: now)
    case .tick:
      ports.gpio.deliverPending()
      inbox.push(.due(now))
    case .due(let moment): pass(moment)
    case .committed(let report): committed(report, at: now)
    case .link(let event): handle(event, at: now)
    case .ledger(let command, let answer): ledgerAnswered(command, answer, at: now)
    case .configured(let outcome): configured(outcome, at: now)
    case .notStored(let subject, let error): notStored(subject, error, at: now)
    case .credentialsApplied(let report, let changes, let clashes, let baseRefused):
      credentialsApplied(report, changes, clashes, baseRefused: baseRefused, at: now)
    case .snapshotStaged(let staged): snapshotStaged(staged, at: now)
    case .digestKnown(let digest, let revision, let asked):
      digestKnown(digest, revision: revision, asked: asked, at: now)
    case .hostRead(let host): tellTelemetry(host, at: now)
    case .diagnosed(let command, let report): tellDiagnosis(report, for: command, at: now)
    case .epochBegun(let answer): epochBegun(answer, at: now)
    case .urgentRead(let events): tellUrgent(events, at: now)
    case .eventsDropped(let through): session(.eventsDropped(through: through), at: now)
    case .resultKept(let result): session(.resultReady(result), at: now)
    case .eventsRead(let after, let answer): eventsRead(after: after, answer, at: now)
    case .resultsRead(let answer): resultsRead(answer, at: now)
    case .certificatesRead(let readings): certificatesRead(readings, at: now)
    case .handedOver(let pending, let kept): handedOver(pending, kept, at: now)
    }
    settle(now)
  }

  /// Lets time pass for the core. Only here: edges that wait in the inbox may be older than now,
  /// and a frame must not be cut in two because a processor was busy.
  private func pass(_ moment: Moment) {
    tap.advance(to: moment.monotonic)
    perform(controller.advance(to: moment), at: moment)
  }

  /// Does what does not depend on edges.
  private func settle(_ now: Moment) {
    releaseOverdueLocks(at: now)
    advanceCloud(to: now)
    noteClockTrust(at: now)
    askAgainWhenDue(at: now)
    if clock.wasSetBack { tell(anomalies.noteClockSetBack(at: now.monotonic), at: now) }
    if nextHousekeeping <= now.monotonic {
      nextHousekeeping = now.monotonic.advanced(
        byMilliseconds: configuration.housekeepingSeconds * 1_000)
      keepTimes()
      beginExpiryCheck()
      adoptLateConfiguration(at: now)
    }
  }

  /// When a ``RuntimeMessage/tick`` must come; nil for never. A tick that comes too early is harmless.
  package var nextDeadline: MonotonicInstant? {
    .earliest(
      controller.nextDeadline, waitingLocks.map(\.deadline).min(), cloud.nextDeadline,
      nextHousekeeping, askAgainAt)
  }

  /// Both clocks now, with how long the cloud was not heard.
  func moment() -> Moment {
    var now = clock.now()
    // Without a cloud there is nothing to be out of touch with.
    if ports.cloud != nil { now.cacheAgeSeconds = contact.ageSeconds(at: now) }
    return now
  }

  private func keepTimes() {
    let state = ports.state
    let heard = contact.bytes(at: clock.now())
    let mark = withUnsafeBytes(of: clock.watermark.millisecondsSince1970.littleEndian) {
      Array($0)
    }
    // One commit for both: this comes every minute, for years, to a card that wears.
    write("the clock's watermark and the last contact with the cloud") { () throws(PortError) in
      var values: [String: [UInt8]?] = [GuardedClock.stateKey: mark]
      if let heard { values[CloudContact.stateKey] = heard }
      try state.setValues(values)
    }
  }
}
