import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Dispatch
import Foundation
public import Logging

/// The shell around the core: one actor with one bounded inbox. It feeds the controller what
/// happened, carries out what the controller wants through the ports, and keeps the cloud in
/// step. Inside ``receive(_:)`` nothing waits, so inputs are taken strictly one by one.
public actor DoorRuntime {
  let configuration: RuntimeConfiguration
  let ports: RuntimePorts
  let logger: Logger
  let inbox: Inbox
  let writer: EventWriter
  let drafts: EventDrafts
  /// Validates and stores what the cloud pushed, in the order it came.
  let policyWork = DispatchQueue(label: "postern.policy", qos: .utility)
  /// Reads the log for the cloud.
  let readWork = DispatchQueue(label: "postern.outbox", qos: .utility)

  var controller: Controller
  var clock: GuardedClock
  var contact: CloudContact
  var uses = CredentialUses()
  var presence = PresenceBook()
  var anomalies = AnomalyWatch()
  var timer = DeadlineTimer()
  var document: ConfigurationDocument?
  var credentialPosition: CredentialPosition
  var logPosition: LogPosition

  /// Events handed to the writer, and how far the disk has them.
  var lastTicket: UInt64 = 0
  var committedTicket: UInt64 = 0
  var logError: PortError?
  var waitingLocks: [WaitingLock] = []
  var driveErrors: [String: PortError] = [:]
  var troublesAtStart: [String] = []

  var cloud: CloudState
  var nextHousekeeping: MonotonicInstant
  let startedAt: MonotonicInstant
  var watchers: [UUID: AsyncStream<StoredEvent>.Continuation] = [:]

  /// A lock movement that waits for its event to be on disk.
  struct WaitingLock {
    var door: DoorID
    var level: LockLevel
    var order: String?
    var ticket: UInt64
    var deadline: MonotonicInstant
  }

  /// Reads what was kept and makes the controller. Nothing is driven before ``run()``.
  public init(configuration: RuntimeConfiguration, ports: RuntimePorts, logger: Logger) {
    self.configuration = configuration
    self.ports = ports
    self.logger = logger
    let inbox = Inbox()
    self.inbox = inbox
    let drafts = EventDrafts(simulated: ports.gpio.isSimulated)
    self.drafts = drafts
    let monotonic = ports.monotonic
    let wall = ports.wall
    writer = EventWriter(log: ports.events, inbox: inbox) { count in
      let reading = wall.read()
      let now = Moment(monotonic: monotonic.now(), wall: reading.at, trust: reading.trust)
      return drafts.draft("log.dropped", at: now, detail: ["count": String(count)])
    }

    var start = StartState(ports: ports, controller: configuration.controller)
    clock = start.clock
    let now = clock.now()
    contact = CloudContact(kept: start.contact, startedAt: now.monotonic)
    controller = start.controller(layout: configuration.layout, at: now)
    document = start.document
    credentialPosition = start.credentialPosition
    logPosition = start.logPosition
    troublesAtStart = start.troubles
    startedAt = now.monotonic
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

  /// Serves until ``stop()`` is called or the task is cancelled; outputs are safe afterwards.
  public func run() async {
    begin()
    await withTaskCancellationHandler {
      for await message in inbox.messages { receive(message) }
    } onCancel: {
      inbox.finish()
    }
    end()
  }

  /// Ends ``run()`` after what is already in the inbox.
  public nonisolated func stop() { inbox.finish() }

  private func begin() {
    let now = moment()
    // The level first: whatever the lines were before, the lock is what the core says.
    for door in configuration.layout.doors {
      drive(door: door.id, to: controller.requiredLock(of: door.id), order: nil)
    }
    let inbox = inbox
    ports.gpio.start { inbox.push(.edge($0)) }
    record(
      drafts.draft(
        "controller.started", at: now,
        detail: [
          "software": configuration.software, "bootID": configuration.bootID,
          "configRevision": String(controller.policy.revision),
        ]))
    for trouble in troublesAtStart { logger.error("\(trouble)") }
    for fault in ports.gpio.faults {
      logger.error("\(fault.line) at \(fault.place): \(fault.error)")
    }
    closeInterruptedCommands(at: now)
    computeDigest(rescan: false, asked: false)
    startLink()
    settle(now)
  }

  private func end() {
    timer.cancel()
    ports.cloud?.link.stop()
    ports.gpio.stop()
    record(drafts.draft("controller.stopped", at: moment()))
    keepTimes()
    writer.drain()
    for watcher in watchers.values { watcher.finish() }
  }

  func receive(_ message: RuntimeMessage) {
    let now = moment()
    if inbox.takeLost() { perform(controller.handle(.edgesLost, at: now), at: now) }
    switch message {
    case .edge(let edge): perform(controller.handle(.edge(edge), at: now), at: now)
    case .tick:
      timer.fired()
      ports.gpio.deliverPending()
      inbox.push(.due(now))
    case .due(let moment): pass(moment)
    case .committed(let report): committed(report, at: now)
    case .link(let event): handle(event, at: now)
    case .ledger(let command, let answer): ledgerAnswered(command, answer, at: now)
    case .configured(let outcome): configured(outcome, at: now)
    case .credentialsApplied(let report, let changes, let clashes, let baseRefused):
      credentialsApplied(report, changes, clashes, baseRefused: baseRefused, at: now)
    case .snapshotStaged(let staged): snapshotStaged(staged, at: now)
    case .digestKnown(let digest, let revision, let asked):
      digestKnown(digest, revision: revision, asked: asked, at: now)
    case .hostRead(let host): tellTelemetry(host, at: now)
    case .epochBegun(let answer): epochBegun(answer, at: now)
    case .urgentRead(let events): tellUrgent(events, at: now)
    case .eventsDropped(let through): session(.eventsDropped(through: through), at: now)
    case .resultKept(let result): session(.resultReady(result), at: now)
    case .eventsRead(let after, let answer): eventsRead(after: after, answer, at: now)
    case .resultsRead(let answer): resultsRead(answer, at: now)
    }
    settle(now)
  }

  /// Lets time pass for the core. Only here: edges that wait in the inbox may be older than now,
  /// and a frame must not be cut in two because a processor was busy.
  private func pass(_ moment: Moment) {
    perform(controller.advance(to: moment), at: moment)
  }

  /// Does what does not depend on edges, and arms the timer for what comes next.
  private func settle(_ now: Moment) {
    releaseOverdueLocks(at: now)
    advanceCloud(to: now)
    if clock.wasSetBack { tell(anomalies.noteClockSetBack(at: now.monotonic), at: now) }
    if nextHousekeeping <= now.monotonic {
      nextHousekeeping = now.monotonic.advanced(byMilliseconds: Self.housekeepingMilliseconds)
      keepTimes()
      adoptLateConfiguration(at: now)
    }
    let deadline = [
      controller.nextDeadline, waitingLocks.map(\.deadline).min(), cloud.nextDeadline,
      nextHousekeeping,
    ].compactMap { $0 }.min()
    timer.arm(for: deadline, now: ports.monotonic.now(), inbox: inbox)
  }

  /// Both clocks now, with how long the cloud was not heard.
  func moment() -> Moment {
    var now = clock.now()
    // Without a cloud there is nothing to be out of touch with.
    if ports.cloud != nil { now.cacheAgeSeconds = contact.ageSeconds(at: now) }
    return now
  }

  /// How often the clock's watermark and the last contact go to disk.
  static let housekeepingMilliseconds = 60_000

  private func keepTimes() {
    let state = ports.state
    if let heard = contact.bytes(at: clock.now()) {
      write("the last contact with the cloud") { () throws(PortError) in
        try state.setValue(heard, forKey: CloudContact.stateKey)
      }
    }
    let mark = withUnsafeBytes(of: clock.watermark.millisecondsSince1970.littleEndian) {
      Array($0)
    }
    write("the clock's watermark") { () throws(PortError) in
      try state.setValue(mark, forKey: GuardedClock.stateKey)
    }
  }
}
