import CloudProtocol
import DoorRules

/// The operator's cloud for one controller: what should be, what it was told, and what it says.
final class SimulatedCloud {
  static let issuer = "cloud"
  static let dataLifetimeSeconds = 86_400
  /// Changes beyond which everything is sent anew.
  static let deltaChangesMax = 12
  static let chunkRecordsMax = 7
  static let gatherMicrosecondsMax = 9_000_000

  unowned let world: World
  let controller: ControllerID
  let topics: Topics
  let signer: EnvelopeSigner
  var random: SimulationRandom

  // What should be.
  var document: ConfigurationDocument
  var persons: [String: (record: PersonRecord, revision: UInt64)] = [:]
  var credentials: [String: (record: CredentialRecord, revision: UInt64)] = [:]
  var revision: UInt64 = 0
  /// Every configuration that was ever sent, by revision.
  private(set) var documents: [UInt64: ConfigurationDocument] = [:]

  // What it was told.
  private(set) var epoch: String?
  private(set) var through: UInt64 = 0
  private var chain: String?
  /// Ids of events in their order.
  private(set) var events: [String] = []
  private var idsByNumber: [UInt64: String] = [:]
  private var known: Set<String> = []
  private(set) var urgentEvents = 0
  private(set) var telemetry = 0

  var isUp = true
  /// What the broker keeps while the cloud is away. Results alone, since the door says everything
  /// else again.
  private var kept: [[UInt8]] = []
  private var acknowledges = false
  var session: Session?
  var commands = CloudCommands()
  private var snapshots: [String: (revision: UInt64, chunks: [SnapshotChunk])] = [:]
  /// The latest messages as they went, for whoever listens.
  private(set) var spoken: [(topic: String, payload: [UInt8])] = []
  /// Configurations that the door refused.
  private(set) var refusedConfig: UInt64?

  /// What the door has, or was sent.
  struct Session {
    var nonce: String
    var config: UInt64
    var credentials: UInt64
    var digest: String?
    var isWaiting = false
  }

  init(
    world: World, controller: ControllerID, signer: EnvelopeSigner, seed: UInt64,
    document: ConfigurationDocument
  ) {
    self.world = world
    self.controller = controller
    self.signer = signer
    self.document = document
    topics = Topics(controller: controller)
    random = SimulationRandom(seed: seed, stream: 5)
  }

  // MARK: What comes up

  func take(topic: String, _ payload: [UInt8]) {
    guard let (_, kind) = Topics.parseUp(topic) else { return }
    guard isUp else {
      if kind == .results, kept.count < SimulatedWire.queuedMax { kept.append(payload) }
      return
    }
    do {
      try take(kind, payload)
    } catch {
      world.fail("what the door says can be read", "\(kind.rawValue): \(error)")
    }
  }

  private func take(_ kind: Topics.Up, _ payload: [UInt8]) throws {
    switch kind {
    case .hello: greet(try JSONCoding.decode(Hello.self, from: payload))
    case .state, .logs, .digest, .issued, .diagnosis: break
    case .urgent: urgentEvents += 1
    case .telemetry:
      telemetry += 1
      acknowledgeSoon()
    case .events: try take(try JSONCoding.decode(EventBatch.self, from: payload))
    case .results: commands.note(try JSONCoding.decode(CommandResult.self, from: payload))
    case .pull: answer(try JSONCoding.decode(SnapshotPull.self, from: payload))
    case .applied: applied(try JSONCoding.decode(ApplyReport.self, from: payload))
    }
  }

  private func greet(_ hello: Hello) {
    session = Session(
      nonce: hello.sessionNonce, config: hello.configRevision,
      credentials: hello.credentialRevision, digest: hello.credentialDigest)
    if let epoch {
      send(EventAcknowledgement(epoch: epoch, through: through), .ack)
    } else {
      send(EventAcknowledgement(epoch: hello.logEpoch, through: 0), .ack)
    }
    push()
  }

  func has(_ id: String) -> Bool { known.contains(id) }

  private func take(_ batch: EventBatch) throws {
    let isSameLog = epoch == batch.epoch
    var intake = EventIntake(
      epoch: batch.epoch,
      through: isSameLog ? through : (epoch == nil ? 0 : batch.acknowledged ?? 0))
    let answer = try intake.take(batch, from: controller)
    for event in batch.events where isSameLog {
      guard let number = event.number, let before = idsByNumber[number], before != event.id
      else { continue }
      world.fail("the door's log goes its own way only forward", "event \(number) is another")
      return
    }
    var link = isSameLog && answer.dropped == nil ? chain : nil
    for event in answer.fresh {
      guard try event.continues(link) else {
        world.fail("the chain of the log holds", "event \(event.sequence) does not follow")
        return
      }
      link = event.chain
    }
    epoch = batch.epoch
    through = intake.through
    chain = link
    for event in answer.fresh {
      if let number = event.number { idsByNumber[number] = event.id }
      if known.insert(event.id).inserted { events.append(event.id) }
      world.see(.cloudTook(event))
    }
    acknowledgeSoon()
  }

  /// One word for what comes within a while: some clouds gather for long.
  private func acknowledgeSoon() {
    guard !acknowledges else { return }
    acknowledges = true
    let gathers = Int64(random.int(1_000_000...Self.gatherMicrosecondsMax))
    world.schedule(inMicroseconds: gathers) { [unowned self] _ in
      acknowledges = false
      guard isUp, let epoch else { return }
      send(EventAcknowledgement(epoch: epoch, through: through), .ack)
    }
  }

