import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The exchange with the cloud: whether there is a connection, which messages are verified, and
/// what is due next. Nothing at the door waits for it.
struct CloudConversation {
  /// The connection as the status shows it.
  struct Link {
    var isConnected = false
    /// Why there is no connection, as text; nil while there is one.
    var disconnectReason: String? = "not connected yet"
    /// When the broker last gave or took a message.
    var lastContact: WallInstant?
  }

  private(set) var link = Link()
  private(set) var contact: CloudContact
  private(set) var offset = ClockOffset()
  private(set) var refusals = RefusalLog()
  private var keys: TrustedKeys
  private var session: SyncSession
  private var budget = MessageBudget()
  private var repeats = Repeats()
  /// What is on its way to the broker, by the link's token; the link bounds its number.
  private var inFlight: [Int: SentMessage] = [:]
  private var reports = OpenReports()
  /// Messages that the broker refused.
  private(set) var refusedPublishes = 0
  private let topics: Topics
  /// More bytes than an MQTT packet has beside topic and payload.
  private static let packetHeadBytesMax = 128

  init(
    identity: SyncSession.Identity, standing: SyncSession.Standing, contact: CloudContact,
    verifier: EnvelopeVerifier?
  ) {
    session = SyncSession(identity: identity, standing: standing)
    self.contact = contact
    keys = TrustedKeys(given: verifier)
    topics = Topics(controller: identity.controller)
  }

  /// The longest part of a report that most likely gets through, in bytes.
  var reportBytesMax: Int { session.reportBytesMax }

  /// The revisions and numbers that the session has of this controller.
  var standing: SyncSession.Standing { session.standing }
  var sessionNonce: String? { session.sessionNonce }
  var batchEncoding: BatchPayload.Encoding? { session.batchEncoding }
  var nextDeadline: MonotonicInstant? { session.nextDeadline }

  func topic(_ kind: Topics.Up) -> String { topics.topic(kind) }

  /// The last contact, when it could be read only after the start. There was no connection before.
  mutating func adopt(contact read: CloudContact) { contact = read }

  mutating func slept(seconds: Int64) { contact.slept(seconds: seconds) }

  // MARK: The connection

  /// The link could not be started.
  mutating func notStarted(_ error: PortError) -> [Wish] {
    link.disconnectReason = "\(error)"
    return [.log(.error, "the link to the cloud did not start: \(error)")]
  }

  mutating func connected(at now: Moment) -> [Wish] {
    link = Link(isConnected: true, disconnectReason: nil, lastContact: now.wall)
    // The journal tells it by the event, as often as an hour has room for.
    return [.record(EventRecord(.cloudConnected))]
  }

  /// Begins the session of this connection.
  mutating func begin(
    _ terms: LinkTerms, standing: SyncSession.Standing, at now: Moment
  ) -> [Wish] {
    let bytes = terms.packetBytesMax.map { $0 - topics.longestBytes - Self.packetHeadBytesMax }
    return handle(
      .connected(nonce: terms.nonce, standing: standing, messageBytesMax: bytes), at: now)
  }

  mutating func disconnected(_ reason: String, at now: Moment) -> [Wish] {
    var wishes: [Wish] = []
    if link.isConnected {
      wishes = [.record(EventRecord(.cloudDisconnected, detail: ["cause": reason]))]
    } else if link.disconnectReason != reason {
      // Once for each cause: whoever reads the log sees why it does not come back.
      wishes = [.log(.warning, "cloud not reached: \(reason)")]
    }
    link.isConnected = false
    link.disconnectReason = reason
    inFlight = [:]
    wishes += reports.stop("the connection to the broker ended before it had everything")
    return wishes + handle(.disconnected, at: now)
  }

  /// The broker has the message with this token.
  mutating func delivered(_ token: Int, at now: Moment) -> [Wish] {
    link.lastContact = now.wall
    switch inFlight.removeValue(forKey: token) {
    case .result(let id): return handle(.resultDelivered(commandID: id), at: now)
    case .report(let order, _): return reports.delivered(for: order)
    case .hello, .events, .applied, .state, nil: return []
    }
  }

  /// Nobody has the message with this token.
  mutating func refused(_ token: Int, _ refusal: LinkRefusal, at now: Moment) -> [Wish] {
    refusedPublishes += 1
    switch inFlight.removeValue(forKey: token) {
    case .hello: return handle(.refused(.hello), at: now)
    case .events(let bytes):
      return handle(
        .refused(.events(bytes: bytes, isTooLarge: refusal.isTooLarge)), at: now)
    case .applied(let report): return handle(.refused(.applied(report)), at: now)
    case .result(let id): return handle(.refused(.result(commandID: id)), at: now)
    case .state: return [.stateRefused]
    case .report(let order, let bytes):
      let lesson = refusal.isTooLarge ? handle(.refused(.report(bytes: bytes)), at: now) : []
      return lesson + reports.lost(order, "the broker refused a part of it: \(refusal.reason)")
    case nil: return []
    }
  }

