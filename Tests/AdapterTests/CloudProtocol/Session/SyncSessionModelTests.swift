import CloudProtocol
import DoorRules
import Testing

/// A door, a cloud and a bad network between them, all chosen by a seed. Time passes only when
/// the world says so.
private struct SyncWorld {
  var generator: ProtocolTestGenerator
  var now = SyncFixture.at(0)

  var door: Door
  var network = Network()
  var cloud = Cloud()

  /// Its log on disk, its ledger on disk, and the session in memory.
  struct Door {
    var last: UInt64 = 0
    var storedAcknowledged: UInt64 = 0
    var openResults: [String] = []
    var resultsMade = 0
    var session: SyncSession
    var isConnected = false
    var connections = 0
    var eventReads: [(after: UInt64, limit: Int)] = []
    var resultReads: [Int] = []
  }

  /// What is on its way.
  struct Network {
    var batches: [EventBatch] = []
    var acknowledgements: [EventAcknowledgement] = []
    var results: [CommandResult] = []
  }

  /// What it has committed.
  struct Cloud {
    var intake = EventIntake(epoch: SyncFixture.epoch, through: 0)
    var events: [String] = []
    var results: Set<String> = []
  }

  let controller: ControllerID

  init(seed: UInt64) throws {
    generator = ProtocolTestGenerator(seed: seed)
    door = Door(session: try SyncFixture.session())
    controller = try #require(ControllerID("c1"))
  }

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &generator) < percent
  }

  mutating func tell(_ input: SyncSession.Input) throws {
    try perform(door.session.handle(input, at: now))
  }

  mutating func perform(_ outputs: [SyncSession.Output]) throws {
    for output in outputs {
      switch output {
      case .readEvents(let after, let limit):
        door.eventReads.append((after, limit))
        // Old reads are answered or forgotten; they may not pile up within a connection.
        #expect(door.eventReads.count <= 64)
      case .publishEvents(let batch):
        #expect(door.isConnected)
        #expect(!batch.events.isEmpty && batch.events.count <= EventBatch.eventsMax)
        network.batches.append(batch)
      case .markAcknowledged(let through):
        // The heart of it: the door never lets go of what the cloud has not committed.
        #expect(through > door.storedAcknowledged && through <= cloud.intake.through)
        door.storedAcknowledged = through
      case .readResults(let limit): door.resultReads.append(limit)
      case .publishResult(let result):
        #expect(door.isConnected)
        network.results.append(result)
      case .confirmResult(let id): door.openResults.removeAll { $0 == id }
      case .publishHello(let hello):
        #expect(hello.acknowledgedEvent <= cloud.intake.through && hello.lastEvent <= door.last)
      case .readUrgent: break
      case .publishApplied, .reportLogGap, .beginEpoch, .rewind, .publishUrgent, .publishPull:
        Issue.record("unexpected: \(output)")
      }
    }
  }

  // What can happen.

  mutating func commitEvents() throws {
    door.last += UInt64.random(in: 1...12, using: &generator)
    if chance(90) { try tell(.eventsCommitted(last: door.last)) }
  }

  mutating func commitResult() throws {
    door.resultsMade += 1
    door.openResults.append("r\(door.resultsMade)")
    try tell(.resultReady(SyncFixture.result("r\(door.resultsMade)")))
  }

  mutating func connect() throws {
    door.isConnected = true
    door.connections += 1
    try tell(
      .connected(
        nonce: "n\(door.connections)",
        standing: SyncFixture.standing(last: door.last, acknowledged: door.storedAcknowledged)))
  }

  /// Ends the connection; each message on its way gets lost or stays with the broker.
  mutating func cut() throws {
    door.isConnected = false
    network.batches = network.batches.filter { _ in chance(50) }
    network.acknowledgements = network.acknowledgements.filter { _ in chance(50) }
    network.results = []
    try tell(.disconnected)
  }

  /// The daemon dies: memory is gone, disk and network stay.
  mutating func restartDoor() throws {
    door.isConnected = false
    door.eventReads = []
    door.resultReads = []
    network.results = []
    door.session = try SyncFixture.session(last: door.last, acknowledged: door.storedAcknowledged)
  }

  mutating func answerRead(faults: Bool) throws {
    if !door.resultReads.isEmpty, chance(50) || door.eventReads.isEmpty {
      let limit = door.resultReads.removeFirst()
      if faults, chance(20) { return try tell(.resultsReadFailed) }
      return try tell(.resultsRead(door.openResults.prefix(limit).map(SyncFixture.result)))
    }
    guard !door.eventReads.isEmpty else { return }
    let (after, limit) = door.eventReads.removeFirst()
    if faults, chance(10) { return try tell(.eventsReadFailed(after: after)) }
    let available = door.last > after ? min(Int(door.last - after), limit) : 0
    guard available > 0 else { return try tell(.eventsReadFailed(after: after)) }
    // A log may answer with fewer than were asked for; so the window fills with few events.
    let count = faults ? Int.random(in: 1...min(available, 9), using: &generator) : available
    try tell(.eventsRead(after: after, SyncFixture.batch((after + 1)...(after + UInt64(count)))))
  }

  mutating func deliverUp(faults: Bool) throws {
    if !network.results.isEmpty, chance(50) || network.batches.isEmpty {
      let result = network.results.removeFirst()
      cloud.results.insert(result.commandID)
      return try tell(.resultDelivered(commandID: result.commandID))
    }
    guard !network.batches.isEmpty else { return }
    let index =
      faults && chance(20) ? Int.random(in: network.batches.indices, using: &generator) : 0
    let batch = network.batches[index]
    if !(faults && chance(15)) { network.batches.remove(at: index) }  // else it comes again
    if faults, chance(10) { return }  // lost
    var next = cloud.intake
    let answer = try next.take(batch, from: controller)
    if faults, chance(5) { return }  // the cloud dies before its commit
    cloud.intake = next
    cloud.events += answer.fresh.map(\.id)
    network.acknowledgements.append(answer.acknowledgement)
  }

  mutating func deliverDown(faults: Bool) throws {
    guard !network.acknowledgements.isEmpty, door.isConnected else { return }
    let index =
      faults && chance(20) ? Int.random(in: network.acknowledgements.indices, using: &generator) : 0
    let acknowledgement = network.acknowledgements[index]
    if !(faults && chance(15)) { network.acknowledgements.remove(at: index) }
    if faults, chance(15) { return }
    try tell(.acknowledged(acknowledgement))
  }

  mutating func passTime() throws {
    let target =
      door.session.nextDeadline
      ?? now.advanced(byMilliseconds: Int.random(in: 1...5_000, using: &generator))
    now = max(now, target)
    try perform(door.session.advance(to: now))
  }

  /// One random thing, good or bad.
  mutating func chaos() throws {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<15: try commitEvents()
    case 15..<20: try commitResult()
    case 20..<45: try answerRead(faults: true)
    case 45..<65: try deliverUp(faults: true)
    case 65..<82: try deliverDown(faults: true)
    case 82..<90: try passTime()
    case 90..<93: try door.isConnected ? cut() : connect()
    case 93..<94: try restartDoor()
    default: if !door.isConnected { try connect() }
    }
    checkCloud()
  }

  /// The cloud's list is the log's beginning: no gap, nothing twice, in order.
  func checkCloud() {
    #expect(cloud.events.count == Int(cloud.intake.through))
    #expect(cloud.intake.through <= door.last)
    #expect(door.storedAcknowledged <= cloud.intake.through)
    if let newest = cloud.events.last { #expect(newest == "e\(cloud.intake.through)") }
  }

  var isConverged: Bool {
    cloud.intake.through == door.last && door.storedAcknowledged == door.last
      && door.openResults.isEmpty
  }

  /// The network is well again; returns the steps it took until both sides agreed, or nil.
  mutating func converge(within stepsMax: Int) throws -> Int? {
    if !door.isConnected { try connect() }
    try tell(.eventsCommitted(last: door.last))
    for step in 0..<stepsMax {
      if isConverged { return step }
      if !door.eventReads.isEmpty || !door.resultReads.isEmpty {
        try answerRead(faults: false)
      } else if !network.batches.isEmpty || !network.results.isEmpty {
        try deliverUp(faults: false)
      } else if !network.acknowledgements.isEmpty {
        try deliverDown(faults: false)
      } else {
        try passTime()
      }
      checkCloud()
    }
    return nil
  }
}

