import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Logging
import Synchronization
import Testing

@testable import DoorRuntime

/// A broker without a key that has old messages and time: what it can make the door record, answer
/// and do.
@Suite("Whoever holds the broker and no key costs a door next to nothing (D4, D5, D8)")
struct BrokerCostTests {
  private static let inForce = CloudConversation.InForce(config: 5, credentials: 6)
  private let forge = EnvelopeForge()
  private var cloud: CloudConversation

  init() throws { cloud = CloudFixture.conversation(try EnvelopeForge().verifier()) }

  private func signed(
    _ body: some Codable & Sendable, _ kind: Topics.Down, _ id: String = "m-1"
  ) throws -> [UInt8] {
    try forge.signer().sign(
      body, kind: kind, issuer: "cloud", audience: CloudFixture.controller, id: id,
      at: PartFixture.start, lifetimeSeconds: 86_400)
  }

  private mutating func receive(
    _ payload: [UInt8], _ kind: Topics.Down, at milliseconds: Int = 0
  ) -> [Wish] {
    cloud.receive(
      topic: CloudFixture.topics.topic(kind), payload, retained: false, inForce: Self.inForce,
      at: PartFixture.moment(milliseconds))
  }

  static func spent() -> [(any Codable & Sendable, Topics.Down)] {
    [
      (ConfigurationMessage.whole(StoreFixture.configuration(5)), .config),
      (CredentialDelta(baseRevision: 5, revision: 6), .credentials),
      (CredentialDelta(baseRevision: 9, revision: 10), .credentials),
      (CredentialDelta(baseRevision: nil, revision: 4), .credentials),
      (SnapshotOffer(snapshotID: "s", revision: 6, chunks: 1), .snapshot),
      (SnapshotChunk(snapshotID: "s", revision: 5, index: 0), .chunk),
      (BucketRepair(revision: 5, buckets: [1]), .repair),
      (DigestRequest(rescan: true, hello: true), .digest),
    ]
  }

