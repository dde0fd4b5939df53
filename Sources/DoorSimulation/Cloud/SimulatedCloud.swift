import CloudProtocol
import DoorRules

/// The operator's cloud for one controller: its records and configuration, the door's events, and
/// the session that synchronises them.
final class SimulatedCloud {
  static let gatherMicrosecondsMax = 9_000_000

  private let scheduler: any Scheduler
  private let observers: Observers
  private let wire: SimulatedWire
  private(set) var sender: CloudSender
  private var random: SimulationRandom
  private(set) var log = CloudLog()
  var records = CloudRecords()
  var configuration: CloudConfiguration
  var commands = CloudCommands()
  private(set) var session: Session?
  private var away: [[UInt8]]?
  private var isAcknowledgementDue = false

  /// The revisions that the door has or will have.
  struct Session {
    var nonce: String
    var config: UInt64
    var credentials: UInt64
    var digest: String?
    var isWaiting = false
    /// The door's records are not what the cloud thinks: it missed an answer.
    var isUnsure = false
    /// The last message with revocations.
    var revocations: (message: String, base: UInt64, ids: [String])?
  }

  init(
    scheduler: any Scheduler, observers: Observers, wire: SimulatedWire, sender: CloudSender,
    seed: UInt64, document: ConfigurationDocument
  ) {
    self.scheduler = scheduler
    self.observers = observers
    self.wire = wire
    self.sender = sender
    random = SimulationRandom(seed: seed, stream: 5)
    configuration = CloudConfiguration(document: document)
    wire.attach(cloud: self)
  }

  // MARK: What comes up

  func take(topic: String, _ payload: [UInt8]) {
    guard let (_, kind) = Topics.parseUp(topic) else { return }
    if let kept = away {
      // The broker needs to keep only results: the door sends everything else again.
      if kind == .results, kept.count < SimulatedWire.queuedMax { away?.append(payload) }
      return
    }
    do {
      try take(kind, payload)
    } catch let broken as BrokenSentence {
      observers.fail(broken.sentence, broken.detail)
    } catch {
      observers.fail("what the door says can be read", "\(kind.rawValue): \(error)")
    }
  }

  private func take(_ kind: Topics.Up, _ payload: [UInt8]) throws {
    switch kind {
    case .hello: greet(try JSONCoding.decode(Hello.self, from: payload))
    case .state, .logs, .digest, .issued, .diagnosis, .urgent, .renewal: break
    case .telemetry: acknowledgeSoon()
    case .events:
      let batch = try BatchPayload.read(payload)
      for event in try log.take(batch, from: sender.controller) {
        observers.see(.cloudTook(event))
      }
      acknowledgeSoon()
    case .results: commands.note(try JSONCoding.decode(CommandResult.self, from: payload))
    case .pull: answer(try JSONCoding.decode(SnapshotPull.self, from: payload))
    case .applied: applied(try JSONCoding.decode(ApplyReport.self, from: payload))
    }
  }

  private func greet(_ hello: Hello) {
    session = Session(
      nonce: hello.sessionNonce, config: hello.configRevision,
      credentials: hello.credentialRevision, digest: hello.credentialDigest)
    session?.isUnsure =
      hello.credentialRevision == records.revision && hello.credentialDigest != records.digest
    acknowledge(log.acknowledgement ?? EventAcknowledgement(epoch: hello.logEpoch, through: 0))
    push()
  }

  private func acknowledge(_ acknowledgement: EventAcknowledgement) {
    var acknowledgement = acknowledgement
    acknowledgement.sessionNonce = session?.nonce
    if sender.isDeflating { acknowledgement.encodings = [BatchPayload.Encoding.deflate.rawValue] }
    send(acknowledgement, .ack)
  }

  /// Acknowledges after a delay, because some clouds collect events for a while.
  private func acknowledgeSoon() {
    guard !isAcknowledgementDue else { return }
    isAcknowledgementDue = true
    let gathers = Int64(random.int(1_000_000...Self.gatherMicrosecondsMax))
    scheduler.schedule(inMicroseconds: gathers) { [self] in
      isAcknowledgementDue = false
      guard isUp, let acknowledgement = log.acknowledgement else { return }
      acknowledge(acknowledgement)
    }
  }

  private func applied(_ report: ApplyReport) {
    guard var session else { return }
    switch report.subject {
    case .config:
      if !report.applied, session.config > report.revision {
        configuration.refused = session.config
      }
      session.config = max(session.config, report.revision)
    case .credentials:
      session.isWaiting = false
      session.credentials = report.revision
      session.digest = report.digest
      records.note(report)
      if isForeign(report) {
        // The revision stands for something else: what belongs there goes out under a new one.
        records.beginRevision()
        session.isUnsure = true
      } else if report.applied {
        // What came before may have left something else there.
        session.isUnsure =
          report.revision == records.revision && report.digest != records.digest
      }
      if let sent = session.revocations, sent.message == report.messageID {
        if report.applied || report.revision == sent.base {
          observers.knowledge.answeredRevocation(of: sent.ids)
        }
        records.isRefused = !report.applied && report.revision == sent.base
      }
    }
    self.session = session
    push()
  }