  private func applied(_ report: ApplyReport) {
    guard var session else { return }
    switch report.subject {
    case .config:
      if !report.applied, session.config > report.revision { refusedConfig = session.config }
      session.config = max(session.config, report.revision)
    case .credentials:
      session.isWaiting = false
      session.credentials = report.revision
      session.digest = report.digest
    }
    self.session = session
    push()
  }

  // MARK: What goes down

  /// Sends what the door lacks.
  func push() {
    guard isUp, var session else { return }
    if !session.isWaiting, session.config < document.revision, refusedConfig != document.revision {
      documents[document.revision] = document
      session.config = document.revision
      self.session = session
      send(ConfigurationMessage.whole(document), .config)
    }
    pushCredentials()
    sendCommands()
  }

  private func pushCredentials() {
    guard let session, !session.isWaiting, session.credentials != revision else { return }
    self.session?.isWaiting = true
    let base = session.credentials
    let changed = credentials.values.filter { $0.revision > base }.count
    if base > revision || changed > Self.deltaChangesMax { return offer(base) }
    send(delta(since: base), .credentials)
  }

  private func delta(since base: UInt64) -> CredentialDelta {
    CredentialDelta(
      baseRevision: base == 0 ? nil : base, revision: revision,
      persons: persons.values.filter { $0.revision > base }.map(\.record).sorted { $0.id < $1.id },
      credentials: credentials.values.filter {
        $0.revision > base && (base > 0 || $0.record.status == "active")
      }.map(\.record).sorted { $0.id < $1.id })
  }

  private func offer(_ base: UInt64) {
    let people = persons.values.map(\.record).sorted { $0.id < $1.id }
    let active = credentials.values.map(\.record).filter { $0.status == "active" }
      .sorted { $0.id < $1.id }
    let id = "s-\(revision)"
    var chunks: [SnapshotChunk] = []
    func add(_ persons: [PersonRecord], _ credentials: [CredentialRecord]) {
      chunks.append(
        SnapshotChunk(
          snapshotID: id, revision: revision, index: chunks.count, persons: persons,
          credentials: credentials))
    }
    for start in stride(from: 0, to: people.count, by: Self.chunkRecordsMax) {
      add(Array(people[start..<min(start + Self.chunkRecordsMax, people.count)]), [])
    }
    for start in stride(from: 0, to: active.count, by: Self.chunkRecordsMax) {
      add([], Array(active[start..<min(start + Self.chunkRecordsMax, active.count)]))
    }
    snapshots = [id: (revision, chunks)]
    let ahead = credentials.values.filter { $0.revision > base && $0.record.status != "active" }
    send(
      SnapshotOffer(
        snapshotID: id, revision: revision, chunks: chunks.count,
        revokedAhead: ahead.map(\.record.id).sorted()), .snapshot)
  }

  private func answer(_ pull: SnapshotPull) {
    guard let kept = snapshots[pull.snapshotID], kept.chunks.indices.contains(pull.index) else {
      session?.isWaiting = false
      return push()
    }
    send(kept.chunks[pull.index], .chunk)
  }

  private func sendCommands() {
    guard isUp, let nonce = session?.nonce else { return }
    for waiting in commands.waiting(at: world.time.wall) {
      var command = waiting.command
      command.sessionNonce = nonce
      let left = waiting.expires.secondsSince1970 - world.time.wall.secondsSince1970
      guard left > 0 else { continue }
      world.see(
        .commandSent(
          id: waiting.id, expires: world.time.wall.advanced(bySeconds: left), nonce: nonce))
      if send(command, .commands, id: waiting.id, lifetimeSeconds: Int(left)) {
        commands.markSent(waiting.id)
      }
    }
  }

  @discardableResult
  func send<Body: Codable & Sendable>(
    _ body: Body, _ kind: Topics.Down, id: String? = nil,
    lifetimeSeconds: Int = SimulatedCloud.dataLifetimeSeconds
  ) -> Bool {
    do {
      let payload = try signer.sign(
        body, kind: kind, issuer: Self.issuer, audience: controller, id: id ?? random.id(),
        at: world.time.wall, lifetimeSeconds: lifetimeSeconds)
      world.trace.note(world.time.elapsed, "cloud says") { kind.rawValue }
      spoken.append((topics.topic(kind), payload))
      if spoken.count > 64 { spoken.removeFirst() }
      return world.wire.publishDown(topic: topics.topic(kind), payload: payload)
    } catch {
      world.fail("the cloud can say what it means", "\(kind.rawValue): \(error)")
      return false
    }
  }

  // MARK: Faults

  func heardDoorIsGone() { session = nil }

  func brokerIsBack() {
    guard isUp, session == nil, world.wire.brokerSeesDoor else { return }
    send(DigestRequest(hello: true), .digest)
  }

  /// The broker restarts without its memory. That a command acted, the event log still tells.
  func brokerForgets() {
    for payload in kept {
      guard let result = try? JSONCoding.decode(CommandResult.self, from: payload) else { continue }
      commands.forget(result.commandID)
    }
    kept = []
  }

  func stop() {
    isUp = false
    session = nil
  }

  func start() {
    isUp = true
    let waiting = kept
    kept = []
    for payload in waiting { take(topic: topics.topic(.results), payload) }
    brokerIsBack()
  }
}
