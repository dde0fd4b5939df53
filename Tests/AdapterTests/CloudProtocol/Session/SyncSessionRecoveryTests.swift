import DoorRules
import Testing

@testable import CloudProtocol

@Suite("The session finds back after a copy, a cut and a full log (D3, D7, D9)")
struct SyncSessionRecoveryTests {
  private func connected(last: UInt64, acknowledged: UInt64 = 0) throws -> SyncSession {
    var session = try SyncFixture.session(last: last, acknowledged: acknowledged)
    _ = session.handle(
      .connected(
        nonce: "n1", standing: SyncFixture.standing(last: last, acknowledged: acknowledged)),
      at: SyncFixture.at(0))
    _ = session.handle(.heard, at: SyncFixture.at(0))
    return session
  }

  @Test("another log under the same name: nothing more is sent under it, and a hello names the new")
  func diverged() throws {
    var session = try connected(last: 9, acknowledged: 4)
    let word = EventAcknowledgement(epoch: "log-1", through: 12, diverged: true)
    #expect(session.handle(.acknowledged(word), at: SyncFixture.at(1)) == [.beginEpoch])
    // Once, and not a word under the old name meanwhile.
    #expect(session.handle(.acknowledged(word), at: SyncFixture.at(2)).isEmpty)
    #expect(session.handle(.eventsCommitted(last: 10), at: SyncFixture.at(2)).isEmpty)
    #expect(
      session.handle(.eventsRead(after: 4, SyncFixture.batch(5...9)), at: SyncFixture.at(2)).isEmpty
    )
    let outputs = session.handle(
      .epochBegun(epoch: "log-2", last: 10, acknowledged: 4), at: SyncFixture.at(3))
    guard case .publishHello(let hello)? = outputs.first else {
      Issue.record("no hello: \(outputs)")
      return
    }
    #expect(hello.logEpoch == "log-2" && hello.lastEvent == 10 && hello.acknowledgedEvent == 4)
    #expect(outputs.last == .readEvents(after: 4, limit: 200))
  }

  @Test(
    "C5 D7: a number that the cloud has for another event acknowledges nothing, also after a reconnect",
    arguments: [false, true])
  func anotherEvent(reconnects: Bool) throws {
    // The disk was put back: events 5 to 9 were given anew, and the answer to the hello says 7.
    var session = try connected(last: 9, acknowledged: 4)
    var batch = SyncFixture.batch(5...9)
    for index in batch.events.indices { batch.events[index].chain = "own \(index + 5)" }
    _ = session.handle(.eventsRead(after: 4, batch), at: SyncFixture.at(1))
    if reconnects {
      _ = session.handle(.disconnected, at: SyncFixture.at(2))
      _ = session.handle(
        .connected(nonce: "n2", standing: SyncFixture.standing(last: 9, acknowledged: 4)),
        at: SyncFixture.at(3))
    }
    let old = EventAcknowledgement(epoch: "log-1", through: 7, chain: "of before")
    #expect(session.handle(.acknowledged(old), at: SyncFixture.at(4)) == [.beginEpoch])
    #expect(session.standing.acknowledgedEvent == 4)
    #expect(session.handle(.acknowledged(old), at: SyncFixture.at(4)).isEmpty)
  }

  @Test("C5 D7: a cloud that has more of this log than was ever sent is shown all of it")
  func putBack() throws {
    // The events up to 5 are the same in both logs; those behind it are others.
    var session = try connected(last: 9, acknowledged: 4)
    _ = session.handle(.eventsRead(after: 4, SyncFixture.batch(5...9)), at: SyncFixture.at(1))
    #expect(session.advance(to: SyncFixture.at(10_001)) == [.readEvents(after: 4, limit: 1)])
    let probe = session.handle(
      .eventsRead(after: 4, SyncFixture.batch(5...5)), at: SyncFixture.at(10_001))
    #expect(probe.count == 1)
    let more = EventAcknowledgement(epoch: "log-1", through: 20, chain: "of before")
    #expect(
      session.handle(.acknowledged(more), at: SyncFixture.at(10_002))
        == [.readEvents(after: 5, limit: 200)])
    #expect(session.standing.acknowledgedEvent == 4)
  }

  @Test("D7: an acknowledgement with the event's own chain, or with none, counts")
  func ownEvent() throws {
    for (chain, through) in [("own 7", 7), (nil, 8)] as [(String?, UInt64)] {
      var session = try connected(last: 9, acknowledged: 4)
      var batch = SyncFixture.batch(5...9)
      for index in batch.events.indices { batch.events[index].chain = "own \(index + 5)" }
      _ = session.handle(.eventsRead(after: 4, batch), at: SyncFixture.at(1))
      let word = EventAcknowledgement(epoch: "log-1", through: through, chain: chain)
      let outputs = session.handle(.acknowledged(word), at: SyncFixture.at(2))
      #expect(outputs.first == .markAcknowledged(through: through))
    }
  }

  @Test("D7: chains of sent events are kept up to a limit, and go with what is acknowledged")
  func sentChains() {
    func event(_ number: UInt64) -> CloudEvent {
      var event = SyncFixture.batch(number...number).events[0]
      event.chain = "own \(number)"
      return event
    }
    var chains = SentChains()
    let most = UInt64(SentChains.countMax)
    for number in 3...most + 4 { chains.note(event(number)) }
    #expect(chains.contradict("another", at: 3) && !chains.contradict("own 3", at: 3))
    #expect(chains.contradict("another", at: most + 2))
    #expect(!chains.contradict("another", at: most + 3), "it is one more than are kept")
    #expect(!chains.contradict("another", at: 2) && !chains.contradict("another", at: .max))
    chains.forget(through: 10)
    #expect(!chains.contradict("another", at: 10) && chains.contradict("another", at: 11))
    // Sent again, and then with a gap of what the log no longer has.
    chains.note(event(11))
    #expect(!chains.contradict("own 11", at: 11))
    chains.forget(through: .max - 1)
    chains.note(event(50))
    chains.note(event(90))
    #expect(!chains.contradict("another", at: 50) && chains.contradict("another", at: 90))
  }

  @Test("a cloud that lost what it acknowledged gets it again")
  func rewind() throws {
    var session = try connected(last: 9, acknowledged: 8)
    let word = EventAcknowledgement(epoch: "log-1", through: 2, rewind: true)
    #expect(session.handle(.acknowledged(word), at: SyncFixture.at(1)) == [.rewind(through: 2)])
    let outputs = session.handle(
      .epochBegun(epoch: "log-1", last: 9, acknowledged: 2), at: SyncFixture.at(2))
    #expect(outputs.last == .readEvents(after: 2, limit: 200))
    let sent = session.handle(
      .eventsRead(after: 2, SyncFixture.batch(3...9)), at: SyncFixture.at(3))
    #expect(
      sent == [.publishEvents(SyncFixture.sent(3...9, acknowledged: 2, historical: true))])
    let news = EventAcknowledgement(epoch: "log-1", through: 9, rewind: true)
    #expect(session.handle(.acknowledged(news), at: SyncFixture.at(4)).isEmpty)
  }

  @Test("events that had to go are passed over, and the batch says which")
  func dropped() throws {
    var session = try connected(last: 30)
    let outputs = session.handle(.eventsDropped(through: 20), at: SyncFixture.at(1))
    #expect(outputs == [.readEvents(after: 20, limit: 200)])
    let sent = session.handle(
      .eventsRead(after: 20, SyncFixture.batch(21...30)), at: SyncFixture.at(2))
    guard case .publishEvents(let batch)? = sent.first else {
      Issue.record("no batch: \(sent)")
      return
    }
    #expect(batch.droppedThrough == 20)
    var intake = EventIntake(epoch: "log-1", through: 5)
    let answer = try intake.take(batch, from: try #require(ControllerID("c1")))
    #expect(answer.dropped == 6...20)
    #expect(answer.acknowledgement.through == 30)
    _ = session.handle(.acknowledged(answer.acknowledgement), at: SyncFixture.at(3))
    #expect(session.standing.acknowledgedEvent == 30)
  }

  /// The store has the chunks before `next` of a snapshot.
  private static func standing(_ next: Int, of chunks: Int) -> SyncSession.Input {
    .snapshotStanding(snapshotID: "s", next: next, chunks: chunks)
  }

  private func pull(_ index: Int) -> [SyncSession.Output] {
    [.publishPull(SnapshotPull(snapshotID: "s", index: index))]
  }

  @Test("a snapshot is pulled chunk by chunk, asked for again in silence, and left at a cut")
  func pullsInOrder() throws {
    var session = try connected(last: 0)
    func stands(_ next: Int, _ at: Int) -> [SyncSession.Output] {
      session.handle(Self.standing(next, of: 3), at: SyncFixture.at(at))
    }
    #expect(stands(1, 0) == pull(1))
    #expect(stands(1, 5).isEmpty)
    #expect(session.nextDeadline == SyncFixture.at(10_000))
    #expect(session.advance(to: SyncFixture.at(9_999)).isEmpty)
    #expect(
      session.advance(to: SyncFixture.at(10_000))
        == pull(1))
    #expect(stands(2, 10_001) == pull(2))
    #expect(stands(3, 10_002).isEmpty)
    #expect(session.nextDeadline == nil)
    _ = stands(2, 10_003)
    _ = session.handle(.disconnected, at: SyncFixture.at(10_004))
    #expect(session.nextDeadline == nil)
    #expect(stands(2, 10_005).isEmpty)
  }

  @Test("a cloud that serves no chunk is asked after 10, 20, 40 … 300 s, and at once for another")
  func unserved() throws {
    var session = try connected(last: 0)
    func stands(_ next: Int, _ at: Int) -> [SyncSession.Output] {
      session.handle(Self.standing(next, of: 3), at: SyncFixture.at(at))
    }
    _ = stands(0, 0)
    var seconds = 0
    for wait in [10, 20, 40, 80, 160, 300, 300] {
      seconds += wait
      #expect(session.advance(to: SyncFixture.at(seconds * 1_000 - 1)).isEmpty)
      #expect(
        session.advance(to: SyncFixture.at(seconds * 1_000))
          == pull(0), "\(wait)")
    }
    let later = seconds * 1_000 + 1
    #expect(stands(1, later) == pull(1))
    #expect(session.nextDeadline == SyncFixture.at(later + 10_000))
  }

  @Test("while the store takes a chunk the next is on its way, and one that it refuses comes again")
  func pullAhead() throws {
    var session = try connected(last: 0)
    func stands(_ next: Int) -> [SyncSession.Output] {
      session.handle(Self.standing(next, of: 4), at: SyncFixture.at(1))
    }
    func comes(_ index: Int) -> [SyncSession.Output] {
      session.handle(
        .snapshotChunkArrived(snapshotID: "s", index: index), at: SyncFixture.at(1))
    }
    #expect(stands(0) == pull(0))
    #expect(comes(0) == pull(1))
    #expect(comes(0).isEmpty)
    // No more than one ahead of the store.
    #expect(comes(1).isEmpty)
    #expect(stands(1).isEmpty)
    #expect(stands(2) == pull(2))
    #expect(comes(2) == pull(3))
    // The store did not keep it.
    #expect(stands(2) == pull(2))
    #expect(comes(3).isEmpty)
    #expect(comes(2) == pull(3))
    #expect(comes(3).isEmpty)
    #expect(stands(4).isEmpty)
    #expect(session.nextDeadline == nil)
    // Behind the last chunk there is none to pull.
    #expect(stands(3) == pull(3))
    #expect(comes(3).isEmpty)
  }

  @Test("alarms overtake: read first after a connect, and said at once while there is one")
  func urgent() throws {
    var session = try SyncFixture.session(last: 500)
    let alarm = SyncFixture.events[7]
    #expect(session.handle(.urgent([alarm]), at: SyncFixture.at(0)).isEmpty)
    let outputs = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 500)), at: SyncFixture.at(1))
    let asked = outputs.firstIndex(of: .readUrgent(after: 0, limit: 500))
    let events = outputs.firstIndex(of: .readEvents(after: 0, limit: 200))
    #expect(try #require(asked) < #require(events))
    var old = alarm
    old.historical = true
    #expect(
      session.handle(.urgent([alarm, SyncFixture.events[501]]), at: SyncFixture.at(2)) == [
        .publishUrgent(UrgentEvent(controller: "c1", epoch: "log-1", event: old)),
        .publishUrgent(
          UrgentEvent(controller: "c1", epoch: "log-1", event: SyncFixture.events[501])),
      ])
  }
}
