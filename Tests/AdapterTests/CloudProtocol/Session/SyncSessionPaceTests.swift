import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

@Suite("What a broker refuses, cuts or forgets holds up no session (D3, D6, D9)")
struct SyncSessionPaceTests {
  typealias Output = SyncSession.Output

  private func connect(
    _ session: inout SyncSession, last: UInt64, bytesMax: Int?, at milliseconds: Int = 0
  ) -> [Output] {
    session.handle(
      .connected(
        nonce: "n", standing: SyncFixture.standing(last: last), messageBytesMax: bytesMax),
      at: SyncFixture.at(milliseconds))
  }

  /// The connection is made anew, and the cloud's answer to the hello has nothing new.
  private func reconnect(_ session: inout SyncSession, last: UInt64, at milliseconds: Int) {
    _ = connect(&session, last: last, bytesMax: nil, at: milliseconds)
    _ = session.handle(
      .acknowledged(
        EventAcknowledgement(
          epoch: SyncFixture.epoch, through: session.standing.acknowledgedEvent)),
      at: SyncFixture.at(milliseconds))
  }

  /// Answers the read after `after` with `count` large events; what was published.
  private func read(
    _ session: inout SyncSession, after: UInt64 = 0, count: Int = 200, at milliseconds: Int = 1
  ) -> EventBatch? {
    let events = (1...count).map { index in
      CloudEvent(
        controller: "c1", number: after + UInt64(index),
        draft: EventDraft(
          id: "e\(index)", type: "t", timeMilliseconds: 0, clockTrust: "unknown",
          simulated: false, detail: ["text": String(repeating: "\"é\n", count: 120)]))
    }
    let batch = EventBatch(controller: "c1", epoch: SyncFixture.epoch, events: events)
    let outputs = session.handle(
      .eventsRead(after: after, batch), at: SyncFixture.at(milliseconds))
    return outputs.lazy.compactMap {
      if case .publishEvents(let batch) = $0 { batch } else { nil }
    }.first
  }

  private func refuse(
    _ session: inout SyncSession, bytes: Int, isTooLarge: Bool = true
  ) -> [Output] {
    session.handle(
      .refused(.events(bytes: bytes, isTooLarge: isTooLarge)), at: SyncFixture.at(2))
  }