  /// Whether the door has the cloud's revision with another content.
  private func isForeign(_ report: ApplyReport) -> Bool {
    if records.rivals[report.messageID] != nil { return report.applied }
    return !report.applied && report.revision == records.revision
      && report.digest != records.digest
  }

  // MARK: What goes down

  /// Sends what the door lacks.
  func push() {
    guard isUp, var session else { return }
    let document = configuration.document
    if !session.isWaiting, session.config < document.revision,
      configuration.refused != document.revision
    {
      configuration.markSent()
      session.config = document.revision
      self.session = session
      send(ConfigurationMessage.whole(document), .config)
    }
    pushCredentials()
    sendCommands()
  }

  private func pushCredentials() {
    guard let session, !session.isWaiting, !records.isRefused,
      session.isUnsure || session.credentials != records.revision
    else { return }
    self.session?.isWaiting = true
    let base = session.credentials
    if session.isUnsure || records.needsSnapshot(since: base) {
      let offer = records.offer(to: base)
      send(
        offer, .snapshot,
        as: SignedWords.Word(
          kind: .snapshot, signedAt: scheduler.elapsed, withdrawn: offer.revokedAhead,
          revision: offer.revision))
    } else {
      let delta = records.delta(since: base)
      let id = random.id()
      let revoked = delta.credentials.filter { $0.status != "active" }.map(\.id)
      self.session?.revocations = (id, base, revoked)
      send(
        delta, .credentials, id: id,
        as: SignedWords.Word(
          kind: .credentials, signedAt: scheduler.elapsed, withdrawn: revoked,
          base: delta.baseRevision, revision: delta.revision))
      sendRival(of: delta)
    }
  }

  /// Now and then a second worker of the cloud uses the same number for another change.
  private func sendRival(of delta: CredentialDelta) {
    guard let rival = records.rival(of: delta), let record = rival.credentials.last else { return }
    let id = "rival-\(records.rivals.count)"
    records.rivals[id] = record
    send(
      rival, .credentials, id: id,
      as: SignedWords.Word(
        kind: .credentials, signedAt: scheduler.elapsed, base: delta.baseRevision,
        revision: delta.revision))
  }

  private func answer(_ pull: SnapshotPull) {
    guard let chunk = records.chunk(pull) else {
      session?.isWaiting = false
      return push()
    }
    send(chunk, .chunk)
  }

  private func sendCommands() {
    guard isUp, let nonce = session?.nonce else { return }
    for waiting in commands.waiting(at: scheduler.wall) {
      var command = waiting.command
      command.sessionNonce = nonce
      let left = waiting.expires.secondsSince1970 - scheduler.wall.secondsSince1970
      guard left > 0 else { continue }
      observers.see(
        .commandSent(
          id: waiting.id, expires: scheduler.wall.advanced(bySeconds: left), nonce: nonce))
      if send(command, .commands, id: waiting.id, lifetimeSeconds: Int(left)) {
        commands.markSent(waiting.id)
      }
    }
  }

  @discardableResult
  private func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, id: String? = nil,
    lifetimeSeconds: Int = CloudSender.dataLifetimeSeconds, as word: SignedWords.Word? = nil
  ) -> Bool {
    do {
      let payload = try sender.sign(
        body, kind, id: id ?? random.id(), at: scheduler.wall, lifetimeSeconds: lifetimeSeconds)
      scheduler.note("cloud says") { kind.rawValue }
      let topic = sender.topics.topic(kind)
      sender.noteSent(topic: topic, payload: payload, at: scheduler.elapsed)
      observers.knowledge.words.signed(
        payload, word ?? SignedWords.Word(kind: kind, signedAt: scheduler.elapsed))
      return wire.publishDown(topic: topic, payload: payload)
    } catch {
      observers.fail("the cloud can say what it means", "\(kind.rawValue): \(error)")
      return false
    }
  }

  // MARK: Faults

  var isUp: Bool { away == nil }

  func stop() {
    away = []
    session = nil
  }

  /// Starts again, and takes what the broker kept.
  func start() {
    let waiting = away ?? []
    away = nil
    for payload in waiting { take(topic: sender.topics.topic(.results), payload) }
    brokerIsBack()
  }
}

extension SimulatedCloud: WireCloudEnd {
  func doorIsGone() { session = nil }

  func brokerIsBack() {
    guard isUp, session == nil, wire.brokerSeesDoor else { return }
    send(DigestRequest(hello: true), .digest)
  }

  /// The broker restarts without its memory. Whether a command acted is still in the event log.
  func brokerForgets() {
    for payload in away ?? [] {
      guard let result = try? JSONCoding.decode(CommandResult.self, from: payload) else { continue }
      commands.forget(result.commandID)
    }
    if away != nil { away = [] }
  }
}
