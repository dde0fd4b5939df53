import DoorRules
import Testing

@testable import CloudProtocol

@Suite("A cloud says where to go on, and when (D1, D6)")
struct SyncSessionWaitTests {
  typealias Output = SyncSession.Output

  private func batch(after: UInt64, _ count: Int) -> EventBatch {
    EventBatch(
      controller: "c1", epoch: SyncFixture.epoch,
      events: (1...UInt64(count)).map { number in
        CloudEvent(
          controller: "c1", number: after + number,
          draft: EventDraft(
            id: "e\(after + number)", type: "t", timeMilliseconds: 0, clockTrust: "unknown",
            simulated: false))
      })
  }

  /// Three batches of two events are in flight.
  private func sending() throws -> SyncSession {
    var session = try SyncFixture.session()
    _ = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 6)), at: SyncFixture.at(0))
    for after: UInt64 in [0, 2, 4] {
      _ = session.handle(.eventsRead(after: after, batch(after: after, 2)), at: SyncFixture.at(1))
    }
    return session
  }

  private func reads(_ outputs: [Output]) -> [UInt64] {
    outputs.compactMap { if case .readEvents(let after, _) = $0 { after } else { nil } }
  }

  private func ack(_ through: UInt64, expected: UInt64? = nil, wait: Int? = nil)
    -> SyncSession.Input
  {
    .acknowledged(
      EventAcknowledgement(
        epoch: SyncFixture.epoch, through: through, expected: expected, retryAfterSeconds: wait))
  }

  @Test("what the cloud missed is sent again at once, and once for all that was in flight")
  func expected() throws {
    var session = try sending()
    let first = session.handle(ack(2, expected: 3), at: SyncFixture.at(500))
    #expect(reads(first) == [2])
    _ = session.handle(.eventsRead(after: 2, batch(after: 2, 4)), at: SyncFixture.at(501))
    // The third batch of before arrives too, and has the cloud say the same.
    #expect(session.handle(ack(2, expected: 3), at: SyncFixture.at(600)).isEmpty)
    // After the usual wait it is said anew.
    _ = session.advance(to: SyncFixture.at(20_000))
    #expect(session.handle(ack(6), at: SyncFixture.at(20_001)) == [.markAcknowledged(through: 6)])
  }

  @Test("a number that cannot be missing changes nothing")
  func untrue() throws {
    for number: UInt64 in [0, 1, 2, 4, 7, .max] {
      var session = try sending()
      let outputs = session.handle(ack(2, expected: number), at: SyncFixture.at(500))
      #expect(reads(outputs).isEmpty, "\(number)")
    }
  }

  @Test("a cloud with too much to do has events wait as long as it says, an hour at most")
  func wait() throws {
    for (seconds, most) in [(5, 5), (3_600, 3_600), (3_601, 3_600), (Int.max, 3_600)] {
      var session = try sending()
      _ = session.handle(ack(2, wait: seconds), at: SyncFixture.at(500))
      let end = 500 + most * 1_000
      #expect(reads(session.advance(to: SyncFixture.at(end - 1))).isEmpty)
      #expect(reads(session.advance(to: SyncFixture.at(end))) == [2], "\(seconds)")
    }
    // Zero and less end it.
    for seconds in [0, -1, Int.min] {
      var session = try sending()
      _ = session.handle(ack(2, wait: 60), at: SyncFixture.at(500))
      #expect(reads(session.handle(ack(2, wait: seconds), at: SyncFixture.at(501))) == [2])
    }
  }

  @Test("a new connection sends nothing again before the cloud said what it has (D3, B8)")
  func reconnected() throws {
    var session = try cut(at: 500)
    #expect(reads(connect(&session, at: 1_000)).isEmpty)
    #expect(session.handle(.eventsCommitted(last: 7), at: SyncFixture.at(1_100)).isEmpty)
    #expect(
      session.handle(ack(4), at: SyncFixture.at(1_300)) == [
        .markAcknowledged(through: 4), .readEvents(after: 4, limit: EventBatch.eventsMax),
      ])
  }

  @Test("an answer that brings nothing new ends that wait as well")
  func answered() throws {
    var session = try cut(at: 500)
    _ = connect(&session, at: 1_000)
    #expect(reads(session.handle(ack(0), at: SyncFixture.at(1_300))) == [0])
    #expect(reads(session.advance(to: SyncFixture.at(10_001))).isEmpty)
  }

  @Test("without an answer one event goes when the usual wait since it was sent has passed")
  func unanswered() throws {
    var session = try cut(at: 500)
    // However often the connection is made anew meanwhile.
    for start in [1_000, 3_000, 9_000] {
      #expect(reads(connect(&session, at: start)).isEmpty)
      #expect(reads(session.advance(to: SyncFixture.at(start + 900))).isEmpty)
      _ = session.handle(.disconnected, at: SyncFixture.at(start + 900))
    }
    _ = connect(&session, at: 9_950)
    #expect(session.nextDeadline == SyncFixture.at(10_001))
    #expect(reads(session.advance(to: SyncFixture.at(10_000))).isEmpty)
    #expect(session.advance(to: SyncFixture.at(10_001)) == [.readEvents(after: 0, limit: 1)])
  }

  @Test("another word of the cloud than an answer shortens that wait to a second, once")
  func heard() throws {
    var session = try cut(at: 500)
    _ = connect(&session, at: 1_000)
    #expect(session.handle(.heard, at: SyncFixture.at(1_200)).isEmpty)
    #expect(session.handle(.heard, at: SyncFixture.at(2_000)).isEmpty)
    #expect(reads(session.advance(to: SyncFixture.at(2_199))).isEmpty)
    #expect(reads(session.advance(to: SyncFixture.at(2_200))) == [0])
  }

  @Test("after a long outage everything goes at once")
  func outage() throws {
    var session = try cut(at: 500)
    #expect(
      connect(&session, at: 10_001).last == .readEvents(after: 0, limit: EventBatch.eventsMax))
  }

  @Test("what no connection sent before goes at once")
  func fresh() throws {
    var session = try sending()
    _ = session.handle(ack(6), at: SyncFixture.at(400))
    _ = session.handle(.disconnected, at: SyncFixture.at(500))
    #expect(reads(connect(&session, at: 1_000, acknowledged: 6, last: 9)) == [6])
  }

  /// A session that sent six events, of which none is acknowledged, and lost its connection.
  private func cut(at milliseconds: Int) throws -> SyncSession {
    var session = try sending()
    _ = session.handle(.disconnected, at: SyncFixture.at(milliseconds))
    return session
  }

  private func connect(
    _ session: inout SyncSession, at milliseconds: Int, acknowledged: UInt64 = 0, last: UInt64 = 6
  ) -> [Output] {
    session.handle(
      .connected(
        nonce: "m", standing: SyncFixture.standing(last: last, acknowledged: acknowledged)),
      at: SyncFixture.at(milliseconds))
  }

  @Test("an event that a broker takes in no form is sent without its details, and the log goes on")
  func oversized() throws {
    var session = try SyncFixture.session()
    var read = batch(after: 0, 2)
    for index in read.events.indices {
      read.events[index].data.detail = ["a": String(repeating: "x", count: 3_000)]
    }
    func sent(_ outputs: [Output]) -> EventBatch? {
      outputs.compactMap { if case .publishEvents(let batch) = $0 { batch } else { nil } }.first
    }
    _ = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 2)), at: SyncFixture.at(0))
    let refused = SyncSession.Input.refused(.events(bytes: 7_000, isTooLarge: true))
    let both = sent(session.handle(.eventsRead(after: 0, read), at: SyncFixture.at(1)))
    #expect(both?.events.count == 2)
    #expect(session.handle(refused, at: SyncFixture.at(2)) == [.readEvents(after: 0, limit: 1)])
    let one = sent(session.handle(.eventsRead(after: 0, read), at: SyncFixture.at(3)))
    #expect(one?.events.count == 1 && one?.events.first?.withheldBytes == nil)
    #expect(session.handle(refused, at: SyncFixture.at(4)) == [.readEvents(after: 0, limit: 1)])
    let short = sent(session.handle(.eventsRead(after: 0, read), at: SyncFixture.at(5)))
    #expect(short?.events.first?.withheldBytes != nil && short?.events.first?.number == 1)
    let next = session.handle(ack(1), at: SyncFixture.at(6))
    #expect(reads(next) == [1])
  }

  @Test("a hello that was asked for names who asked; the next one does not")
  func requests() throws {
    var session = try SyncFixture.session()
    func hello(_ outputs: [Output]) -> Hello? {
      outputs.compactMap { if case .publishHello(let hello) = $0 { hello } else { nil } }.first
    }
    let first = session.handle(
      .connected(nonce: "n", standing: SyncFixture.standing(last: 0)), at: SyncFixture.at(0))
    #expect(hello(first)?.requestIDs == nil)
    _ = session.handle(.syncRequested(id: "m-1"), at: SyncFixture.at(1_000))
    _ = session.handle(.syncRequested(id: "m-2"), at: SyncFixture.at(2_000))
    #expect(hello(session.advance(to: SyncFixture.at(5_000)))?.requestIDs == ["m-1", "m-2"])
    let last = session.handle(.syncRequested(id: nil), at: SyncFixture.at(20_000))
    #expect(hello(last)?.requestIDs == nil)
    #expect(hello(last)?.features == Hello.Feature.allCases.map(\.rawValue))
    #expect(hello(last)?.limits?["recordsPerMessage"] == 5_000)
  }
}
