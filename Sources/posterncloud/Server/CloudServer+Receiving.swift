import CloudProtocol
import DoorRules
import Logging

/// Messages from the controllers.
extension CloudServer {
  /// Acknowledges again, as a sign of life: offline policies limit how long a door serves without
  /// contact to the cloud, and a quiet night has no other message.
  private func acknowledgeAgain(_ controller: ControllerID, _ state: State) throws {
    guard let standing = try store.events.acknowledged(of: controller) else { return }
    try send(standing, to: controller, state)
  }

  /// With the nonce of the session, an acknowledgement tells the controller the time as well.
  private func send(
    _ acknowledgement: EventAcknowledgement, to controller: ControllerID, _ state: State
  ) throws {
    var acknowledgement = acknowledgement
    acknowledgement.sessionNonce = state.sessions[controller].flatMap {
      $0.nonce.isEmpty ? nil : $0.nonce
    }
    acknowledgement.encodings = BatchPayload.Encoding.allCases.map(\.rawValue)
    try send(acknowledgement, .ack, to: controller)
  }

  func take(
    topic: String, _ payload: [UInt8], retained: Bool, _ state: inout State
  ) throws {
    guard let (controller, kind) = Topics.parseUp(topic),
      try store.controllers.isEnrolled(controller)
    else {
      return logger.warning("a message of an unknown controller, on \(topic)")
    }
    if !retained, kind != .hello, kind != .state, state.sessions[controller] == nil {
      // Whatever it sends, it is there.
      state.hellos.expect(controller, at: CloudClock.ticks())
    }
    switch kind {
    case .hello:
      try begin(try decode(Hello.self, payload, from: controller), of: controller, &state)
    case .state:
      let report = try decode(StateReport.self, payload, from: controller)
      try store.controllers.store(report)
      try note(report, controller, retained: retained, &state)
    case .events:
      let batch = try BatchPayload.read(payload)
      let acknowledgement = try store.events.take(batch, from: controller)
      if acknowledgement.diverged == true {
        logger.error(
          "\(controller): the events after \(acknowledgement.through) belong to another log")
      }
      try send(acknowledgement, to: controller, state)
      try noteArrivals(of: controller, &state)
    case .urgent:
      let urgent = try decode(UrgentEvent.self, payload, from: controller)
      try store.urgentEvents.take(urgent, from: controller)
    case .telemetry:
      let report = try decode(TelemetryReport.self, payload, from: controller)
      try store.controllers.store(report)
      try acknowledgeAgain(controller, state)
    case .logs:
      let upload = try decode(LogUpload.self, payload, from: controller)
      try store.controllers.store(
        upload.joined(to: store.controllers.latest(LogUpload.self, of: controller.rawValue)))
    case .issued:
      let report = try decode(IssuedReport.self, payload, from: controller)
      for decision in try store.issued.reconcile(report, of: controller) {
        logger.notice("\(controller): \(decision)")
      }
      pushChanges(&state)
    case .diagnosis:
      let report = try decode(DiagnosisReport.self, payload, from: controller)
      try store.controllers.store(
        report.joined(to: store.controllers.latest(DiagnosisReport.self, of: controller.rawValue)))
    case .renewal:
      let request = try decode(RenewalRequest.self, payload, from: controller)
      let answer = try certificates.answer(
        request, of: controller, at: WallInstant(millisecondsSince1970: CloudClock.now()))
      logger.notice(
        "\(controller) asks for a certificate: \(answer.refused ?? "it is signed")")
      try send(answer, .certificate, to: controller)
    case .pull:
      guard try !store.restored.isWaiting(controller) else { break }
      try answer(try JSONCoding.decode(SnapshotPull.self, from: payload), of: controller, &state)
    case .digest:
      // A repair would bring back what was revoked since the backup.
      guard try !store.restored.isWaiting(controller) else { break }
      let report = try decode(DigestReport.self, payload, from: controller)
      let now = CloudClock.now()
      if state.rescans.isDone(controller, rescanned: report.rescanned, at: now) {
        try store.rescans.note(controller, at: now)
      }
      try repair(report, controller, &state)
    case .results:
      try store.commands.finish(
        try JSONCoding.decode(CommandResult.self, from: payload), by: controller)
    case .applied:
      let report = try JSONCoding.decode(ApplyReport.self, from: payload)
      try store.revisions.check(report.revision, of: report.subject, at: controller)
      try store.controllers.storeInForce(report, of: controller)
      try store.credentials.storeStatuses(report, of: controller)
      try applied(report, by: controller, &state)
      // Only now: what it had noted of such records went by what was withdrawn.
      if report.subject == .credentials { try store.knownPeople.forgetRemoved(at: controller) }
    }
  }