  /// A message is on its way to the broker under this token.
  mutating func sent(_ message: UpMessage, bytes: Int, token: Int) {
    inFlight[token] = SentMessage(message, bytes: bytes)
    if case .report(let order, _)? = inFlight[token] { reports.sent(for: order) }
  }

  /// A part of a report could not be sent at all.
  mutating func notSent(_ order: String) -> [Wish] {
    reports.sent(for: order)
    return reports.lost(order, "not connected to the broker")
  }

  // MARK: What comes in

  /// Revisions that a refused message is answered with.
  struct InForce {
    var config: UInt64
    var credentials: UInt64
  }

  var needsKeys: Bool { keys.needsLoading }
  mutating func loadKeys(_ kept: () throws -> [UInt8]?) -> [Wish] { keys.load(kept) }

  mutating func change(_ change: KeyChange, by signer: String?, order: String) -> [Wish] {
    keys.change(change, by: signer, order: order)
  }

  /// Verifies a message; one that is refused is counted, recorded and dropped.
  mutating func receive(
    topic: String, _ payload: [UInt8], retained: Bool, inForce: InForce, at now: Moment
  ) -> [Wish] {
    guard let kind = topics.parseDown(topic) else {
      return refuse(
        nil, cause: IntakeRefusal.unknownTopic.rawValue, detail: Topics.problem(ofDown: topic),
        at: now)
    }
    // This is how a retained message is cleared.
    guard !payload.isEmpty, let verifier = keys.verifier else { return [] }
    let mark = Repeats.Mark(kind, payload)
    let isKnown = repeats.knows(mark)
    if isKnown, !repeats.take(at: now.monotonic) { return refuseRepeat(kind, at: now) }
    do throws(EnvelopeRefusal) {
      let (message, issuedAt, rights) = try CloudMessage.verify(
        payload, kind: kind, retained: retained, by: verifier, session: sessionNonce,
        at: now)
      // Whoever may order a few things does not speak for the cloud: neither that it is there, nor what
      // time it is.
      let isOfCloud = !retained && rights.contains(.acknowledge)
      if isOfCloud { offset.note(issued: issuedAt, at: now) }
      repeats.remember(mark)
      if case .command(let command) = message { _ = repeats.isNew(command: command.id) }
      let isOld = isKnown || contact.newest.map { issuedAt < $0 } == true
      guard takes(message, isKnown: isKnown, isOld: isOld, inForce, at: now) else {
        return refuseRepeat(kind, at: now)
      }
      if isOfCloud, !message.isOutdated(for: inForce) {
        contact.heard(signed: issuedAt, at: now)
      }
      // What was sent before does not show that the cloud is there.
      let heard = !isOfCloud || isOld ? [] : handle(.heard, at: now)
      return heard + [.take(message)]
    } catch {
      // Sent again for its result: it was taken once, or its refusal was told.
      let isCopy =
        kind == .commands && error.cause == .expired
        && error.messageID.map { !repeats.isNew(command: $0) } == true
      let wishes =
        isCopy
        ? []
        : refusals.note(
          kind, cause: error.cause.rawValue, detail: error.detail, message: error.messageID,
          at: now.monotonic)
      if !retained, error.cause != .notAllowed, let issued = error.issuedAt {
        offset.note(issued: issued, at: now)
      }
      guard let id = error.messageID else {
        // Nobody can be told that it is refused; a hello tells what is missing here.
        return wishes + (error.isWithoutID && kind.bringsData ? [.askAgain] : [])
      }
      if !isKnown, !repeats.take(at: now.monotonic) { return wishes }
      repeats.remember(mark)
      return wishes + answer(error, of: id, to: kind, isCopy: isCopy, inForce)
    }
  }

  /// Whether a verified message is worth its work. One that brings nothing new needs a place among
  /// the ``Repeats``, unless it has one already.
  private mutating func takes(
    _ message: CloudMessage, isKnown: Bool, isOld: Bool, _ inForce: InForce, at now: Moment
  ) -> Bool {
    // What takes back acknowledgements acts as the cloud's newest word only.
    if isOld, message.takesBack { return false }
    guard !isKnown, message.isSpent(for: inForce) else { return true }
    return repeats.take(at: now.monotonic)
  }

  private mutating func refuseRepeat(_ kind: Topics.Down, at now: Moment) -> [Wish] {
    refuse(
      kind, cause: IntakeRefusal.repeated.rawValue,
      detail: "it brings nothing new, and many such messages came before it", at: now)
  }

