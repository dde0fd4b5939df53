package import CloudProtocol
package import DoorCore
import DoorPorts
package import DoorRules
package import Logging

/// The shell around the core: it takes one message at a time, hands it to the part that it is for
/// (`DoorShell+Inbox.swift`), and carries out the wishes of the parts and of the controller through the
/// ports (`DoorShell+CarryOut.swift`).
/// Inside ``receive(_:)`` nothing runs beside it: slow work is a ``StoreJob`` in a lane and comes
/// back through the inbox. ``DoorRuntime`` runs it on real threads; a simulator runs the same code in
/// one thread, on its own time.
package final class DoorShell {
  let outside: Surroundings
  package internal(set) var controller: Controller
  var clock: ClockKeeper
  var state = StateKeeper()
  var locks: LockDriver
  var journal: Journal
  var holders: HolderDirectory
  var cloud: CloudConversation
  var replication: Replication
  var commands: CommandDesk
  var certificates: CertificateDesk
  var reporter: Reporter

  /// Reads what was persisted and makes the controller. Nothing is driven before ``begin()``.
  /// `start` is what was read already; `onRecord` is called with every event on its way to the log,
  /// for whoever watches the shell work. `brokerEventsAtOnceMax` is for a world that must see the
  /// limit fail.
  package init(
    configuration: RuntimeConfiguration, ports: RuntimePorts, inbox: Inbox, lanes: any WorkLanes,
    freshID: @escaping @Sendable () -> String, logger: Logger, start: StartState? = nil,
    onRecord: ((EventDraft) -> Void)? = nil,
    brokerEventsAtOnceMax: Int = BrokerLane.eventsAtOnceMax
  ) {
    outside = Surroundings(
      configuration: configuration, ports: ports, inbox: inbox, lanes: lanes, freshID: freshID,
      logger: logger, onRecord: onRecord)
    let layout = configuration.layout
    var start =
      start ?? StartState(ports: ports, controller: configuration.controller, layout: layout)
    clock = ClockKeeper(
      start.clock, boot: configuration.machineBoot, monotonic: ports.monotonic, wall: ports.wall,
      housekeepingSeconds: configuration.housekeepingSeconds)
    let now = clock.now()
    controller = Controller(
      layout: layout, policy: start.policy,
      active: Self.activeInputs(of: layout, at: ports.gpio),
      memory: start.memory(layout, at: now), at: now)
    locks = LockDriver(
      failSafeDoors: configuration.failSafeDoors,
      commitDeadlineMilliseconds: configuration.commitDeadlineMilliseconds,
      staggerMilliseconds: configuration.staggerMilliseconds)
    journal = Journal(
      position: start.logPosition, lane: BrokerLane(atOnceMax: brokerEventsAtOnceMax))
    holders = HolderDirectory(
      digester: ports.digester, servesOfflinePINs: ports.offlinePIN != nil,
      lookUpMilliseconds: configuration.layout.lookUpMilliseconds)
    replication = Replication(
      document: start.accepted?.document, zone: start.accepted?.zone,
      position: start.credentialPosition, known: start.known, keptZone: start.keptZone,
      isUnread: start.isUnread)
    commands = CommandDesk(simulated: ports.gpio.isSimulated)
    certificates = CertificateDesk(
      controller: configuration.controller, canRenew: ports.renewal != nil)
    reporter = Reporter(
      layout: layout, heartbeatSeconds: configuration.heartbeatSeconds,
      startedAt: now.monotonic,
      runs: start.runs, restored: start.restored,
      troublesAtStart: start.troubles
        + configuration.damagedFiles.map { "a damaged database was moved to \($0)" })
    cloud = CloudConversation(
      identity: SyncSession.Identity(
        controller: configuration.controller, software: configuration.software,
        bootID: configuration.bootID, simulated: ports.gpio.isSimulated),
      standing: SyncSession.Standing(
        configRevision: start.policy.revision,
        credentialRevision: start.credentialPosition.revision, logEpoch: start.logPosition.epoch,
        lastEvent: start.logPosition.last, acknowledgedEvent: start.logPosition.acknowledged,
        clockTrust: now.trust),
      contact: CloudContact(kept: start.contact, startedAt: now.monotonic),
      verifier: ports.cloud?.verifier)
    start.cloudKeys.map { kept in _ = cloud.loadKeys { kept } }
  }

  /// Starts the lines and the link. Called once, before anything is received.
  package func begin() {
    let now = moment()
    let inbox = outside.inbox
    let ports = outside.ports
    // The locks first: each relay gets the level that the core requires, whatever it had before.
    for door in outside.configuration.layout.doors { takeLock(of: door.id, at: now) }
    for door in outside.configuration.layout.doors {
      let contact = InputLine.contact(door.id)
      if ports.readers?.level(of: contact) != nil { carryOut(.core(.awaited(contact)), at: now) }
    }
    ports.gpio.start { inbox.push(.edge($0)) }
    ports.readers?.start { inbox.push(.reader($0)) }
    carryOut(startRecords, at: now)
    for trouble in reporter.troublesAtStart { outside.logger.error("\(trouble)") }
    for fault in ports.gpio.faults {
      outside.logger.error("\(fault.line) at \(fault.place): \(fault.error)")
    }
    carryOut(.job(.closeInterrupted(simulated: ports.gpio.isSimulated)), at: now)
    ask(.books, at: now)
    carryOut(.digest(rescan: false, for: .itself), at: now)
    carryOut(replication.lookAtZone(), at: now)
    if ports.renewal != nil { carryOut(.job(.readCertificates), at: now) }
    // The cloud must not take a log that was not read for an empty one.
    if !replication.isUnread { startLink(at: now) }
    settle(now)
  }

  private static func activeInputs(
    of layout: ControllerLayout, at gpio: any GPIOPort
  ) -> Set<InputLine> {
    let inputs =
      layout.doors.filter(\.hasContact).map { InputLine.contact($0.id) }
      + layout.doors.map { InputLine.requestToExit($0.id) } + layout.lockCurrents
      + layout.siteInputs + layout.inputs.map { InputLine.auxiliary($0.id) }
    return Set(inputs.filter { (try? gpio.isActive($0)) == true })
  }

  private func startLink(at now: Moment) {
    let inbox = outside.inbox
    do throws(PortError) {
      try outside.ports.cloud?.link.start { inbox.push(.link($0)) }
    } catch {
      carryOut(cloud.notStarted(error), at: now)
    }
  }

  /// The storage has answered after the start: what was persisted is in force from now on, where
  /// nothing has happened since.
  func adopt(_ read: StartState, at now: Moment) {
    guard replication.isUnread else { return }
    var start = read
    let configuration = outside.configuration
    clock = ClockKeeper(
      start.clock, boot: configuration.machineBoot, monotonic: outside.ports.monotonic,
      wall: outside.ports.wall, housekeepingSeconds: configuration.housekeepingSeconds)
    journal.adopt(start.logPosition)
    cloud.adopt(
      contact: CloudContact(kept: start.contact, startedAt: reporter.startedAt))
    start.cloudKeys.map { kept in carryOut(cloud.loadKeys { kept }, at: now) }
    replication = Replication(
      document: start.accepted?.document, zone: start.accepted?.zone,
      position: start.credentialPosition, known: start.known, keptZone: start.keptZone)
    let memory = start.memory(configuration.layout, at: now)
    for trouble in start.troubles { outside.logger.error("\(trouble)") }
    carryOut(
      reporter.adopt(
        start.runs, troubles: start.troubles, onMachine: configuration.machineBoot ?? ""),
      at: now)
    carryOut(.core(.policy(start.policy)), at: now)
    carryOut(.core(.restored(memory)), at: now)
    carryOut(state.begin(restored: start.restored), at: now)
    carryOut(replication.lookAtZone(), at: now)
    outside.logger.notice("the storage has answered: what was persisted is in force")
    startLink(at: now)
  }

  /// Nobody waits for a lock that is secured, or that only its schedule holds open. `present` is the level
  /// that it really has, where somebody can read it.
  private func takeLock(of door: DoorID, present: LockLevel? = nil, at now: Moment) {
    let level = controller.requiredLock(of: door)
    let isScheduled = controller.view(of: door)?.mode?.mode == .scheduledUnlock
    carryOut(
      locks.set(
        .init(door: door, level: level), level == .secured || isScheduled ? .inTurn : .atOnce,
        present: present, events: journal.progress, at: now), at: now)
  }

  /// A reader is there again: its relay, which came to rest meanwhile, gets its level; of several whose
  /// line is back, one after the other.
  func takeLocksAtReaders(_ now: Moment) {
    guard let readers = outside.ports.readers else { return }
    for door in outside.configuration.layout.doors {
      let relay = OutputLine.relay(door.id)
      guard readers.has(relay), let isActive = try? readers.isActive(relay) else { continue }
      takeLock(
        of: door.id, present: locks.level(of: door.id, relayActive: isActive), at: now)
    }
  }

  private var startRecords: [Wish] {
    let configuration = outside.configuration
    let started = EventRecord(
      .controllerStarted,
      detail: [
        "software": configuration.software, "bootID": configuration.bootID,
        "configRevision": String(controller.policy.revision),
      ])
    // Files that this start found damaged.
    let damaged = configuration.damagedFiles.map {
      EventRecord.alarm(.storageDamaged, raised: true, ["movedTo": $0])
    }
    // A count that is not read yet must not be overwritten.
    let run =
      replication.isUnread ? [] : reporter.runBegins(onMachine: configuration.machineBoot ?? "")
    let state = replication.isUnread ? [] : state.begin(restored: reporter.restoredAtStart)
    return ([started] + damaged).map { .record($0) } + run + state
  }

  /// Stops link and lines and waits until the disk has everything. Nothing may be received after it.
  package func end() {
    outside.ports.cloud?.link.stop()
    // The outputs first: a line of readers may be slow to end.
    outside.ports.gpio.stop()
    outside.ports.readers?.stop()
    let now = moment()
    carryOut(journal.recordCount(at: now.monotonic), at: now)
    carryOut(.record(EventRecord(.controllerStopped)), at: now)
    if !replication.isUnread {
      carryOut(clock.persist(cloud.contact), at: now)
      keepEndingModes(at: now)
      carryOut(reporter.runEnds(), at: now)
    }
    carryOut(state.flush() + state.end(), at: now)
    outside.writer.drain()
    journal.end()
    reporter.tap.end()
  }

  /// Does what is due and does not depend on edges.
  func settle(_ now: Moment) {
    carryOut(locks.advance(to: now.monotonic), at: now)
    carryOut(holders.advance(to: now), at: now)
    carryOut(state.advance(to: now.monotonic), at: now)
    carryOut(commands.advance(to: now.monotonic), at: now)
    carryOut(journal.advance(to: now.monotonic), at: now)
    if reporter.takeStateReport(at: now.monotonic) {
      carryOut(.publish(.state(ShellReport(self).state)), at: now)
    }
    carryOut(
      reporter.advanceTelemetry(
        to: now.monotonic, isConnected: cloud.link.isConnected, isSaving: isSaving), at: now)
    carryOut(cloud.advance(to: now), at: now)
    carryOut(certificates.advance(to: now), at: now)
    if let slept = clock.takeSleep() { noteSleep(seconds: slept, at: now) }
    carryOut(clock.note(at: now), at: now)
    carryOut(
      replication.advance(to: now.monotonic, isConnected: cloud.link.isConnected), at: now)
    if clock.wasSetBack { carryOut(journal.clockSetBack(at: now.monotonic), at: now) }
    guard clock.takeHousekeeping(at: now.monotonic) else { return }
    // What is not read yet must not be overwritten by what is not known.
    guard !replication.isUnread else { return }
    carryOut(clock.persist(cloud.contact), at: now)
    carryOut(reporter.runGoesOn(at: now.monotonic), at: now)
    keepEndingModes(at: now)
    if outside.ports.certificates != nil { carryOut(.job(.readCertificates), at: now) }
    carryOut(replication.lookAtZoneInTurn(), at: now)
    if controller.policy.revision == 0 { carryOut(replication.lookForConfiguration(), at: now) }
  }

  /// The machine was suspended. The hours without the cloud went on; whoever stood at a door did not
  /// get in, and nobody could leave by the exit button.
  private func noteSleep(seconds: Int64, at now: Moment) {
    cloud.slept(seconds: seconds)
    let text =
      "the machine slept for \(seconds) s, and no door was served: "
      + "systemctl mask sleep.target suspend.target hibernate.target"
    carryOut(.log(.error, text), at: now)
  }

  /// When a ``RuntimeMessage/tick`` must come; nil for never. A tick that comes too early is harmless.
  package var nextDeadline: MonotonicInstant? {
    .earliest(
      .earliest(
        controller.nextDeadline, locks.nextDeadline, clock.nextDeadline, state.nextDeadline),
      holders.nextDeadline, cloud.nextDeadline,
      cloud.link.isConnected ? reporter.nextDeadline : nil,
      .earliest(
        replication.nextDeadline, journal.nextDeadline, commands.nextDeadline,
        certificates.nextDeadline))
  }

  /// What can be ordered on site, without the cloud.
  package var site: SiteOrders { SiteOrders(shell: self) }

  /// The controller as it stands now.
  package func status() -> RuntimeStatus { ShellReport(self).status(at: moment()) }

  /// What diagnosis and metrics read besides ``status()``.
  package func inspection() -> RuntimeInspection { ShellReport(self).inspection(at: moment()) }

  /// Both clocks now, with the seconds since the last contact with the cloud.
  package func moment() -> Moment {
    var now = clock.now()
    // Without a cloud there is nothing to be out of touch with.
    if outside.ports.cloud != nil { now.cacheAgeSeconds = cloud.contact.ageSeconds(at: now) }
    return now
  }

  /// Telemetry goes out less often, to save the battery.
  var isSaving: Bool { controller.shed.contains(.heartbeat) }

  /// What is left of a mode or a plan with an end, for the case that the power goes.
  private func keepEndingModes(at now: Moment) {
    for door in outside.configuration.layout.doors {
      guard let modes = controller.modes(of: door.id), modes.hasEnds(after: now.monotonic) else {
        continue
      }
      carryOut(KeptModes.persist(modes, of: door.id, at: now), at: now)
    }
    let plans = controller.plansInForce
    guard plans.contains(where: { $0.end != nil }) else { return }
    carryOut(KeptPlans.persist(plans, at: now), at: now)
  }
}
