import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import WiegandCodec

/// What the shell looks like from outside; reads its parts and changes nothing.
struct ShellReport {
  private let shell: DoorShell
  private var ports: RuntimePorts { shell.outside.ports }
  private var layout: ControllerLayout { shell.outside.configuration.layout }
  private var name: String { shell.outside.configuration.controller.rawValue }

  init(_ shell: DoorShell) { self.shell = shell }

  // MARK: For the console

  func status(at now: Moment) -> RuntimeStatus {
    let link = shell.cloud.link
    return RuntimeStatus(
      now: now, uptimeSeconds: shell.reporter.uptimeSeconds(at: now.monotonic),
      configRevision: shell.controller.policy.revision,
      timeZone: shell.replication.document?.facility.timeZone,
      knowsTimeZone: shell.replication.zones.zone != nil,
      credentials: shell.replication.position, log: shell.journal.position,
      cloudConnected: link.isConnected,
      cloudDetail: ports.cloud == nil ? "no cloud is configured" : link.disconnectReason,
      lastCloudContact: link.lastContact, doors: doors, readers: readers(at: now),
      polled: ports.gpio.polled, plans: shell.controller.plansInForce,
      siteAlarms: shell.controller.siteAlarms, shed: shell.controller.shed,
      troubles: troubles(at: now))
  }

  private var doors: [RuntimeStatus.Door] {
    let controller = shell.controller
    return layout.doors.map { door in
      let view = controller.view(of: door.id)
      let policy = controller.policy.doors[door.id]
      return RuntimeStatus.Door(
        id: door.id, name: policy?.name ?? door.id.rawValue,
        lock: controller.requiredLock(of: door.id),
        relayActive: shell.isActive(.relay(door.id)), open: view?.open,
        alarms: view?.alarms ?? [], configured: policy != nil, mode: view?.mode,
        bellSince: controller.bell(of: door.id))
    }
  }

  private func readers(at now: Moment) -> [RuntimeStatus.Reader] {
    let controller = shell.controller
    let onLines = ports.readers?.readers ?? []
    return layout.readers.compactMap { reader in
      guard let view = controller.view(of: reader.id) else { return nil }
      let left = view.lockout.remainingMilliseconds(at: now.monotonic)
      return RuntimeStatus.Reader(
        id: reader.id, door: reader.door, counters: view.counters,
        lockedOutMilliseconds: left > 0 ? left : nil,
        bus: onLines.first { $0.id == reader.id })
    }
  }

  private func troubles(at now: Moment) -> [String] {
    var found = ports.gpio.faults.map { "\($0.line) at \($0.place): \($0.error.detail)" }
    for reader in layout.readers {
      let findings = shell.controller.view(of: reader.id)?.findings ?? []
      found += findings.map { "reader \(reader.id): \($0.advice)" }
    }
    found += (ports.readers?.readers ?? []).compactMap(\.trouble)
    found += shell.journal.chatter.map {
      "\($0.input.words) changes when the relay of door \($0.door) switches; "
        + "`postern diagnose` says what to do"
    }
    found += shell.controller.siteAlarms.compactMap(\.powerTrouble)
    let shed = PowerLoad.allCases.filter(shell.controller.shed.contains).map(\.rawValue)
    if !shed.isEmpty {
      found.append("switched off until mains is back: \(shed.joined(separator: ", "))")
    }
    for door in layout.doors {
      found += (shell.controller.view(of: door.id)?.alarms ?? []).compactMap {
        $0.lockTrouble(at: door.id)
      }
    }
    if let trouble = shell.reporter.runs.trouble { found.append(trouble) }
    if let error = shell.journal.error {
      found.append("events are kept in memory only, the log failed: \(error)")
    }
    found += shell.controller.musters.filter { !$0.isKnown }.map {
      "who was inside \($0.area.name) before the start is not known yet, and nobody is let in where "
        + "that matters; `postern muster reset \($0.area.id)` ends it"
    }
    found += shell.holders.troubles + [shell.state.trouble].compactMap(\.self)
    if shell.replication.isUnread {
      found.append(
        "the storage has not answered since the start: nobody can enter, leaving works; check the "
          + "disk")
    } else if shell.controller.policy.revision == 0 {
      found.append("no configuration yet: nobody can enter until the cloud sends one")
    }
    found += [shell.replication.trouble, shell.replication.zoneTrouble].compactMap(\.self)
    if !now.trust.isTrusted {
      found.append(
        "the time is \(now.trust.rawValue), so what depends on it is denied: set the clock, then"
          + " `postern clock trust`")
    } else if let doubt = shell.clock.doubt, doubt.state == .disputed {
      found.append(
        "the system's clock and the cloud differ by \(doubt.offMilliseconds / 1_000) s; the door"
          + " serves by the cloud's time: correct the one that is wrong")
    } else if let doubt = shell.clock.doubt {
      found.append(
        "the system's clock is \(doubt.offMilliseconds / 1_000) s beside the door's own time, by"
          + " which the door serves; if the system's is right: `postern clock trust`")
    }
    found += shell.reporter.unserved.sorted { $0.key < $1.key }
      .map { "\($0.key) is not served: \($0.value)" }
    return found + shell.certificates.troubles(at: now) + shell.reporter.troublesAtStart
      + shell.outside.configuration.fileTroubles
  }