  /// Begins the session of a controller that connected, and sends it what it lacks.
  private func begin(
    _ hello: Hello, of controller: ControllerID, _ state: inout State
  ) throws {
    try store.revisions.check(hello.configRevision, of: .config, at: controller)
    try store.revisions.check(hello.credentialRevision, of: .credentials, at: controller)
    logger.info(
      "\(controller): config \(hello.configRevision), credentials \(hello.credentialRevision)")
    var session = ControllerSession(hello)
    session.needsSnapshot = try store.restored.notice(hello, at: CloudClock.now())
    session.isAhead = try store.restored.isWaiting(controller)
    if session.isAhead {
      logger.critical(
        """
        \(controller): is ahead of this cloud, which was restored from a backup. It goes on as it is \
        and gets nothing before its events are here; see posterncloud restored
        """)
    }
    session.comparison.expect(
      at: CloudClock.ticks(), after: 0, lateAfter: compareLateMilliseconds)
    state.hellos.end(controller)
    state.rescans.met(
      controller, rescannedAt: try store.rescans.last(controller, newAt: CloudClock.now()))
    try store.controllers.store(hello)
    // The answer to its last change may have been lost.
    try store.knownPeople.forgetRemoved(at: controller)
    if try store.boots.store(hello) {
      logger.critical(
        """
        \(controller): two machines use this identity in turn; one is a copy. Go there, \
        and enrol the controller anew
        """)
    }
    for feature in try store.controllers.ignored(by: hello) {
      logger.critical(
        """
        \(controller): runs \(hello.software), which does not know \(feature.rawValue) and lets people \
        in whom they keep out. Update it, or switch those people off
        """)
    }
    state.sessions[controller] = session
    if let correction = try store.events.correction(hello) {
      logger.error(
        """
        \(controller): its log ends at \(hello.lastEvent), acknowledged up to \
        \(hello.acknowledgedEvent); the cloud has it up to \(correction.through)
        """)
      try send(correction, to: controller, state)
    } else {
      // A controller sends nothing again before this answer.
      try send(store.events.acknowledged(of: hello), to: controller, state)
    }
    push(to: controller, &state)
    pushCommands(&state)
  }

  /// Once the events of a controller that is ahead are here, it gets everything; or a person is told.
  private func noteArrivals(of controller: ControllerID, _ state: inout State) throws {
    guard state.sessions[controller]?.isAhead == true,
      try !store.restored.isWaiting(controller)
    else { return }
    state.sessions[controller]?.isAhead = false
    logger.notice(
      """
      \(controller): its events are here, and what they say was stopped is stopped; it gets \
      everything. See posterncloud restored
      """)
    push(to: controller, &state)
  }

  /// Throws for a message that names another controller than its topic.
  private func decode<Message: ControllerMessage>(
    _ type: Message.Type, _ payload: [UInt8], from controller: ControllerID
  ) throws -> Message {
    let message = try JSONCoding.decode(type, from: payload)
    guard message.controller == controller.rawValue else {
      throw CloudProblem("it names the controller \(message.controller.prefix(64))")
    }
    return message
  }