  /// Messages of the broker had no room in the inbox.
  mutating func lost(_ count: Int, at now: Moment) -> [Wish] {
    refusals.note(
      nil, cause: IntakeRefusal.tooMany.rawValue, detail: "messages come too fast to be read",
      count: count, at: now.monotonic)
  }

  /// Whether there is room for one more message at this moment; otherwise it is refused unread.
  mutating func admit(at now: Moment) -> [Wish]? {
    link.lastContact = now.wall
    guard budget.take(at: now.monotonic) else {
      return refuse(
        nil, cause: IntakeRefusal.tooMany.rawValue, detail: "messages come too fast to be read",
        at: now)
    }
    return nil
  }

  mutating func refuse(
    _ kind: Topics.Down?, cause: String, detail: String, message: String? = nil, at now: Moment
  ) -> [Wish] {
    refusals.note(kind, cause: cause, detail: detail, message: message, at: now.monotonic)
  }

  /// Reports to the cloud why one of its messages was refused. Only a message for this controller
  /// with a good signature is answered.
  private func answer(
    _ refusal: EnvelopeRefusal, of id: String, to kind: Topics.Down, isCopy: Bool,
    _ inForce: InForce
  ) -> [Wish] {
    switch refusal.cause {
    case .wrongAlgorithm, .unknownKey, .badSignature, .wrongAudience: return []
    case .tooLarge, .wrongIssuer, .wrongKind, .retainedCommand, .malformed, .notAllowed,
      .notYetValid, .expired, .lifetimeTooLong:
      break
    }
    // Out of its time by a clock that may be wrong: a cloud that got "refused" would never send it
    // again.
    if refusal.cause == .notYetValid || refusal.cause == .expired, kind != .commands {
      return [.askAgain]
    }
    func refused(_ subject: ApplyReport.Subject, _ revision: UInt64) -> [Wish] {
      let problems =
        refusal.problems.isEmpty
        ? [Problem(path: "", message: refusal.description)] : refusal.problems
      return [
        .session(
          .applied(
            ApplyReport(
              subject: subject, messageID: id, revision: revision, applied: false,
              problems: problems)))
      ]
    }
    switch kind {
    case .commands:
      return [
        .refuseCommand(
          id, refusal.command ?? CommandMark(), refusal.cause == .expired ? .expired : .rejected,
          reason: refusal.description, isCopy: isCopy)
      ]
    case .config: return refused(.config, inForce.config)
    case .credentials, .snapshot, .chunk, .repair:
      return refused(.credentials, inForce.credentials)
    case .ack, .digest, .certificate: return []
    }
  }

  // MARK: The session

  mutating func handle(_ input: SyncSession.Input, at now: Moment) -> [Wish] {
    let outputs = session.handle(input, at: now.monotonic)
    return wishes(outputs)
  }

  mutating func advance(to now: Moment) -> [Wish] {
    let outputs = session.advance(to: now.monotonic)
    return wishes(outputs)
  }

  private func wishes(_ outputs: [SyncSession.Output]) -> [Wish] {
    outputs.flatMap { output in
      guard case .publishHello(var hello) = output else { return Self.wishes(output) }
      hello.signingKeys = keys.ids
      return [.publish(.hello(hello))]
    }
  }

  private static func wishes(_ output: SyncSession.Output) -> [Wish] {
    switch output {
    case .publishHello(let hello): [.publish(.hello(hello))]
    case .publishEvents(let batch): [.publish(.events(batch))]
    case .publishApplied(let report): [.publish(.applied(report))]
    case .publishResult(let result): [.publish(.result(result))]
    case .publishUrgent(let event): [.publish(.urgent(event))]
    case .publishPull(let pull): [.publish(.pull(pull))]
    case .readEvents(let after, let limit): [.job(.readEvents(after: after, limit: limit))]
    case .readUrgent(let after, let limit): [.job(.readUrgent(after: after, limit: limit))]
    case .readResults(let limit): [.job(.readResults(limit: limit))]
    case .markAcknowledged(let through):
      [.acknowledged(through: through), .job(.acknowledge(through: through))]
    case .confirmResult(let id): [.job(.confirmResult(id))]
    case .beginEpoch:
      [
        .log(
          .error, "the cloud has other events under this log's numbers: a new epoch begins"),
        .job(.beginEpoch),
      ]
    case .rewind(let through):
      [
        .log(.error, "the cloud lost the events after \(through): they are sent again"),
        .job(.rewind(through: through)),
      ]
    case .reportLogGap(let after, let found):
      [
        .log(.error, "the event log has a hole: after \(after) comes \(found)"),
        .record(
          EventRecord(.logGap, detail: ["after": String(after), "found": String(found)])),
      ]
    }
  }
}