@Suite("The sync session under faults chosen by a seed (D3, D6, D7, D9)")
struct SyncSessionModelTests {
  @Test("10,000 bad nights end with every event at the cloud once and in order, and every result")
  func converges() throws {
    var worstSteps = 0
    var eventsSeen: UInt64 = 0
    for seed in UInt64(0)..<10_000 {
      var world = try SyncWorld(seed: seed)
      for _ in 0..<150 { try world.chaos() }
      let healedAt = world.now
      let steps = try #require(
        try world.converge(within: 1_000), "seed \(seed) does not converge")
      worstSteps = max(worstSteps, steps)
      eventsSeen += world.door.last
      #expect(
        world.cloud.events
          == (1...max(world.door.last, 1)).prefix(Int(world.door.last)).map { "e\($0)" },
        "seed \(seed)")
      #expect(world.cloud.results.count == world.door.resultsMade, "seed \(seed)")
      // At worst the longest silence and a read's retry pass before the rest goes at once.
      let healing = world.now.microseconds(since: healedAt) / 1_000
      #expect(healing <= 2 * SyncLimits.acknowledgementMilliseconds, "seed \(seed)")
    }
    // The worlds must have had something to lose.
    #expect(eventsSeen > 10_000 * 20)
    #expect(worstSteps > 10)
  }

  @Test("a log of 4,000 events from a night offline goes up without a pause")
  func backlog() throws {
    var world = try SyncWorld(seed: 1)
    world.door.last = 4_000
    let steps = try #require(try world.converge(within: 200))
    #expect(world.now == SyncFixture.at(0))
    // Twenty full batches: each is read, delivered and acknowledged once.
    #expect(steps <= 3 * 20 + 5)
  }
}
