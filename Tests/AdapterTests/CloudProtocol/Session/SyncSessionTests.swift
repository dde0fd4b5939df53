import CloudProtocol
import DoorRules
import Testing

/// What the session tests share.
enum SyncFixture {
  static let epoch = "log-1"

  /// Events by number, made once: making the text of their times is slow.
  static let events: [CloudEvent] = (0...4_000).map { number in
    CloudEvent(
      controller: "c1", number: UInt64(number),
      draft: EventDraft(
        id: "e\(number)", type: "t", timeMilliseconds: 0, clockTrust: "unknown",
        simulated: false))
  }

  static func batch(_ numbers: ClosedRange<UInt64>, epoch: String = epoch) -> EventBatch {
    EventBatch(
      controller: "c1", epoch: epoch,
      events: Array(events[Int(numbers.lowerBound)...Int(numbers.upperBound)]))
  }

  /// The batch as the session sends it: with what was acknowledged before, and marked as told
  /// after the fact when the connection began later.
  static func sent(
    _ numbers: ClosedRange<UInt64>, acknowledged: UInt64, historical: Bool
  ) -> EventBatch {
    var batch = batch(numbers)
    batch.acknowledged = acknowledged
    if historical {
      for index in batch.events.indices { batch.events[index].historical = true }
    }
    return batch
  }

  static func standing(last: UInt64, acknowledged: UInt64 = 0, epoch: String = epoch)
    -> SyncSession.Standing
  {
    SyncSession.Standing(
      configRevision: 2, credentialRevision: 5, logEpoch: epoch, lastEvent: last,
      acknowledgedEvent: acknowledged, clockTrust: .synchronised)
  }

  static func session(last: UInt64 = 0, acknowledged: UInt64 = 0) throws -> SyncSession {
    SyncSession(
      identity: .init(
        controller: try #require(ControllerID("c1")), software: "1.0", bootID: "boot",
        simulated: true),
      standing: standing(last: last, acknowledged: acknowledged))
  }

  static func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
  }

  static func result(_ id: String) -> CommandResult {
    CommandResult(
      commandID: id, outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 0)
  }
}

@Suite("The sync session at the door (D3, D7, D9)")
struct SyncSessionTests {
  typealias Output = SyncSession.Output

  private func connected(
    last: UInt64, acknowledged: UInt64 = 0
  ) throws -> (SyncSession, [Output]) {
    var session = try SyncFixture.session(last: last, acknowledged: acknowledged)
    let outputs = session.handle(
      .connected(
        nonce: "n1", standing: SyncFixture.standing(last: last, acknowledged: acknowledged)),
      at: SyncFixture.at(0))
    // Otherwise the hello would be repeated.
    #expect(session.handle(.heard, at: SyncFixture.at(0)).isEmpty)
    return (session, outputs)
  }

  /// The read that is asked for in outputs, as `[after, limit]`.
  private func reads(_ outputs: [Output]) -> [UInt64] {
    outputs.compactMap { if case .readEvents(let after, _) = $0 { after } else { nil } }
  }

