import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging

/// Carries out the wishes of the parts and the effects of the controller. Only this file drives a
/// relay.
extension DoorShell {
  func carryOut(_ wishes: [Wish], at now: Moment) {
    for wish in wishes { carryOut(wish, at: now) }
  }

  func carryOut(_ wish: Wish, at now: Moment) {
    switch wish {
    case .record(let record): append(record, at: now)
    case .job(let job): outside.jobs.start(job, at: now)
    case .persist(let write): carryOut(state.persist(write), at: now)
    case .publish(let message): publish(message, at: now)
    case .stateRefused: reporter.stateRefused(at: now.monotonic)
    case .log(let level, let text): outside.logger.log(level: .init(level), "\(text)")
    case .moveLock(let movement): move(movement, at: now)
    case .moveLockIfRequired(let movement): moveIfRequired(movement, at: now)

    case .core(let input): perform(controller.handle(input, at: now), at: now)
    case .session(let input): carryOut(cloud.handle(input, at: now), at: now)
    case .publishUrgent(let events):
      if cloud.link.isConnected { carryOut(.session(.urgent(events.map(cloudEvent))), at: now) }
    case .acknowledged(let number): journal.acknowledged(through: number)
    case .commandRepeated: carryOut(journal.commandRepeated(at: now.monotonic), at: now)
    case .askAgain: replication.askAgain(at: now.monotonic)
    case .noteDecision(let asked):
      reporter.countDecision(
        microseconds: outside.ports.monotonic.now().microseconds(since: asked))
    case .recordsChanged(let outcomes):
      carryOut(
        holders.recordsChanged(outcomes, cacheIsBehind: replication.isBehind), at: now)
      carryOut(.core(.recordsChanged), at: now)
    case .publishIssued: publishIssued(at: now)
    case .repeatIssued:
      carryOut(holders.issuedReportsAgain(of: outside.configuration.controller), at: now)
    case .ask(let question): ask(question, at: now)
    case .onSite(let answer): site.take(answer, at: now)
    case .digest(let rescan, let by):
      carryOut(replication.digest(rescan: rescan, for: by, at: now.monotonic), at: now)
    case .refuseCommand(let id, let mark, let outcome, let reason, let isCopy):
      carryOut(
        commands.refuse(id, mark, outcome, reason: reason, isCopy: isCopy, at: now), at: now)
    case .refuse(let kind, let cause, let detail, let message):
      carryOut(
        cloud.refuse(kind, cause: cause, detail: detail, message: message, at: now), at: now)
    case .take(let message): take(message, at: now)

    case .endPersisted(let order): carryOut(state.end(order, at: now.monotonic), at: now)
    case .end(let order, let end): carryOut(commands.end(order, end, at: now), at: now)
    case .setMode(let mode, let order): setMode(mode, order: order, at: now)
    case .forgive(let person, let by):
      carryOut(holders.forgive(person, by: by, at: now), at: now)
      carryOut(.core(.forgiven(person)), at: now)
    case .resetArea(let area, let by, let reason, let order):
      resetArea(area, by: by, reason: reason, order: order, at: now)
    case .plan(let plan, let order): carryOut(plan, order: order, at: now)
    case .changeKey(let change, let signer, let order):
      carryOut(cloud.change(change, by: signer, order: order), at: now)
    case .revokeOfflinePIN(let key, let by, let order):
      revoke(key, by: by, order: order, at: now)
    case .uploadLog(let order): uploadLog(for: order, at: now)
    case .runSelfTest(let order): runSelfTest(for: order, at: now)
    case .reportTelemetry:
      carryOut(reporter.beginTelemetry(at: now.monotonic, isSaving: isSaving), at: now)
    case .renewCertificate(let order): carryOut(certificates.order(order, at: now), at: now)
    case .connect(let pair):
      outside.ports.renewal?.choose(pair)
      outside.ports.cloud?.link.reconnect()
    }
  }

  // MARK: The controller's effects

  func perform(_ effects: [ControllerEffect], at now: Moment) {
    for effect in effects { perform(effect, at: now) }
  }