  /// A retained state may be older than a hello that arrived first, so it never ends a session. It
  /// may begin one: a controller that stayed online while this server restarted sends no hello, so
  /// its last hello is used. If that is out of date, the controller refuses the first delta and
  /// sends a hello.
  private func note(
    _ report: StateReport, _ controller: ControllerID, retained: Bool, _ state: inout State
  ) throws {
    if !report.online {
      // The last will of an earlier connection may come after the hello of the present one.
      let isPresent =
        report.sessionNonce == nil || report.sessionNonce == state.sessions[controller]?.nonce
      if !retained, isPresent {
        state.sessions[controller] = nil
        state.hellos.end(controller)
      }
    } else if state.sessions[controller] == nil {
      state.sessions[controller] = ControllerSession(
        try store.controllers.latest(Hello.self, of: controller.rawValue))
      // The last hello may be that of a cloned controller, so ask for a new one.
      state.hellos.expect(controller, at: CloudClock.ticks())
      push(to: controller, &state)
    }
  }

  /// What the controller says about single records is for the operator. They are not sent again
  /// before they change: the controller's revision has moved on.
  private func note(
    _ report: ApplyReport, of controller: ControllerID, _ session: inout ControllerSession
  ) throws {
    let scope: RecordNoteTable.Scope
    if let buckets = session.sentRepairs.removeValue(forKey: report.messageID) {
      scope = .buckets(buckets)
    } else {
      let isEverything = session.sentEverything && report.messageID == session.sentCredentials
      scope = isEverything ? .everything : .changes
    }
    try store.recordNotes.store(report, of: controller, over: scope)
    if let total = report.refusedTotal {
      logger.error("\(controller) refused \(total) records; see posterncloud refused")
    }
    if let total = report.warningsTotal {
      logger.warning("\(controller) has \(total) warnings; see posterncloud refused")
    }
  }

  private func applied(
    _ report: ApplyReport, by controller: ControllerID, _ state: inout State
  ) throws {
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      logger.error("\(controller) refused \(report.subject.rawValue): \(problems)")
    }
    for warning in report.warnings ?? [] {
      logger.warning(
        "\(controller) applied \(report.subject.rawValue) \(report.revision): \(warning)")
    }
    guard var session = state.sessions[controller] else { return }
    switch report.subject {
    case .config:
      session.configWait.end()
      if !report.applied, report.messageID == session.sentConfig {
        guard report.revision == session.configBase else {
          // The controller does not have the base of the patch: send the whole document.
          session.configRevision = 0
          break
        }
        try store.controllers.storeRefused(.config, at: session.configRevision, by: controller)
      }
    case .credentials:
      // A refusal because of a wrong base does not reject the content; a hello follows.
      if !report.applied, report.messageID == session.sentCredentials,
        report.revision == session.credentialRevision
      {
        try store.controllers.storeRefused(.credentials, at: session.sentRevision, by: controller)
      }
      session.credentialWait.end()
      session.digestWait.end()
      session.comparison.endAsking()
      session.digest = report.digest
      let expected = session.comparison.expected(at: report.revision)
      session.comparison.expect(
        at: CloudClock.ticks(), after: DigestComparison.delayMilliseconds,
        lateAfter: compareLateMilliseconds)
      if report.applied {
        try note(report, of: controller, &session)
        session.credentialRevision = report.revision
        session.needsSnapshot = false
      } else if try report.revision <= store.revisions.line(of: controller).last {
        // Another message brought it there; the digests are compared.
        session.credentialRevision = report.revision
      }
      // What it refused just now is not in what was reckoned.
      if let expected, let digest = report.digest, report.applied, report.refusedTotal == nil,
        session.comparison.isLate(at: CloudClock.ticks())
      {
        state.sessions[controller] = session
        try compare(digest, with: expected, of: controller, &state)
        return push(to: controller, &state)
      }
    }
    state.sessions[controller] = session
    push(to: controller, &state)
  }
}