  @Test("a connection begins with a hello that says what is there, then results and events")
  func hello() throws {
    let (session, outputs) = try connected(last: 9, acknowledged: 4)
    #expect(
      outputs == [
        .publishHello(
          Hello(
            controller: "c1", software: "1.0", bootID: "boot", sessionNonce: "n1",
            configRevision: 2, credentialRevision: 5, logEpoch: "log-1", lastEvent: 9,
            acknowledgedEvent: 4, clockTrust: "synchronised", simulated: true,
            messageBytesMax: 1_048_576)),
        .readResults(limit: 16), .readUrgent(after: 4, limit: 500),
        .readEvents(after: 4, limit: 200),
      ])
    #expect(session.sessionNonce == "n1")
    #expect(session.nextDeadline == nil)
  }

  @Test("nothing is asked for or said without a connection")
  func silentOffline() throws {
    var session = try SyncFixture.session(last: 10)
    #expect(session.handle(.eventsCommitted(last: 11), at: SyncFixture.at(0)).isEmpty)
    #expect(session.handle(.resultReady(SyncFixture.result("a")), at: SyncFixture.at(0)).isEmpty)
    #expect(session.advance(to: SyncFixture.at(1_000_000)).isEmpty)
    #expect(session.nextDeadline == nil)
    #expect(session.sessionNonce == nil)
  }

  @Test("at most 8 batches are in flight, and an acknowledgement makes room")
  func window() throws {
    var (session, outputs) = try connected(last: 3_000)
    var sent = 0
    while let after = reads(outputs).first {
      outputs = session.handle(
        .eventsRead(after: after, SyncFixture.batch((after + 1)...(after + 200))),
        at: SyncFixture.at(1))
      sent += outputs.filter { if case .publishEvents = $0 { true } else { false } }.count
    }
    #expect(sent == 8)
    outputs = session.handle(
      .acknowledged(EventAcknowledgement(epoch: "log-1", through: 200)), at: SyncFixture.at(2))
    #expect(outputs == [.markAcknowledged(through: 200), .readEvents(after: 1_600, limit: 200)])
  }

  @Test("a new event flows at once when everything else is sent")
  func liveEvent() throws {
    var (session, outputs) = try connected(last: 0)
    #expect(reads(outputs).isEmpty)
    outputs = session.handle(.eventsCommitted(last: 1), at: SyncFixture.at(5))
    #expect(outputs == [.readEvents(after: 0, limit: 200)])
    outputs = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...1)), at: SyncFixture.at(6))
    // It happened during the connection, so it is not told after the fact.
    #expect(
      outputs == [.publishEvents(SyncFixture.sent(1...1, acknowledged: 0, historical: false))])
    outputs = session.handle(.eventsCommitted(last: 2), at: SyncFixture.at(7))
    #expect(outputs == [.readEvents(after: 1, limit: 200)])
  }

  @Test("an acknowledgement of another log, of nothing sent or of old news changes nothing")
  func strangeAcknowledgements() throws {
    var (session, _) = try connected(last: 10, acknowledged: 3)
    _ = session.handle(.eventsRead(after: 3, SyncFixture.batch(4...8)), at: SyncFixture.at(1))
    for (epoch, through) in [("log-2", UInt64(5)), ("log-1", 11), ("log-1", 3), ("log-1", .max)] {
      let acknowledgement = EventAcknowledgement(epoch: epoch, through: through)
      #expect(session.handle(.acknowledged(acknowledgement), at: SyncFixture.at(2)).isEmpty)
    }
    #expect(session.standing.acknowledgedEvent == 3)
  }

  @Test("silence sends the first unacknowledged event again, every ten seconds, until one answers")
  func goBack() throws {
    var (session, outputs) = try connected(last: 30)
    outputs = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...10)), at: SyncFixture.at(0))
    outputs = session.handle(
      .eventsRead(after: 10, SyncFixture.batch(11...20)), at: SyncFixture.at(0))
    outputs = session.handle(
      .acknowledged(EventAcknowledgement(epoch: "log-1", through: 5)), at: SyncFixture.at(0))
    var now = 0
    for wait in [10_000, 10_000, 10_000] {
      #expect(session.advance(to: SyncFixture.at(now + wait - 1)).isEmpty)
      now += wait
      #expect(session.nextDeadline == SyncFixture.at(now))
      #expect(
        session.advance(to: SyncFixture.at(now)) == [.readEvents(after: 5, limit: 1)])
      outputs = session.handle(
        .eventsRead(after: 5, SyncFixture.batch(6...10)), at: SyncFixture.at(now))
      #expect(
        outputs == [.publishEvents(SyncFixture.sent(6...6, acknowledged: 5, historical: true))])
    }
    outputs = session.handle(
      .acknowledged(EventAcknowledgement(epoch: "log-1", through: 6)), at: SyncFixture.at(now))
    #expect(outputs == [.markAcknowledged(through: 6), .readEvents(after: 6, limit: 200)])
  }

  @Test("a read that failed or found nothing is tried again after a second")
  func readRetry() throws {
    var (session, _) = try connected(last: 5)
    #expect(session.handle(.eventsReadFailed(after: 0), at: SyncFixture.at(0)).isEmpty)
    #expect(session.nextDeadline == SyncFixture.at(1_000))
    #expect(reads(session.advance(to: SyncFixture.at(999))).isEmpty)
    #expect(reads(session.advance(to: SyncFixture.at(1_000))) == [0])
    let empty = EventBatch(controller: "c1", epoch: "log-1", events: [])
    #expect(session.handle(.eventsRead(after: 0, empty), at: SyncFixture.at(1_000)).isEmpty)
    #expect(reads(session.advance(to: SyncFixture.at(2_000))) == [0])
  }

  @Test("a hole in the log is told and nothing is sent over it")
  func logGap() throws {
    var (session, _) = try connected(last: 9)
    var batch = SyncFixture.batch(1...5)
    batch.events.remove(at: 2)
    #expect(
      session.handle(.eventsRead(after: 0, batch), at: SyncFixture.at(0))
        == [.reportLogGap(after: 2, found: 4)])
    #expect(session.handle(.eventsCommitted(last: 10), at: SyncFixture.at(1)).isEmpty)
  }

  @Test("after a cut a late acknowledgement counts, and what it names is not sent again")
  func cut() throws {
    var (session, _) = try connected(last: 20)
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(1...20)), at: SyncFixture.at(0))
    _ = session.handle(.disconnected, at: SyncFixture.at(1))
    #expect(session.nextDeadline == nil)
    let outputs = session.handle(
      .connected(nonce: "n2", standing: SyncFixture.standing(last: 20)), at: SyncFixture.at(2))
    #expect(reads(outputs).isEmpty)
    func ack(_ through: UInt64, at milliseconds: Int) -> [SyncSession.Output] {
      session.handle(
        .acknowledged(EventAcknowledgement(epoch: "log-1", through: through)),
        at: SyncFixture.at(milliseconds))
    }
    #expect(reads(ack(0, at: 3)) == [0])
    #expect(ack(20, at: 4) == [.markAcknowledged(through: 20)])
    // The read that was on its way is not sent any more.
    let stale = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...20)), at: SyncFixture.at(5))
    #expect(stale.isEmpty)
  }

  @Test("a new log starts from its own numbers")
  func newLog() throws {
    var (session, _) = try connected(last: 20, acknowledged: 20)
    _ = session.handle(.disconnected, at: SyncFixture.at(1))
    let outputs = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 3, epoch: "log-2")),
      at: SyncFixture.at(2))
    #expect(reads(outputs) == [0])
    #expect(session.standing.lastEvent == 3)
    #expect(session.standing.acknowledgedEvent == 0)
  }

  @Test("a delta with a wrong base makes a hello, at most one in 5 seconds (D3)")
  func wrongBase() throws {
    var (session, _) = try connected(last: 0)
    let report = ApplyReport(
      subject: .credentials, messageID: "m", revision: 5, applied: false,
      problems: [Problem(path: "baseRevision", message: "is not 5")])
    #expect(
      session.handle(.credentialsBaseRefused(report), at: SyncFixture.at(100))
        == [.publishApplied(report)])
    _ = session.handle(.credentialsBaseRefused(report), at: SyncFixture.at(200))
    #expect(session.nextDeadline == SyncFixture.at(5_000))
    let outputs = session.advance(to: SyncFixture.at(5_000))
    #expect(outputs.count == 1)
    guard case .publishHello(let hello) = outputs.first else {
      Issue.record("no hello")
      return
    }
    #expect(hello.credentialRevision == 5)
    #expect(hello.sessionNonce == "n1")
    _ = session.handle(.heard, at: SyncFixture.at(5_000))
    #expect(session.nextDeadline == nil)
    let late = session.handle(.credentialsBaseRefused(report), at: SyncFixture.at(60_000))
    #expect(late.count == 2)
  }

  @Test("an applied revision is reported, said in the next hello, and ends the wait for one")
  func applied() throws {
    var (session, _) = try connected(last: 0)
    let refused = ApplyReport(
      subject: .credentials, messageID: "m", revision: 5, applied: false, problems: [])
    _ = session.handle(.credentialsBaseRefused(refused), at: SyncFixture.at(1))
    let snapshot = ApplyReport(
      subject: .credentials, messageID: "s", revision: 9, applied: true, problems: [])
    #expect(
      session.handle(.applied(snapshot), at: SyncFixture.at(2)) == [.publishApplied(snapshot)])
    #expect(session.nextDeadline == nil)
    let config = ApplyReport(
      subject: .config, messageID: "c", revision: 3, applied: true, problems: [])
    _ = session.handle(.applied(config), at: SyncFixture.at(3))
    #expect(session.standing.credentialRevision == 9)
    #expect(session.standing.configRevision == 3)
    _ = session.handle(.disconnected, at: SyncFixture.at(4))
    #expect(session.handle(.applied(config), at: SyncFixture.at(5)).isEmpty)
  }

  @Test("results go up at once, are confirmed when the broker has them, 16 at a time (D6)")
  func results() throws {
    var (session, _) = try connected(last: 0)
    let first = (0..<16).map { SyncFixture.result("r\($0)") }
    var outputs = session.handle(.resultsRead(first), at: SyncFixture.at(0))
    #expect(outputs == first.map { .publishResult($0) })
    // No room for a 17th: it stays in the ledger until the others are through.
    #expect(session.handle(.resultReady(SyncFixture.result("x")), at: SyncFixture.at(1)).isEmpty)
    for result in first {
      outputs = session.handle(.resultDelivered(commandID: result.commandID), at: SyncFixture.at(2))
      #expect(outputs.first == .confirmResult(commandID: result.commandID))
    }
    #expect(outputs.last == .readResults(limit: 16))
    outputs = session.handle(.resultsRead([SyncFixture.result("x")]), at: SyncFixture.at(3))
    #expect(outputs == [.publishResult(SyncFixture.result("x"))])
    #expect(session.handle(.resultReady(SyncFixture.result("x")), at: SyncFixture.at(4)).isEmpty)
    // Nothing waits any more, so the ledger is left alone.
    #expect(
      session.handle(.resultDelivered(commandID: "x"), at: SyncFixture.at(5))
        == [.confirmResult(commandID: "x")])
  }

  @Test("results that the broker may not have are read again after a cut")
  func resultsAfterCut() throws {
    var (session, _) = try connected(last: 0)
    _ = session.handle(.resultsReadFailed, at: SyncFixture.at(0))
    #expect(session.advance(to: SyncFixture.at(1_000)) == [.readResults(limit: 16)])
    _ = session.handle(.resultsRead([SyncFixture.result("a")]), at: SyncFixture.at(1_000))
    _ = session.handle(.disconnected, at: SyncFixture.at(1_001))
    _ = session.handle(
      .connected(nonce: "n2", standing: SyncFixture.standing(last: 0)), at: SyncFixture.at(1_002))
    #expect(
      session.handle(.resultsRead([SyncFixture.result("a")]), at: SyncFixture.at(1_003))
        == [.publishResult(SyncFixture.result("a"))])
  }
}
