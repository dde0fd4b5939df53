import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("A page that the disk has spoiled costs the events on it, and no others (F3, D7)")
struct StoreSpoiledTests {
  private let fixture = StoreFixture()

  /// A log of 30 events, of which these cannot be read and those are not there.
  private func log(
    spoiled: [Int] = [], gone: [Int] = [], acknowledged: UInt64 = 0
  ) throws -> EventDatabase {
    let log = try fixture.events()
    _ = try log.append((1...30).map { StoreFixture.draft($0) })
    try log.acknowledge(through: acknowledged)
    for number in spoiled { try StoreFixture.spoil(log, where: "number = \(number)") }
    try log.pool.write { database in
      for number in gone {
        try database.execute(sql: "DELETE FROM event WHERE number = ?", arguments: [number])
      }
    }
    return log
  }

  private func numbers(_ log: EventDatabase, after number: UInt64) throws -> [UInt64] {
    try log.events(after: number, limit: 100).map(\.number)
  }

  private static let note = StoreFixture.draft(99, type: EventDraft.droppedType)

  @Test("what can be read before a spoiled event is read; the event itself is named")
  func prefix() throws {
    let log = try log(spoiled: [11], gone: [20])
    #expect(try numbers(log, after: 0) == Array(1...10))
    let spoiled = portError { _ = try log.events(after: 10, limit: 100) }
    #expect(spoiled?.code == .damaged)
    #expect(spoiled?.operation == "read event 11")
    #expect(try numbers(log, after: 11) == Array(12...19))
    let gone = portError { _ = try log.events(after: 19, limit: 100) }
    #expect(gone?.code == .damaged)
    #expect(gone?.description.contains("read event 20: it is not in the log") == true)
    #expect(try numbers(log, after: 20) == Array(21...30))
    #expect(try numbers(log, after: 30) == [])
  }

  @Test("spoiled events are given up once the cloud has all before them, and a note says which")
  func givenUp() throws {
    let log = try log(spoiled: [11, 12], gone: [13])
    #expect(try log.giveUpSpoiled(after: 10, note: Self.note) == nil, "10 may still be on its way")
    try log.acknowledge(through: 9)
    #expect(try log.giveUpSpoiled(after: 9, note: Self.note) == nil, "10 can be read")
    try log.acknowledge(through: 10)
    let spoiled = try #require(try log.giveUpSpoiled(after: 10, note: Self.note))
    #expect(spoiled.through == 13)
    #expect(spoiled.note.number == 31)
    #expect(spoiled.note.draft.detail["from"] == "11" && spoiled.note.draft.detail["to"] == "13")
    #expect(try log.position().dropped == 13)
    // From before them as from their end.
    #expect(try numbers(log, after: 10) == Array(14...31))
    #expect(try log.events(after: 30, limit: 1).map(\.draft) == [spoiled.note.draft])
    #expect(try log.giveUpSpoiled(after: 13, note: Self.note) == nil, "nothing is spoiled there")
    #expect(try log.position().last == 31)
  }

  @Test("a log that is spoiled to its end has the note that says so")
  func toTheEnd() throws {
    let log = try log(spoiled: Array(25...30), acknowledged: 24)
    #expect(portError { _ = try log.events(after: 24, limit: 9) }?.code == .damaged)
    #expect(try log.giveUpSpoiled(after: 24, note: Self.note)?.through == 30)
    #expect(try numbers(log, after: 24) == [31])
  }

  @Test("a cloud that goes back to before spoiled events is offered all others again")
  func rewound() throws {
    let log = try log(spoiled: [11], acknowledged: 10)
    _ = try log.giveUpSpoiled(after: 10, note: Self.note)
    try log.acknowledge(through: 31)
    let position = try log.rewind(through: 5)
    #expect(position.acknowledged == 5 && position.dropped == 0)
    #expect(try numbers(log, after: 5) == Array(6...10))
  }

  @Test("urgent events come up to a spoiled one")
  func urgent() throws {
    let log = try fixture.events()
    _ = try log.append((1...3).map { StoreFixture.draft($0, type: "postern.alarm.raised.v1") })
    try log.pool.write { try $0.execute(sql: "UPDATE event SET draft = x'7B' WHERE number = 2") }
    #expect(try log.urgentEvents(after: 0, limit: 9).map(\.number) == [1])
    #expect(try log.urgentEvents(after: 2, limit: 9).map(\.number) == [3])
  }

  /// Pages of old events are overwritten in the file itself, as a worn card would.
  @Test("new events are kept although the pages of old ones are spoiled, and reach the cloud")
  func pages() throws {
    var log = try fixture.events(acknowledgedKept: 1)
    for start in stride(from: 1, through: 301, by: 100) {
      _ = try log.append((start..<start + 100).map { StoreFixture.draft($0) })
    }
    try log.acknowledge(through: 150)
    let pageSize = try log.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_size") } ?? 0
    // The leaf with this event: found by what is written in it.
    try fixture.end(log.pool)
    var bytes = try fixture.bytes(EventDatabase.fileName)
    for mark in [Data("\"event-40\"".utf8), Data("\"event-200\"".utf8)] {
      let place = try #require(bytes.range(of: mark)).lowerBound / pageSize * pageSize
      bytes.replaceSubrange(place..<place + pageSize, with: Data(repeating: 0xFF, count: pageSize))
    }
    try fixture.write(bytes, to: EventDatabase.fileName)
    log = try fixture.events(acknowledgedKept: 1)
    #expect(log.recovered == nil)
    for index in 401...420 {
      #expect(try log.append([StoreFixture.draft(index)]) == [UInt64(index)])
    }
    // As the session does: read, acknowledge, and give up where nothing can be read.
    var (after, taken, gone) = (UInt64(150), [UInt64](), [ClosedRange<UInt64>]())
    while try log.position().last > after {
      do {
        let events = try log.events(after: after, limit: 64)
        taken += events.map(\.number)
        after = try #require(events.last?.number)
        try log.acknowledge(through: after)
      } catch {
        let spoiled = try #require(try log.giveUpSpoiled(after: after, note: Self.note))
        gone.append(after + 1...spoiled.through)
        after = spoiled.through
      }
    }
    #expect(gone.count == 1 && gone[0].contains(200) && gone[0].count < 20, "\(gone)")
    #expect(taken == (151...after).filter { !gone[0].contains($0) })
    #expect(after == 421, "the note is the last")
  }
}