  @Test(
    "D9: a batch has no more bytes than the broker takes, whatever its texts are",
    arguments: [nil, 20_000, 65_536, 131_072] as [Int?])
  func budget(bytesMax: Int?) throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: bytesMax)
    let batch = try #require(read(&session))
    let bytes = try JSONCoding.encode(batch).count
    let most = bytesMax ?? SendPace.bytesFirst
    #expect(bytes <= most)
    // The bound is near: no batch is much smaller than it could be.
    #expect(batch.events.count == 200 || bytes > most * 3 / 4)
  }

  @Test("D9: the bound of an event is never below its JSON")
  func bound() throws {
    for text in ["", "plain", "\u{1}\u{2}", "\"\\", "ü漢字🚪", String(repeating: "\n", count: 500)] {
      var event = CloudEvent(
        controller: "c", number: .max,
        draft: EventDraft(
          id: text, type: text, timeMilliseconds: .max, clockTrust: "synchronised",
          simulated: false, door: text, reader: text, person: text, credential: text,
          reason: text, checkInCandidate: true, detail: [text: text, "other": text]),
        chain: [UInt8](repeating: 7, count: 32), historical: true)
      event.subject = text
      #expect(event.jsonBytesBound >= (try JSONCoding.encode(event).count), "\(text)")
    }
  }

  @Test("D9: a batch that is refused as too large goes again at once, half as large, until it fits")
  func halved() throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: nil)
    var bytes = try JSONCoding.encode(try #require(read(&session))).count
    while bytes > 40_000 {
      #expect(refuse(&session, bytes: bytes) == [.readEvents(after: 0, limit: 200)])
      let smaller = try JSONCoding.encode(try #require(read(&session))).count
      #expect(smaller <= bytes / 2)
      bytes = smaller
    }
    // After another refusal it waits.
    #expect(refuse(&session, bytes: bytes, isTooLarge: false).isEmpty)
    // It is remembered on the next connection: a refused batch is sent once.
    _ = session.handle(.disconnected, at: SyncFixture.at(3))
    _ = connect(&session, last: 1_000, bytesMax: nil, at: 4)
    #expect(try JSONCoding.encode(try #require(read(&session))).count <= bytes)
  }

  @Test(
    "D9: a batch that the broker refuses for now goes again after 1, 2, 4, 8, 10 s, as one event")
  func refusedForNow() throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: nil)
    _ = session.handle(.heard, at: SyncFixture.at(0))
    var bytes = try JSONCoding.encode(try #require(read(&session))).count
    var now = 0
    for wait in [1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
      // Of several in flight the first refusal counts.
      for late in [0, 5] {
        let refused = SyncSession.Refused.events(bytes: bytes, isTooLarge: false)
        #expect(session.handle(.refused(refused), at: SyncFixture.at(now + late)).isEmpty)
      }
      #expect(session.advance(to: SyncFixture.at(now + wait - 1)).isEmpty)
      now += wait
      #expect(session.advance(to: SyncFixture.at(now)) == [.readEvents(after: 0, limit: 1)])
      let batch = try #require(read(&session, at: now))
      #expect(batch.events.count == 1)
      bytes = try JSONCoding.encode(batch).count
    }
    // An acknowledgement ends it: the rest follows at once.
    let word = EventAcknowledgement(epoch: SyncFixture.epoch, through: 1)
    let outputs = session.handle(.acknowledged(word), at: SyncFixture.at(now + 1))
    #expect(outputs.contains(.readEvents(after: 1, limit: 200)))
  }

  /// Batches that go one after the other, each acknowledged; their sizes in bytes.
  private func growth(_ session: inout SyncSession, from after: inout UInt64, count: Int) throws
    -> [Int]
  {
    try (0..<count).map { _ in
      let batch = try #require(read(&session, after: after))
      after = try #require(batch.events.last?.number)
      _ = session.handle(
        .acknowledged(EventAcknowledgement(epoch: SyncFixture.epoch, through: after)),
        at: SyncFixture.at(2))
      return try JSONCoding.encode(batch).count
    }
  }

  @Test(
    "D9: where the broker states no limit batches grow as they get through, and one cut teaches its limit"
  )
  func grows() throws {
    var session = try SyncFixture.session(last: 10_000)
    _ = connect(&session, last: 10_000, bytesMax: nil)
    var after: UInt64 = 0
    let sizes = try growth(&session, from: &after, count: 2)
    #expect(sizes[0] <= SendPace.bytesFirst && sizes[1] > SendPace.bytesFirst)
    #expect(sizes[1] <= sizes[0] * 21 / 10)
    let cut = try #require(read(&session, after: after, count: 400))
    let cutBytes = try JSONCoding.encode(cut).count
    // Only one is larger than what went through.
    let end = try #require(cut.events.last?.number)
    let beside = try #require(read(&session, after: end))
    let besideBytes = try JSONCoding.encode(beside).count
    #expect(cutBytes >= sizes[1] && besideBytes <= sizes[1])
    _ = session.handle(.disconnected, at: SyncFixture.at(3))
    reconnect(&session, last: 10_000, at: 4)
    let next = try JSONCoding.encode(try #require(read(&session, after: after, at: 4))).count
    #expect(next <= sizes[1] && next > sizes[1] / 2)
  }

  @Test(
    "D9: of several large batches in flight the first refusal counts, and nothing is sent twice for the others"
  )
  func refusedTogether() throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: nil)
    let first = try #require(read(&session))
    let end = try #require(first.events.last?.number)
    let second = try #require(read(&session, after: end))
    let sizes = try [first, second].map { try JSONCoding.encode($0).count }
    #expect(refuse(&session, bytes: sizes[0]) == [.readEvents(after: 0, limit: 200)])
    let smaller = try JSONCoding.encode(try #require(read(&session))).count
    #expect(refuse(&session, bytes: sizes[1]).isEmpty)
    #expect(smaller > sizes[0] * 4 / 10)
  }

  @Test("D9: at a broker that cuts the connection for a large batch, batches become smaller")
  func cuts() throws {
    var session = try SyncFixture.session(last: 1_000)
    var sizes: [Int] = []
    for connection in 0..<12 {
      reconnect(&session, last: 1_000, at: connection * 10)
      sizes.append(
        try JSONCoding.encode(try #require(read(&session, at: connection * 10))).count)
      _ = session.handle(.disconnected, at: SyncFixture.at(connection * 10 + 1))
    }
    #expect(sizes[0] == sizes[1] && sizes[2] < sizes[1] && sizes[4] < sizes[2])
    #expect(sizes[11] <= 16_384)
  }

  @Test("D9: an acknowledgement between two cuts shows that a batch of that size gets through")
  func cutBetween() {
    for isAcknowledged in [false, true] {
      var pace = SendPace()
      pace.begin(messageBytesMax: nil)
      pace.sent(bytes: 90_000, through: 1)
      pace.end()
      pace.begin(messageBytesMax: nil)
      if isAcknowledged {
        pace.sent(bytes: 90_000, through: 1)
        pace.acknowledged(through: 1, bytes: 90_000, left: 0)
      }
      pace.sent(bytes: 90_000, through: 2)
      pace.end()
      pace.begin(messageBytesMax: nil)
      #expect(pace.bytesMax == (isAcknowledged ? 180_000 : 45_000))
    }
  }

  /// Publishes batches of so many events one after the other; the first begins after `after`.
  private func publish(
    _ counts: [Int], after: UInt64 = 0, in session: inout SyncSession
  ) throws -> [EventBatch] {
    var after = after
    return try counts.map { count in
      let batch = try #require(read(&session, after: after, count: count))
      after = try #require(batch.events.last?.number)
      return batch
    }
  }

  @Test("D9: of batches that are acknowledged together the largest shows what gets through")
  func acknowledgedTogether() throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: nil)
    let end = try #require(publish([200, 1], in: &session).last?.events.last?.number)
    _ = session.handle(
      .acknowledged(EventAcknowledgement(epoch: SyncFixture.epoch, through: end)),
      at: SyncFixture.at(2))
    let next = try #require(publish([200], after: end, in: &session).first)
    #expect(try JSONCoding.encode(next).count > SendPace.bytesFirst)
  }

  @Test("D9: the largest batch that is still in flight when the connection ends counts as cut")
  func cutInFlight() throws {
    var session = try SyncFixture.session(last: 1_000)
    _ = connect(&session, last: 1_000, bytesMax: nil)
    let sizes = try publish([1, 90, 1], in: &session).map { try JSONCoding.encode($0).count }
    _ = session.handle(
      .acknowledged(EventAcknowledgement(epoch: SyncFixture.epoch, through: 1)),
      at: SyncFixture.at(2))
    for connection in 1...2 {
      _ = session.handle(.disconnected, at: SyncFixture.at(10 * connection))
      reconnect(&session, last: 1_000, at: 10 * connection + 1)
      let batch = try #require(publish([90], after: 1, in: &session).first)
      let bytes = try JSONCoding.encode(batch).count
      #expect((bytes <= sizes[1] / 2) == (connection == 2))
    }
  }

  @Test("D9: an event that is too large for the broker is sent without its details; others follow")
  func single() throws {
    var pace = SendPace()
    pace.begin(messageBytesMax: 10)
    #expect(pace.bytesMax == SendPace.bytesMin)
    var session = try SyncFixture.session(last: 2)
    _ = connect(&session, last: 2, bytesMax: 10)
    var event = SyncFixture.events[1]
    event.data.detail["text"] = String(repeating: "x", count: 2 * SendPace.bytesMin)
    let batch = EventBatch(
      controller: "c1", epoch: SyncFixture.epoch, events: [event, SyncFixture.events[2]])
    let outputs = session.handle(.eventsRead(after: 0, batch), at: SyncFixture.at(1))
    guard case .publishEvents(let sent)? = outputs.first else {
      Issue.record("nothing is sent: \(outputs)")
      return
    }
    #expect(sent.events.map(\.id) == ["e1", "e2"])
    #expect(sent.events[0].data.detail.isEmpty && sent.events[0].withheldDigest != nil)
    #expect(try sent.events[0].withheldBytes == JSONCoding.encode(event.data).count)
    #expect(sent.events[1].withheldBytes == nil)
    #expect(try JSONCoding.encode(sent).count <= SendPace.bytesMin)
  }

  @Test("D9: after a word of the cloud one event goes within a second, after its answer the rest")
  func heard() throws {
    var session = try SyncFixture.session(last: 500)
    _ = connect(&session, last: 500, bytesMax: nil)
    let probe = [SyncSession.Output.readEvents(after: 0, limit: 1)]
    func probed(at milliseconds: Int) {
      let sent = session.handle(
        .eventsRead(after: 0, SyncFixture.batch(1...1)), at: SyncFixture.at(milliseconds))
      #expect(sent.count == 1)
    }
    _ = session.handle(.eventsRead(after: 0, SyncFixture.batch(1...200)), at: SyncFixture.at(0))
    // While nothing is late a word changes nothing.
    #expect(session.handle(.heard, at: SyncFixture.at(9_999)).isEmpty)
    _ = session.advance(to: SyncFixture.at(10_000))
    probed(at: 10_000)
    #expect(session.handle(.heard, at: SyncFixture.at(10_001)).isEmpty)
    #expect(session.handle(.heard, at: SyncFixture.at(10_999)).isEmpty)
    #expect(session.nextDeadline == SyncFixture.at(11_000))
    #expect(session.advance(to: SyncFixture.at(11_000)) == probe)
    probed(at: 11_000)
    #expect(session.handle(.heard, at: SyncFixture.at(12_000)) == probe)
    probed(at: 12_000)
    let word = EventAcknowledgement(epoch: SyncFixture.epoch, through: 1)
    #expect(
      session.handle(.acknowledged(word), at: SyncFixture.at(12_001)) == [
        .markAcknowledged(through: 1), .readEvents(after: 1, limit: 200),
      ])
  }

  @Test("D9: a cloud with much to do gets no batch twice, however often it is heard meanwhile")
  func slowCloud() throws {
    var session = try SyncFixture.session(last: 200)
    _ = connect(&session, last: 200, bytesMax: nil)
    var sent = 0
    var now = 0
    func carryOut(_ outputs: [SyncSession.Output]) {
      for output in outputs {
        switch output {
        case .readEvents(let after, let limit):
          let last = min(after + UInt64(limit), 200)
          carryOut(
            session.handle(
              .eventsRead(after: after, SyncFixture.batch(after + 1...last)),
              at: SyncFixture.at(now)))
        case .publishEvents(let batch): sent += batch.events.count
        default: break
        }
      }
    }
    carryOut([.readEvents(after: 0, limit: 200)])
    // It comes to this controller after a minute: the answers to its hellos first, then the batch.
    while now < 60_000 {
      now += 100
      carryOut(session.advance(to: SyncFixture.at(now)))
    }
    for _ in 0..<4 { carryOut(session.handle(.heard, at: SyncFixture.at(now))) }
    for through in [200, 200] as [UInt64] {
      carryOut(session.handle(.heard, at: SyncFixture.at(now)))
      let word = EventAcknowledgement(epoch: SyncFixture.epoch, through: through)
      carryOut(session.handle(.acknowledged(word), at: SyncFixture.at(now)))
    }
    #expect((200...210).contains(sent))
    #expect(session.standing.acknowledgedEvent == 200)
  }
}
