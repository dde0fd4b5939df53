import CloudProtocol
import DoorRules
import Testing

@Suite("What the broker refuses again, and what changes nothing (D6, D7, D9)")
struct SyncSessionRefusalTests {
  typealias Output = SyncSession.Output

  private func connected(last: UInt64 = 0) throws -> SyncSession {
    var session = try SyncFixture.session(last: last)
    _ = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: last)), at: SyncFixture.at(0))
    _ = session.handle(.heard, at: SyncFixture.at(0))
    _ = session.handle(.resultsRead([]), at: SyncFixture.at(0))
    return session
  }

  private func refuse(
    _ session: inout SyncSession, bytes: Int, at milliseconds: Int = 2
  ) -> [Output] {
    session.handle(
      .refused(.events(bytes: bytes, isTooLarge: true)), at: SyncFixture.at(milliseconds))
  }

  // MARK: Results

  @Test("D6: a result that is refused again waits twice as long, until one is delivered")
  func resultsWait() throws {
    var session = try connected()
    let result = SyncFixture.result("a")
    _ = session.handle(.resultReady(result), at: SyncFixture.at(0))
    var now = 0
    for wait in [5_000, 10_000, 20_000] {
      _ = session.handle(.refused(.result(commandID: "a")), at: SyncFixture.at(now))
      #expect(session.nextDeadline == SyncFixture.at(now + wait))
      now += wait
      #expect(session.advance(to: SyncFixture.at(now)) == [.readResults(limit: 16)])
      _ = session.handle(.resultsRead([result]), at: SyncFixture.at(now))
    }
    _ = session.handle(.resultDelivered(commandID: "a"), at: SyncFixture.at(now))
    _ = session.handle(.resultReady(result), at: SyncFixture.at(now))
    _ = session.handle(.refused(.result(commandID: "a")), at: SyncFixture.at(now))
    #expect(session.nextDeadline == SyncFixture.at(now + 5_000))
  }

  @Test("D6: of several results that are refused the first sets the time, and all are read then")
  func resultsTogether() throws {
    var session = try connected()
    for id in ["a", "b"] {
      _ = session.handle(.resultReady(SyncFixture.result(id)), at: SyncFixture.at(0))
    }
    _ = session.handle(.refused(.result(commandID: "a")), at: SyncFixture.at(0))
    _ = session.handle(.refused(.result(commandID: "b")), at: SyncFixture.at(3_000))
    // One that nobody sent is no reason to wait.
    _ = session.handle(.refused(.result(commandID: "c")), at: SyncFixture.at(3_000))
    #expect(session.nextDeadline == SyncFixture.at(5_000))
    _ = session.advance(to: SyncFixture.at(5_000))
    let both = ["a", "b"].map(SyncFixture.result)
    #expect(
      session.handle(.resultsRead(both), at: SyncFixture.at(5_000))
        == both.map { .publishResult($0) })
    _ = session.handle(.refused(.result(commandID: "c")), at: SyncFixture.at(5_001))
    #expect(session.nextDeadline == nil)
  }

  // MARK: Events

  @Test(
    "D9: a batch of the least size that is too large goes event by event; a larger one in halves",
    arguments: [(16_384, 1), (16_385, 200)])
  func leastSize(_ bytes: Int, _ limit: Int) throws {
    var session = try connected(last: 500)
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(1...20)), at: SyncFixture.at(1))
    #expect(refuse(&session, bytes: bytes) == [.readEvents(after: 0, limit: limit)])
  }

  @Test("D9: behind events that are gone, the first that is left is sent without its details")
  func oversizedBehindGone() throws {
    var session = try connected(last: 30)
    _ = session.handle(.eventsDropped(through: 20), at: SyncFixture.at(1))
    var read = SyncFixture.batch(21...22)
    for index in read.events.indices {
      read.events[index].data.detail = ["a": String(repeating: "x", count: 3_000)]
    }
    func send() -> CloudEvent? {
      let outputs = session.handle(.eventsRead(after: 20, read), at: SyncFixture.at(1))
      return outputs.lazy.compactMap {
        if case .publishEvents(let batch) = $0 { batch.events.first } else { nil }
      }.first
    }
    for _ in 0..<2 {
      #expect(send()?.withheldBytes == nil)
      #expect(refuse(&session, bytes: 7_000) == [.readEvents(after: 20, limit: 1)])
    }
    let short = send()
    #expect(short?.number == 21 && short?.withheldBytes != nil)
  }

  @Test("D7: where nothing is in flight, an event that the cloud misses is on its way already")
  func missedBeforeSending() throws {
    var session = try connected(last: 6)
    let missed = EventAcknowledgement(epoch: SyncFixture.epoch, through: 0, expected: 1)
    #expect(session.handle(.acknowledged(missed), at: SyncFixture.at(1)).isEmpty)
    let sent = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...6)), at: SyncFixture.at(2))
    #expect(sent == [.publishEvents(SyncFixture.sent(1...6, acknowledged: 0, historical: true))])
  }

  @Test("D7: over a gap in the log neither a refusal nor a missed event sends anything")
  func afterGap() throws {
    var session = try connected(last: 9)
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(2...5)), at: SyncFixture.at(1))
    #expect(refuse(&session, bytes: 100_000).isEmpty)
    #expect(refuse(&session, bytes: 1_000).isEmpty)
    let missed = EventAcknowledgement(epoch: SyncFixture.epoch, through: 0, expected: 1)
    #expect(session.handle(.acknowledged(missed), at: SyncFixture.at(3)).isEmpty)
    #expect(session.nextDeadline == nil)
  }

  // MARK: Snapshots

  @Test("D3: the end of one snapshot does not end the pull of another")
  func otherSnapshot() throws {
    var session = try connected()
    func stands(_ id: String, _ next: Int) -> [Output] {
      session.handle(
        .snapshotStanding(snapshotID: id, next: next, chunks: 3), at: SyncFixture.at(1))
    }
    _ = stands("s", 1)
    #expect(stands("old", 3).isEmpty)
    #expect(session.nextDeadline == SyncFixture.at(10_001))
    #expect(
      session.advance(to: SyncFixture.at(10_001))
        == [.publishPull(SnapshotPull(snapshotID: "s", index: 1))])
  }
}