  private func perform(_ effect: ControllerEffect, at now: Moment) {
    switch effect {
    case .record(let occurrence):
      carryOut(holders.note(occurrence, at: now), at: now)
      reporter.count(occurrence)
      append(EventRecord(occurrence), at: now)
      carryOut(journal.anomalies(of: occurrence, at: now.monotonic), at: now)
    case .setLock(let door, let level, let urgency, let order):
      let movement = LockDriver.Movement(door: door, level: level, order: order)
      // Whoever waits for the door waits for no look at its relay, which may be on a slow bus.
      let present =
        urgency == .inTurn
        ? isActive(.relay(door)).map { locks.level(of: door, relayActive: $0) } : nil
      carryOut(
        locks.set(movement, urgency, present: present, events: journal.progress, at: now), at: now)
    case .drive(let line, let active): drive(line, active: active)
    case .lookUp(let question): ask(.shown(question), at: now)
    case .readPresences: ask(.presences, at: now)
    case .sample(let door): sample([.contact(door), .requestToExit(door)], at: now)
    case .sampleSite:
      sample(outside.sampledWithSite, at: now)
    case .remember(let memory): carryOut(remember(memory, at: now), at: now)
    case .answer(let order, let outcome): carryOut(.end(order: order, .outcome(outcome)), at: now)
    }
  }

  func ask(_ question: HolderQuestion, at now: Moment) {
    holders.cacheIsBehind = replication.isBehind
    carryOut(holders.ask(question, hasAreas: hasAreas, at: now), at: now)
  }

  private var hasAreas: Bool { !controller.policy.facility.areas.isEmpty }

  /// A line that is not wired, or cannot be read now, has no level.
  private func sample(_ lines: [InputLine], at now: Moment) {
    for line in lines {
      if let level = outside.ports.readers?.level(of: line) {
        sample(line, level, at: now)
      } else if let isActive = try? outside.ports.gpio.isActive(line) {
        carryOut(.core(.sampled(line, isActive: isActive)), at: now)
      }
    }
  }

  /// An input at a reader. Should a report have been lost, this makes up for it.
  private func sample(_ line: InputLine, _ level: ReaderInputLevel, at now: Moment) {
    switch level {
    case .awaited: break
    case .lost: carryOut(.core(.lost(line)), at: now)
    case .active: carryOut(.core(.sampled(line, isActive: true)), at: now)
    case .inactive: carryOut(.core(.sampled(line, isActive: false)), at: now)
    }
  }

  /// Persists what the core needs after a restart.
  private func remember(_ memory: Memory, at now: Moment) -> [Wish] {
    switch memory {
    case .presence(let person, let area, let presence):
      holders.note(presence, of: person, in: area)
    case .areaReset(let area, let at): holders.reset(area, at: at)
    case .modes(let door, let modes): [KeptModes.persist(modes, of: door, at: now)]
    case .plans(let entries): [KeptPlans.persist(entries, at: now)]
    case .lockout, .cardLockouts, .firstPerson, .fire:
      StateWrite(memory, at: now).map { [.persist($0)] } ?? []
    }
  }

  // MARK: Events

  private func append(_ record: EventRecord, at now: Moment) {
    guard journal.admits(record.type, at: now.monotonic) else { return }
    let draft = outside.stamp.draft(record, at: now)
    let ticket = journal.nextTicket(at: now.monotonic)
    outside.onRecord?(draft)
    reporter.tap.note(
      type: draft.type, door: draft.door, reader: draft.reader, reason: draft.reason,
      person: draft.person, at: outside.ports.monotonic.now())
    outside.writer.submit(draft, ticket: ticket)
  }

  func cloudEvent(_ event: StoredEvent) -> CloudEvent {
    CloudEvent(
      controller: outside.configuration.controller.rawValue, number: event.number,
      draft: event.draft, chain: event.chain)
  }

  // MARK: Lines

  /// The level of an output; nil while nobody can know, such as of a relay at a reader that is away.
  func isActive(_ line: OutputLine) -> Bool? {
    if let readers = outside.ports.readers, readers.has(line) {
      return try? readers.isActive(line)
    }
    return try? outside.ports.gpio.isActive(line)
  }