  func inspection(at now: Moment) -> RuntimeInspection {
    let readers = Set(layout.readers.map(\.id))
    return RuntimeInspection(
      metrics: shell.reporter.metrics, faults: ports.gpio.faults, logError: shell.journal.error,
      clockOffsetSeconds: shell.cloud.offset.seconds, clockDoubt: shell.clock.doubt,
      cloudSilentSeconds: shell.cloud.contact.heardSeconds(at: now),
      refused: shell.cloud.refusals.counts, eventsWaiting: shell.journal.waiting,
      identified: shell.commands.identified, unserved: shell.reporter.unserved,
      findings: Dictionary(
        uniqueKeysWithValues: readers.map {
          ($0, shell.controller.view(of: $0)?.findings ?? [])
        }),
      pulses: Dictionary(
        uniqueKeysWithValues: readers.compactMap { id in
          shell.reporter.tap.pulses(of: id).map { (id, $0) }
        }), leaves: shell.reporter.tap.passages, chatter: shell.journal.chatter,
      polled: ports.gpio.polled, powerLosses: shell.reporter.runs.powerLosses,
      crashes: shell.reporter.runs.crashes)
  }

  // MARK: For the cloud

  var doorStates: [StateReport.DoorState] {
    // Read once: it is a large value.
    let controller = shell.controller
    return layout.doors.map { door in
      let view = controller.view(of: door.id)
      return StateReport.DoorState(
        id: door.id.rawValue, lock: controller.requiredLock(of: door.id).rawValue,
        open: view?.open, mode: view?.mode?.mode.rawValue)
    }
  }

  var state: StateReport {
    StateReport(
      controller: name, online: true, simulated: ports.gpio.isSimulated, doors: doorStates,
      sessionNonce: shell.cloud.sessionNonce)
  }

  func telemetry(_ host: HostReading, at now: Moment) -> TelemetryReport {
    let controller = shell.controller
    let readers = layout.readers.compactMap { reader in
      controller.view(of: reader.id).map { view in
        ReaderTelemetry(
          id: reader.id.rawValue, edges: view.counters.edges, noise: view.counters.noise,
          frames: view.counters.frames,
          malformed: Dictionary(
            view.counters.malformed.map { ($0.key.rawValue, $0.value) },
            uniquingKeysWith: { first, _ in first }))
      }
    }
    let log = shell.journal.position
    var report = TelemetryReport(
      controller: name, timeMilliseconds: now.wall.millisecondsSince1970,
      software: shell.outside.configuration.software, host: host,
      uptimeSeconds: shell.reporter.uptimeSeconds(at: now.monotonic),
      clockTrust: now.trust.rawValue, simulated: ports.gpio.isSimulated,
      queuedEvents: max(log.last, log.acknowledged) - log.acknowledged,
      credentials: shell.replication.position.credentials, readers: readers,
      refusedMessages: shell.cloud.refusals.counts, identified: shell.commands.identified,
      troubles: shell.status().troubles)
    let alarms = controller.siteAlarms
    if !alarms.isEmpty { report.siteAlarms = alarms.map(\.rawValue) }
    if shell.cloud.refusedPublishes > 0 { report.refusedPublishes = shell.cloud.refusedPublishes }
    return report
  }
}

extension SiteAlarm {
  /// What it means for the controller's power, and what to do; nil for the others.
  fileprivate var powerTrouble: String? {
    switch self {
    case .fire, .tamper: nil
    case .mainsLost:
      "mains is lost, the supply lives on its battery: look at the fuse, the plug and the supply"
    case .batteryLow:
      "the supply's battery is low, missing or broken: without mains the doors lose their power; "
        + "charge it or replace it"
    }
  }
}

extension DoorAlarm {
  /// What is wrong with the lock's current, and what to do; nil for the others.
  fileprivate func lockTrouble(at door: DoorID) -> String? {
    switch self {
    case .forcedOpen, .heldOpenWarning, .heldOpen, .exitHeld, .exitLost, .contactLost: nil
    case .lockCurrentMissing:
      "the lock of door \(door) draws no current although it should: look at its cable, its fuse and "
        + "any emergency switch in its line"
    case .lockCurrentUnexpected:
      "the lock of door \(door) draws current although it should not: look at its relay, for contacts "
        + "that stick, and at its wiring"
    }
  }
}