  @Test("D4: replays of one message, of every kind, have one allowance for all")
  mutating func replays() throws {
    var taken = 0
    for (body, kind) in Self.spent() {
      let payload = try signed(body, kind)
      for _ in 0..<100 {
        if receive(payload, kind).names.first?.hasPrefix("take") == true { taken += 1 }
      }
    }
    #expect(taken == Repeats.atOnceMax)
    #expect(cloud.refusals.counts.values.reduce(0, +) == 800 - taken)
    #expect(cloud.refusals.counts.keys.allSatisfy { $0.hasSuffix(".repeated") })
    // Later the same message is answered again: its first answer may have been lost.
    let delta = try signed(Self.spent()[1].0, .credentials)
    #expect(
      receive(delta, .credentials, at: Repeats.everyMilliseconds).names == ["take credentials"])
  }

  @Test("D4: old messages that all differ have the same allowance")
  mutating func different() throws {
    var taken = 0
    for number in 0..<300 {
      let delta = CredentialDelta(baseRevision: 1, revision: 2)
      let payload = try signed(delta, .credentials, "m-\(number)")
      if receive(payload, .credentials).names == ["take credentials"] { taken += 1 }
    }
    #expect(taken == Repeats.atOnceMax)
  }

  @Test("D4: what is new is taken however many replays came before")
  mutating func fresh() throws {
    let old = try signed(CredentialDelta(baseRevision: 1, revision: 2), .credentials)
    for _ in 0..<500 { _ = receive(old, .credentials) }
    let rows: [(any Codable & Sendable, Topics.Down)] = [
      (CredentialDelta(baseRevision: 6, revision: 7), .credentials),
      (SnapshotOffer(snapshotID: "s", revision: 9, chunks: 1), .snapshot),
      (SnapshotChunk(snapshotID: "s", revision: 9, index: 0), .chunk),
      (BucketRepair(revision: 6, buckets: [1]), .repair),
      (ConfigurationMessage.whole(StoreFixture.configuration(6)), .config),
    ]
    for (index, (body, kind)) in rows.enumerated() {
      let payload = try signed(body, kind, "fresh-\(index)")
      #expect(receive(payload, kind).names == ["take \(kind.rawValue)"])
    }
    #expect(receive(try forge.token(), .commands).names == ["take command"])
  }

  @Test("D6: expired messages are answered within the same allowance")
  mutating func expired() throws {
    var answers = 0
    for number in 0..<300 {
      let token = try forge.token(
        EnvelopeForge.header(), EnvelopeForge.claims(jti: #""c-\#(number)""#))
      answers += receive(token, .commands, at: 60_000).names.filter { $0 == "refuseCommand" }.count
    }
    #expect(answers == Repeats.atOnceMax)
    #expect(cloud.refusals.counts == ["commands.expired": 300])
  }

  @Test("D7: an acknowledgement that takes back others does so once")
  mutating func rewind() throws {
    var rewind = EventAcknowledgement(epoch: "e-1", through: 2)
    rewind.rewind = true
    let payload = try signed(rewind, .ack)
    #expect(receive(payload, .ack).names == ["take acknowledgement"])
    #expect(receive(payload, .ack).names.allSatisfy { $0 != "take acknowledgement" })
    #expect(cloud.refusals.counts == ["ack.repeated": 1])
  }

  @Test("D7: an acknowledgement that takes back others is old once the cloud said something newer")
  mutating func oldRewind() throws {
    let newer = try forge.signer().sign(
      EventAcknowledgement(epoch: "e-1", through: 3), kind: .ack, issuer: "cloud",
      audience: CloudFixture.controller, id: "m-2", at: PartFixture.start.advanced(bySeconds: 1),
      lifetimeSeconds: 600)
    #expect(receive(newer, .ack, at: 1_000).names == ["take acknowledgement"])
    var diverged = EventAcknowledgement(epoch: "e-1", through: 2)
    diverged.diverged = true
    #expect(
      try receive(signed(diverged, .ack), .ack, at: 1_000).names == [
        "log warning", "record message.refused",
      ])
  }

  @Test("D5: forgeries are not remembered, so they push out no message that was verified")
  mutating func forgeries() throws {
    let delta = try signed(CredentialDelta(baseRevision: 1, revision: 2), .credentials)
    _ = receive(delta, .credentials)
    for number in 0..<Repeats.rememberedMax + 1 {
      _ = receive(Array("x\(number)".utf8), .credentials)
    }
    for _ in 0..<Repeats.atOnceMax { _ = receive(delta, .credentials) }
    #expect(receive(delta, .credentials).names.allSatisfy { !$0.hasPrefix("take") })
  }

  @Test(
    "D5 D8: a flood of every kind of message leaves a handful of events, and the entry before it")
  func flood() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    world.hand(try RuntimeCommandTests.token())
    try await world.settle()
    var payloads: [(Topics.Down, [UInt8])] = try Self.spent().map { ($1, try signed($0, $1)) }
    payloads.append((.commands, try RuntimeCommandTests.token()))
    payloads.append(
      (
        .credentials,
        try signed(
          CredentialDelta(baseRevision: 5, revision: 60), .credentials, "m-60")
      ))
    for kind in Topics.Down.allCases {
      payloads += [
        (kind, Array("garbage".utf8)), (kind, try forge.token(EnvelopeForge.header(kid: "k"))),
      ]
    }
    for _ in 0..<100 { for (kind, payload) in payloads { world.hand(payload, kind) } }
    try await world.eventually("the flood is over") {
      await world.runtime.inspect().refused.values.reduce(0, +) >= payloads.count * 50
    }
    let events = try await world.runtime.events(EventQuery(limit: EventQuery.pageLimitMax))
    let ofBroker = events.filter { $0.draft.lane == .broker }
    // One a minute more, on a machine that takes minutes for it.
    #expect(ofBroker.count <= BrokerLane.eventsAtOnceMax + 10, "\(ofBroker.count)")
    #expect(events.contains { $0.draft.type == EventType.accessAdminUnlock.wireName })
    #expect(events.count < ofBroker.count + 20)
    await world.end()
  }

  @Test("256 messages wait for a disk that stalls; the next is counted and dropped")
  func stalled() throws {
    let lanes = HandLanes()
    let world = try RuntimeWorld()
    let runner = StoreJobRunner(
      ports: world.ports, controller: CloudFixture.controller, inbox: Inbox { _ in true },
      lanes: lanes, logger: Logger(label: "test"))
    for _ in 1..<StoreJobRunner.replicatingMax {
      runner.start(.digest(rescan: false), at: PartFixture.moment())
    }
    #expect(!runner.isBehind)
    runner.start(.digest(rescan: false), at: PartFixture.moment())
    #expect(runner.isBehind)
    runner.start(.readHost, at: PartFixture.moment())
    lanes.workOnce()
    #expect(!runner.isBehind)
  }

  @Test("1,000 writes wait for a disk that stalls; one more command is failed, and acts on nothing")
  func stalledWrites() throws {
    let (lanes, world) = (HandLanes(), try RuntimeWorld())
    let answers = Mutex<[StoreAnswer]>([])
    let inbox = Inbox { message in
      if case .job(let answer) = message { answers.withLock { $0.append(answer) } }
      return true
    }
    let runner = StoreJobRunner(
      ports: world.ports, controller: CloudFixture.controller, inbox: inbox, lanes: lanes,
      logger: Logger(label: "test"))
    func begin(_ id: String) {
      let identify = Command(kind: .identify)
      let command = PendingCommand(
        id: id, keyID: "k", command: identify, mark: CommandMark(identify), expires: nil)
      runner.start(
        .beginCommand(command, at: PartFixture.start, expires: PartFixture.start),
        at: PartFixture.moment())
    }
    func failed() -> [String] {
      answers.withLock { $0 }.compactMap {
        if case .ledger(let command, .failure(let error)) = $0, error.code == .busy {
          command.id
        } else {
          nil
        }
      }
    }
    for number in 0..<StoreJobRunner.writingMax { begin("c\(number)") }
    #expect(failed().isEmpty)
    begin("more")
    runner.start(.acknowledge(through: 1), at: PartFixture.moment())
    #expect(failed() == ["more"])
    // Small state has its own limit, and must come to the disk.
    runner.start(
      .persist(StateWrite("a value", .forgiven, [1]), ticket: 1), at: PartFixture.moment())
    lanes.work()
    #expect(
      try world.ports.state.value(of: .forgiven) == [1], "what was not given up has been done")
    begin("after")
    lanes.work()
    #expect(failed() == ["more"])
  }
}