  private func moveIfRequired(_ movement: LockDriver.Movement, at now: Moment) {
    guard controller.requiredLock(of: movement.door) == movement.level else {
      if let order = movement.order {
        let outcome = OrderOutcome.failed(reason: "the door was locked again first")
        carryOut(.end(order: order, .outcome(outcome)), at: now)
      }
      return
    }
    move(movement, at: now)
  }

  private func move(_ movement: LockDriver.Movement, at now: Moment) {
    let relay = OutputLine.relay(movement.door)
    let error = drive(relay, active: locks.isRelayActive(for: movement))
    if error == nil, locks.moved(movement, at: now.monotonic) {
      carryOut(journal.relaySwitched(of: movement.door, at: now.monotonic), at: now)
    }
    noteDoors()
    guard let order = movement.order else { return }
    if let error {
      carryOut(.end(order: order, .failed(LockDriver.goesOn(error))), at: now)
    } else if movement.level == .released, outside.ports.readers?.has(relay) == true {
      locks.awaitAnswer(order, of: movement, at: now.monotonic)
    } else if movement.level == .released {
      carryOut(.end(order: order, .outcome(.confirmed)), at: now)
    }
  }

  @discardableResult
  private func drive(_ line: OutputLine, active: Bool) -> PortError? {
    do throws(PortError) {
      if let readers = outside.ports.readers, readers.has(line) {
        try readers.drive(line, active: active)
      } else {
        try outside.ports.gpio.drive(line, active: active)
      }
      locks.succeeded(line)
      reporter.tap.note(line, isActive: active, at: outside.ports.monotonic.now())
      return nil
    } catch {
      if locks.failed(line, error) { outside.logger.error("\(error)") }
      return error
    }
  }

  func noteDoors() {
    reporter.doorChanged(
      isConnected: cloud.link.isConnected, at: outside.ports.monotonic.now(),
      ShellReport(self).doorStates)
  }

  // MARK: The cloud

  /// Publishes while connected; otherwise the next connection repeats what matters.
  private func publish(_ message: UpMessage, at now: Moment) {
    if case .events(let batch) = message, let nonce = cloud.sessionNonce {
      return carryOut(
        .job(.encodeEvents(batch, cloud.batchEncoding, connection: nonce)), at: now)
    }
    let token = send(message)
    switch message {
    case .state(let report): if token != nil { reporter.reported(report.doors) }
    // Its end is told when the broker has answered every part.
    case .logs(_, let order), .diagnosis(_, let order):
      if token == nil { carryOut(cloud.notSent(order), at: now) }
    // A cloud that hears a hello may know nothing of this controller.
    case .hello(let hello): publishIssued(for: hello.requestIDs, at: now)
    case .events, .urgent, .received, .unkept, .result, .applied, .pull, .digest, .telemetry,
      .issued, .renewal:
      break
    }
  }

  private func send(_ message: UpMessage) -> Int? {
    do { return send(message, try message.payload()) } catch {
      outside.logger.warning("\(message.kind.rawValue) was not published: \(error)")
      return nil
    }
  }

  @discardableResult
  func send(_ message: UpMessage, _ payload: [UInt8]) -> Int? {
    guard let link = outside.ports.cloud?.link, cloud.link.isConnected else { return nil }
    do throws(PortError) {
      let token = try link.publish(
        LinkMessage(
          topic: cloud.topic(message.kind), payload: payload, retain: message.isRetained,
          expirySeconds: message.kind.expirySeconds, correlation: message.answered))
      cloud.sent(message, bytes: payload.count, token: token)
      return token
    } catch {
      outside.logger.warning("\(message.kind.rawValue) was not published: \(error)")
      return nil
    }
  }

  /// `requests` are the ids of what asked for it, if anything did.
  func publishIssued(for requests: [String]? = nil, at now: Moment) {
    guard cloud.link.isConnected else { return }
    carryOut(holders.issuedReports(of: outside.configuration.controller, for: requests), at: now)
  }

  // MARK: Orders

