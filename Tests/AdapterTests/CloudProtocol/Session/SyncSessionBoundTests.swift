import CloudProtocol
import DoorRules
import Testing

@Suite("The session at its bounds: what is stale, told twice or just due (D3, D6, D7)")
struct SyncSessionBoundTests {
  typealias Output = SyncSession.Output

  private func connected(last: UInt64, acknowledged: UInt64 = 0) throws -> SyncSession {
    var session = try SyncFixture.session(last: last, acknowledged: acknowledged)
    _ = connect(&session, SyncFixture.standing(last: last, acknowledged: acknowledged))
    _ = session.handle(.heard, at: SyncFixture.at(0))
    return session
  }

  private func connect(_ session: inout SyncSession, _ standing: SyncSession.Standing) -> [Output] {
    session.handle(.connected(nonce: "n", standing: standing), at: SyncFixture.at(0))
  }

  private func acknowledged(
    _ through: UInt64, rewind: Bool? = nil
  ) -> SyncSession.Input {
    .acknowledged(EventAcknowledgement(epoch: SyncFixture.epoch, through: through, rewind: rewind))
  }

  // MARK: A connection after another

  @Test("stores that are a moment behind take back neither an event nor an acknowledgement")
  func staleStanding() throws {
    var session = try connected(last: 20)
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(1...20)), at: SyncFixture.at(1))
    _ = session.handle(acknowledged(20), at: SyncFixture.at(2))
    _ = session.handle(.eventsCommitted(last: 30), at: SyncFixture.at(3))
    _ = session.handle(.disconnected, at: SyncFixture.at(4))
    let outputs = connect(&session, SyncFixture.standing(last: 25, acknowledged: 10))
    guard case .publishHello(let hello)? = outputs.first else {
      Issue.record("no hello: \(outputs)")
      return
    }
    #expect(hello.lastEvent == 30 && hello.acknowledgedEvent == 20)
    #expect(outputs.last == .readEvents(after: 20, limit: 200))
  }

  @Test(
    "after a restart the cloud may have more than was sent since: as far as that goes it counts")
  func sentBeforeRestart() throws {
    // No acknowledgement was kept: 5,000 went up before, and eight batches are 1,600 at most.
    var session = try connected(last: 5_000)
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(1...200)), at: SyncFixture.at(1))
    #expect(session.handle(acknowledged(5_001), at: SyncFixture.at(2)) == [])
    #expect(
      session.handle(acknowledged(4_900), at: SyncFixture.at(3)) == [
        .markAcknowledged(through: 200)
      ])
    #expect(session.handle(acknowledged(4_900), at: SyncFixture.at(4)) == [])
    _ = session.handle(
      .eventsRead(after: 200, SyncFixture.batch(201...400)), at: SyncFixture.at(5))
    #expect(
      session.handle(acknowledged(4_900), at: SyncFixture.at(6)) == [
        .markAcknowledged(through: 400)
      ])
    // What came since is only the cloud's once it was sent; in another log nothing was.
    _ = session.handle(.eventsCommitted(last: 6_000), at: SyncFixture.at(7))
    #expect(session.handle(acknowledged(5_500), at: SyncFixture.at(8)) == [])
    _ = session.handle(
      .epochBegun(epoch: SyncFixture.epoch, last: 6_000, acknowledged: 100), at: SyncFixture.at(9))
    _ = session.handle(
      .eventsRead(after: 100, SyncFixture.batch(101...200)), at: SyncFixture.at(10))
    #expect(session.handle(acknowledged(4_900), at: SyncFixture.at(11)) == [])
  }

  @Test("so it is with a log that could be opened only after the start")
  func sentBeforeOpening() throws {
    var session = try SyncFixture.session(last: 0)
    _ = connect(&session, SyncFixture.standing(last: 5_000, epoch: "log-2"))
    _ = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...200, epoch: "log-2")), at: SyncFixture.at(1))
    let outputs = session.handle(
      .acknowledged(EventAcknowledgement(epoch: "log-2", through: 4_900)), at: SyncFixture.at(2))
    #expect(outputs == [.markAcknowledged(through: 200)])
  }

  @Test("where the cloud has everything nothing urgent is read")
  func nothingUrgent() throws {
    var session = try SyncFixture.session(last: 9, acknowledged: 9)
    let outputs = connect(&session, SyncFixture.standing(last: 9, acknowledged: 9))
    #expect(outputs.dropFirst() == [.readResults(limit: 16)])
  }

  @Test("what was let go counts for its own log, over a connection, and for no other")
  func droppedAndConnected() throws {
    var session = try connected(last: 30)
    _ = session.handle(.eventsDropped(through: 20), at: SyncFixture.at(1))
    _ = session.handle(.eventsDropped(through: 10), at: SyncFixture.at(1))
    #expect(session.standing.droppedEvent == 20)
    _ = session.handle(.disconnected, at: SyncFixture.at(2))
    #expect(
      connect(&session, SyncFixture.standing(last: 30)).last == .readEvents(after: 20, limit: 200))
    _ = session.handle(.disconnected, at: SyncFixture.at(3))
    #expect(
      connect(&session, SyncFixture.standing(last: 30, epoch: "log-2")).last
        == .readEvents(after: 0, limit: 200))
  }

  @Test("a log that begins anew, or goes back, has let nothing go until it says so")
  func droppedAndBegun() throws {
    var session = try connected(last: 30)
    _ = session.handle(.eventsDropped(through: 20), at: SyncFixture.at(1))
    let outputs = session.handle(
      .epochBegun(epoch: SyncFixture.epoch, last: 30, acknowledged: 5), at: SyncFixture.at(2))
    #expect(session.standing.droppedEvent == 0)
    #expect(outputs.last == .readEvents(after: 5, limit: 200))
  }

  // MARK: Told twice

  @Test("what was let go before, or is acknowledged, sends nothing again")
  func droppedAgain() throws {
    var session = try connected(last: 40)
    _ = session.handle(.eventsDropped(through: 20), at: SyncFixture.at(1))
    _ = session.handle(.eventsRead(after: 20, SyncFixture.batch(21...40)), at: SyncFixture.at(2))
    #expect(session.handle(.eventsDropped(through: 20), at: SyncFixture.at(3)).isEmpty)
    #expect(session.handle(.eventsDropped(through: 12), at: SyncFixture.at(3)).isEmpty)
    _ = session.handle(acknowledged(30), at: SyncFixture.at(4))
    #expect(session.handle(.eventsDropped(through: 30), at: SyncFixture.at(5)).isEmpty)
    #expect(session.handle(.eventsDropped(through: 25), at: SyncFixture.at(5)).isEmpty)
  }

  @Test("an acknowledgement of all that was sent leaves the read that is on its way")
  func readStays() throws {
    var session = try connected(last: 20)
    let sent = session.handle(
      .eventsRead(after: 0, SyncFixture.batch(1...10)), at: SyncFixture.at(1))
    #expect(sent.last == .readEvents(after: 10, limit: 200))
    #expect(
      session.handle(acknowledged(10), at: SyncFixture.at(2)) == [.markAcknowledged(through: 10)])
    let more = session.handle(
      .eventsRead(after: 10, SyncFixture.batch(11...20)), at: SyncFixture.at(3))
    #expect(
      more == [.publishEvents(SyncFixture.sent(11...20, acknowledged: 10, historical: true))])
  }

  @Test("a cloud that says twice that it lost events, or lost none, is answered once, or not")
  func rewindAgain() throws {
    var session = try connected(last: 9, acknowledged: 8)
    #expect(session.handle(acknowledged(8, rewind: true), at: SyncFixture.at(1)).isEmpty)
    #expect(
      session.handle(acknowledged(7, rewind: true), at: SyncFixture.at(2))
        == [.rewind(through: 7)])
    #expect(session.handle(acknowledged(7, rewind: true), at: SyncFixture.at(3)).isEmpty)
  }

  // MARK: What the store gives

  @Test("events of a log that is no longer the door's are not sent, and are read again")
  func otherLog() throws {
    var session = try connected(last: 9)
    let batch = SyncFixture.batch(1...9, epoch: "log-0")
    #expect(session.handle(.eventsRead(after: 0, batch), at: SyncFixture.at(0)).isEmpty)
    #expect(
      session.advance(to: SyncFixture.at(1_000)) == [.readEvents(after: 0, limit: 200)])
  }

  @Test("an event without a number, or with a lower one, is a hole in the log")
  func holes() throws {
    var nameless = SyncFixture.batch(1...3)
    nameless.events[0].sequence = "x"
    var session = try connected(last: 9)
    #expect(
      session.handle(.eventsRead(after: 0, nameless), at: SyncFixture.at(0))
        == [.reportLogGap(after: 0, found: 0)])
    var turned = SyncFixture.batch(1...3)
    turned.events.swapAt(1, 2)
    turned.events.swapAt(0, 1)
    session = try connected(last: 9)
    #expect(
      session.handle(.eventsRead(after: 2, turned), at: SyncFixture.at(0)).isEmpty, "unasked")
    #expect(
      session.handle(.eventsRead(after: 0, turned), at: SyncFixture.at(0))
        == [.reportLogGap(after: 0, found: 3)])
    session = try connected(last: 9, acknowledged: 5)
    #expect(
      session.handle(.eventsRead(after: 5, SyncFixture.batch(4...6)), at: SyncFixture.at(0))
        == [.reportLogGap(after: 5, found: 4)])
  }

  // MARK: Results and hellos

  @Test("16 results may not be all of them, and the ledger is asked again; 15 are all")
  func moreResults() throws {
    for count in [15, 16] {
      var session = try connected(last: 0)
      let results = (0..<count).map { SyncFixture.result("r\($0)") }
      _ = session.handle(.resultsRead(results), at: SyncFixture.at(0))
      var outputs: [Output] = []
      for result in results {
        outputs += session.handle(
          .resultDelivered(commandID: result.commandID), at: SyncFixture.at(1))
      }
      #expect(outputs.contains(.readResults(limit: 16)) == (count == 16))
    }
  }

  @Test("results that nobody asked for are not sent, and a failure of nothing is no retry")
  func unasked() throws {
    var session = try connected(last: 0)
    _ = session.handle(.resultsRead([]), at: SyncFixture.at(0))
    #expect(
      session.handle(.resultsRead([SyncFixture.result("a")]), at: SyncFixture.at(1)).isEmpty)
    _ = session.handle(.resultsReadFailed, at: SyncFixture.at(1))
    #expect(session.nextDeadline == nil)
    _ = session.handle(.disconnected, at: SyncFixture.at(2))
    #expect(
      session.handle(.resultsRead([SyncFixture.result("a")]), at: SyncFixture.at(3)).isEmpty)
  }

  @Test("a hello names the newest revisions there ever were, where a lost cache has older ones")
  func newestRevisions() throws {
    func hello(_ config: UInt64, _ credentials: UInt64) throws -> Hello? {
      var session = try SyncFixture.session(last: 0, acknowledged: 0)
      var standing = SyncFixture.standing(last: 0, acknowledged: 0)
      (standing.newestConfigRevision, standing.newestCredentialRevision) = (config, credentials)
      guard case .publishHello(let hello)? = connect(&session, standing).first else { return nil }
      return hello
    }
    let (config, records) = (
      SyncFixture.standing(last: 0, acknowledged: 0).configRevision,
      SyncFixture.standing(last: 0, acknowledged: 0).credentialRevision
    )
    let same = try #require(try hello(config, records))
    #expect(same.newestConfigRevision == nil && same.newestCredentialRevision == nil)
    #expect(same.highestConfigRevision == config && same.highestCredentialRevision == records)
    let lost = try #require(try hello(config + 3, records + 9))
    #expect(lost.newestConfigRevision == config + 3 && lost.configRevision == config)
    #expect(lost.highestConfigRevision == config + 3)
    #expect(lost.highestCredentialRevision == records + 9)
  }

  @Test("a hello is said again five seconds after the last, to the millisecond")
  func helloDue() throws {
    for (wait, isSaid) in [(4_999, false), (5_000, true)] {
      var session = try connected(last: 0)
      let outputs = session.handle(.syncRequested(id: nil), at: SyncFixture.at(wait))
      #expect(outputs.count == (isSaid ? 1 : 0))
    }
  }
}
