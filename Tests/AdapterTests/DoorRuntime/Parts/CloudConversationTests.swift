import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("CloudConversation: the connection, and what is the cloud's own (D1, D5, D6)")
struct CloudConversationTests {
  private let forge = EnvelopeForge()
  private var cloud: CloudConversation

  init() throws { cloud = CloudFixture.conversation(try EnvelopeForge().verifier()) }

  private mutating func connect(at milliseconds: Int = 0) -> [Wish] {
    let now = PartFixture.moment(milliseconds)
    return cloud.connected(at: now)
      + cloud.begin(LinkTerms(nonce: "n-1"), standing: CloudFixture.standing(), at: now)
  }

  private mutating func receive(
    _ payload: [UInt8], _ kind: Topics.Down = .commands, retained: Bool = false,
    at milliseconds: Int = 0
  ) -> [Wish] {
    cloud.receive(
      topic: CloudFixture.topics.topic(kind), payload, retained: retained,
      inForce: .init(config: 5, credentials: 6), at: PartFixture.moment(milliseconds))
  }

  @Test("D1: a connection is an event, and its session begins with hello and a nonce")
  mutating func connected() {
    #expect(cloud.link.isConnected == false && cloud.link.disconnectReason != nil)
    let wishes = connect()
    #expect(
      Array(wishes.names.prefix(2)) == ["record cloud.connected", "publish hello"])
    #expect(cloud.link.isConnected && cloud.link.disconnectReason == nil)
    #expect(cloud.link.lastContact == PartFixture.start && cloud.sessionNonce == "n-1")
  }

  @Test("D1: an end is an event once; why there is no connection is logged once for each cause")
  mutating func disconnected() {
    let now = PartFixture.moment()
    _ = connect()
    let ended = cloud.disconnected("broken pipe", at: now)
    #expect(ended.names == ["record cloud.disconnected"])
    #expect(ended.records.first?.detail == ["cause": "broken pipe"])
    #expect(cloud.sessionNonce == nil && cloud.link.disconnectReason == "broken pipe")
    #expect(cloud.disconnected("broken pipe", at: now).names == [])
    #expect(cloud.disconnected("no route", at: now).names == ["log warning"])
    #expect(cloud.disconnected("no route", at: now).names == [])
  }

  @Test("F3: a link that does not start is logged, and the status names the cause")
  mutating func notStarted() {
    #expect(cloud.notStarted(PartFixture.error).names == ["log error"])
    #expect(cloud.link.disconnectReason == "\(PartFixture.error)")
  }

  @Test("D5 D6: a result is confirmed when the broker has it, and not after a lost connection")
  mutating func delivered() {
    let now = PartFixture.moment(700)
    let result = CommandResult(
      commandID: "c-1", outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 1)
    _ = connect()
    #expect(cloud.handle(.resultReady(result), at: now).names == ["publish result"])
    cloud.sent(.result(result), bytes: 100, token: 41)
    #expect(cloud.delivered(40, at: now).names == [])
    #expect(cloud.link.lastContact == now.wall)
    let delivered = cloud.delivered(41, at: now)
    guard case .confirmResult("c-1")? = delivered.jobs.first else {
      Issue.record("not confirmed: \(delivered.names)")
      return
    }
    #expect(cloud.delivered(41, at: now).names == [])

    _ = cloud.handle(.resultReady(result), at: now)
    cloud.sent(.result(result), bytes: 100, token: 42)
    _ = cloud.disconnected("cut", at: now)
    _ = connect(at: 800)
    #expect(cloud.delivered(42, at: now).names == [])
  }

  @Test("D4: a verified message is taken, and only such a one counts as contact with the cloud")
  mutating func verified() throws {
    let token = try forge.token()
    let refused = receive(Array("x".utf8), at: 1_000)
    #expect(refused.names.contains("record message.refused"))
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(9_000)) == nil)
    let taken = receive(token, at: 2_000)
    #expect(taken.names == ["take command"])
    // Since it was signed.
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(9_000)) == 9)
    _ = receive(token, at: 8_000)
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(9_000)) == 9)
    #expect(cloud.refusals.counts == ["commands.malformed": 1])
  }

  @Test("a retained message says nothing of the clock; one that is refused by its time does")
  mutating func offset() throws {
    let config = try forge.signer().sign(
      StoreFixture.configuration(9), kind: .config, issuer: "cloud",
      audience: CloudFixture.controller, id: "m-1", at: PartFixture.start, lifetimeSeconds: 600)
    let taken = receive(config, .config, retained: true, at: 60_000)
    #expect(taken.names == ["take config"])
    #expect(cloud.offset.seconds == nil)
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(60_000)) == nil)
    // The door's clock is a day behind, so the message seems to come from the future.
    let early = receive(config, .config, at: -86_400_000)
    #expect(early.names.last == "askAgain" && cloud.offset.seconds == -86_400)
  }

  @Test("C8: whoever may order a few things does not say that the cloud is there, nor the time")
  mutating func delegatedKeyIsNotTheCloud() throws {
    var verifier = try forge.verifier()
    let bytes = try forge.signer().publicKeyBytes
    for (name, rights) in [
      ("few", KeyRights([.unlock, .configure, .credentials])), ("ack", KeyRights([.acknowledge])),
    ] {
      try verifier.keys.trust(keyID: name, bytes: bytes, rights: rights)
    }
    cloud = CloudFixture.conversation(verifier)
    _ = connect()
    func token(_ key: String, _ body: String, typ: String, exp: Int64 = 20) throws -> [UInt8] {
      try forge.token(
        EnvelopeForge.header(kid: key),
        EnvelopeForge.claims(
          exp: "\(EnvelopeForge.issued + exp)", jti: "\"m-\(key)\"", typ: "\"\(typ)\"",
          body: body))
    }
    let unlock = #"{"kind":"unlock","door":"front","person":"p1"}"#
    let taken = receive(try token("few", unlock, typ: "commands"), at: 100)
    #expect(taken.names == ["take command"])
    // One that is refused says no time either.
    _ = receive(try token("few", unlock, typ: "commands", exp: 90_000), at: 200)
    _ = receive(try token("few", #"{"kind":"sync"}"#, typ: "commands"), at: 300)
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(9_000)) == nil)
    #expect(cloud.offset.seconds == nil)
    let ack = #"{"epoch":"e-1","through":0}"#
    _ = receive(try token("ack", ack, typ: "ack"), .ack, at: 400)
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(9_000)) != nil)
    #expect(cloud.offset.seconds != nil)
  }

  @Test("the hello names the keys that are believed")
  mutating func namesKeys() throws {
    _ = cloud.loadKeys { nil }
    for case .publish(.hello(let hello)) in connect() {
      #expect(hello.signingKeys == [EnvelopeForge.keyID])
      return
    }
    Issue.record("no hello")
  }

  @Test("C8: a message that its revision refuses is no contact, whenever it was signed")
  mutating func outdated() throws {
    for (body, kind) in BrokerCostTests.spent() where kind != .digest {
      let token = try forge.signer().sign(
        body, kind: kind, issuer: "cloud", audience: CloudFixture.controller, id: "m-1",
        at: PartFixture.start, lifetimeSeconds: 600)
      _ = receive(token, kind, at: 1_000)
      #expect(cloud.contact.heardSeconds(at: PartFixture.moment(1_000)) == nil, "\(kind)")
    }
    let digest = try forge.signer().sign(
      DigestRequest(), kind: .digest, issuer: "cloud", audience: CloudFixture.controller,
      id: "m-1", at: PartFixture.start, lifetimeSeconds: 600)
    _ = receive(digest, .digest, at: 1_000)
    #expect(cloud.contact.heardSeconds(at: PartFixture.moment(1_000)) == 1)
  }

  @Test("D5: a topic that no controller has is refused; without a cloud nothing is read")
  mutating func topics() throws {
    let other = Topics(controller: ControllerID("door-8")!).topic(.commands)
    let wishes = cloud.receive(
      topic: other, try forge.token(), retained: false, inForce: .init(config: 0, credentials: 0),
      at: PartFixture.moment())
    #expect(wishes.names == ["log warning", "record message.refused"])
    #expect(cloud.refusals.counts == ["unknown.unknownTopic": 1])
    cloud = CloudFixture.conversation(nil)
    let unread = receive(try forge.token())
    #expect(unread.isEmpty)
  }

  @Test("D5: the empty payload that clears a retained message is passed over, on every topic")
  mutating func cleared() {
    for kind in Topics.Down.allCases {
      for retained in [true, false] {
        #expect(receive([], kind, retained: retained).isEmpty)
      }
    }
    #expect(cloud.refusals.counts.isEmpty)
  }

  @Test("D5: what is beyond the budget is refused unread, counted, and recorded once a second")
  mutating func flood() {
    for _ in 0..<MessageBudget.burstMax {
      let refused = cloud.admit(at: PartFixture.moment())
      #expect(refused == nil)
    }
    var records = 0
    for _ in 0..<100 { records += cloud.admit(at: PartFixture.moment())?.records.count ?? 0 }
    #expect(records == 1 && cloud.refusals.counts == ["unknown.tooMany": 100])
    let admitted = cloud.admit(at: PartFixture.moment(500))
    #expect(admitted == nil)
  }

  @Test("D7: what the cloud acknowledges is noted here before the log forgets it")
  mutating func acknowledged() {
    let now = PartFixture.moment()
    _ = connect()
    #expect(cloud.handle(.eventsCommitted(last: 3), at: now).names == ["job readEvents"])
    let batch = EventBatch(
      controller: EnvelopeForge.controller, epoch: "e-1",
      events: (1...3).map {
        CloudEvent(
          controller: EnvelopeForge.controller, number: UInt64($0), draft: StoreFixture.draft($0))
      })
    let sent = cloud.handle(.eventsRead(after: 0, batch), at: now)
    #expect(sent.names.first == "publish events")
    let wishes = cloud.handle(
      .acknowledged(EventAcknowledgement(epoch: "e-1", through: 2)), at: now)
    let place = wishes.names.firstIndex(of: "acknowledged")
    #expect(place != nil && wishes.names.firstIndex(of: "job acknowledge") == place.map { $0 + 1 })
  }

  @Test("B14 D6: a report is told as sent once the broker has every part, and otherwise why not")
  mutating func reports() throws {
    let now = PartFixture.moment()
    _ = connect()
    func sent(_ order: String, _ tokens: ClosedRange<Int>, bytes: Int = 9_000) {
      for token in tokens {
        let upload = LogUpload(
          controller: EnvelopeForge.controller, commandID: order, lines: ["a"], dropped: 0)
        cloud.sent(.logs(upload, order: order), bytes: bytes, token: token)
      }
    }
    func end(_ wishes: [Wish], of order: String) -> OrderOutcome? {
      #expect(wishes.ends.count == 1)
      return wishes.ends[order]
    }
    sent("c-1", 1...3)
    #expect(cloud.delivered(3, at: now).isEmpty && cloud.delivered(1, at: now).isEmpty)
    guard case .confirmed? = end(cloud.delivered(2, at: now), of: "c-1") else {
      Issue.record("not confirmed")
      return
    }
    // The next report is cut to what the broker may take.
    #expect(cloud.reportBytesMax == 100_000)
    sent("c-2", 4...6, bytes: 90_000)
    #expect(cloud.delivered(4, at: now).isEmpty)
    let refusal = LinkRefusal(reason: "packet too large", isTooLarge: true)
    guard case .failed? = end(cloud.refused(5, refusal, at: now), of: "c-2") else {
      Issue.record("not failed")
      return
    }
    #expect(cloud.refused(6, refusal, at: now).isEmpty && cloud.reportBytesMax == 45_000)
    sent("c-3", 7...7)
    guard case .failed? = end(cloud.disconnected("cut", at: now), of: "c-3") else {
      Issue.record("not failed")
      return
    }
    guard case .failed? = end(cloud.notSent("c-4"), of: "c-4") else {
      Issue.record("not failed")
      return
    }
    #expect(cloud.delivered(7, at: now).isEmpty)
  }

  @Test("D6: what the broker refused is counted, and sent again by whoever can")
  mutating func refused() {
    let now = PartFixture.moment()
    _ = connect()
    let result = CommandResult(
      commandID: "c-1", outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 1)
    _ = cloud.handle(.resultReady(result), at: now)
    cloud.sent(.result(result), bytes: 100, token: 1)
    let state = StateReport(controller: "gate-1", online: true, simulated: true, doors: [])
    cloud.sent(.state(state), bytes: 100, token: 2)
    let refusal = LinkRefusal(reason: "quota exceeded", isTooLarge: false)
    #expect(cloud.refused(1, refusal, at: now).isEmpty)
    #expect(cloud.refused(2, refusal, at: now).names == ["state refused"])
    #expect(cloud.refused(2, refusal, at: now).isEmpty)
    #expect(cloud.refusedPublishes == 3)
    // It is no longer in flight.
    #expect(cloud.delivered(1, at: now).isEmpty)
  }
}