  private func setMode(_ mode: ModeOrder, order: String, at now: Moment) {
    let doors = mode.door.map { [$0] } ?? outside.configuration.layout.doors.map(\.id)
    let present = doors.compactMap { controller.modes(of: $0) }
    if let problem = mode.problem(at: present, now: now.monotonic) {
      return carryOut(.end(order: order, .outcome(.rejected(reason: problem))), at: now)
    }
    for door in doors {
      guard let present = controller.modes(of: door) else {
        let error = PortError(
          .invalid, operation: "set the mode of \(door)",
          detail: "this controller has no such door")
        return carryOut(.end(order: order, .refused(error)), at: now)
      }
      let modes = mode.applied(to: present, at: now)
      carryOut(KeptModes.persist(modes, of: door, at: now), at: now)
      carryOut(.core(.modes(door, modes)), at: now)
    }
    outside.inbox.push(.tick)
    let error = doors.lazy.compactMap { self.locks.relayError(of: $0) }.first
    carryOut(
      error.map { .end(order: order, .failed(LockDriver.goesOn($0))) }
        ?? .endPersisted(order: order), at: now)
  }

  private func carryOut(_ plan: PlanOrder, order: String, at now: Moment) {
    if let refusal = controller.refusal(of: plan) {
      return carryOut(.end(order: order, .outcome(.rejected(reason: refusal))), at: now)
    }
    carryOut(.core(.plan(plan)), at: now)
    outside.inbox.push(.tick)
    let doors = outside.configuration.layout.doors.map(\.id)
    let error = doors.lazy.compactMap { self.locks.relayError(of: $0) }.first
    carryOut(
      error.map { .end(order: order, .failed(LockDriver.goesOn($0))) }
        ?? .endPersisted(order: order), at: now)
  }

  private func resetArea(
    _ area: AreaID, by: String, reason: String, order: String, at now: Moment
  ) {
    let counting = controller.policy.countingAreas.map(\.id)
    guard counting.contains(area) else {
      let known = counting.isEmpty ? "none does" : counting.map(\.rawValue).joined(separator: ", ")
      let error = PortError(
        .invalid, operation: "reset the count of \(area)",
        detail: "no area of this id counts here; those that count: \(known)")
      return carryOut(.end(order: order, .refused(error)), at: now)
    }
    carryOut(.core(.resetArea(area, by: by, reason: reason)), at: now)
    carryOut(.endPersisted(order: order), at: now)
  }

  private func revoke(
    _ key: OfflinePINBook.Key, by: String, order: String, at now: Moment
  ) {
    // Should the start have missed it.
    if holders.needsOfflinePINs { ask(.books, at: now) }
    do throws(PortError) {
      let wishes = try holders.revoke(
        key, by: by, hasDoor: controller.view(of: key.door) != nil, at: now)
      carryOut(wishes + [.endPersisted(order: order)], at: now)
    } catch {
      carryOut(.end(order: order, .failed(error)), at: now)
    }
  }

  private func uploadLog(for order: String, at now: Moment) {
    guard let log = outside.ports.log else {
      let outcome = OrderOutcome.failed(reason: "this controller keeps no log lines")
      return carryOut(.end(order: order, .outcome(outcome)), at: now)
    }
    let (lines, dropped) = log.recent()
    let upload = LogUpload(
      controller: outside.configuration.controller.rawValue, commandID: order, lines: lines,
      dropped: dropped)
    for part in upload.parts(bytesMax: cloud.reportBytesMax) {
      carryOut(.publish(.logs(part, order: order)), at: now)
    }
  }

  /// Looks at everything off the door's thread; the report follows, and then the command is done.
  private func runSelfTest(for order: String, at now: Moment) {
    guard let selfTest = outside.ports.selfTest else {
      return carryOut(.end(order: order, .outcome(.confirmed)), at: now)
    }
    let inbox = outside.inbox
    selfTest.run { inbox.push(.job(.diagnosed(order: order, $0))) }
  }
}

extension Logger.Level {
  fileprivate init(_ level: LogLevel) {
    switch level {
    case .error: self = .error
    case .warning: self = .warning
    case .notice: self = .notice
    case .info: self = .info
    }
  }
}
