import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("A damaged page loses the events on it, and no others (F3, D7)")
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

  private static let note = StoreFixture.draft(99, type: EventType.eventsDropped.wireName)

  @Test("the events before an unreadable one are read; the error names the unreadable one")
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

  @Test(
    "unreadable events are given up once the cloud has all before them, and an event records which")
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

  @Test("a log that is unreadable to its end gets the event that records it")
  func toTheEnd() throws {
    let log = try log(spoiled: Array(25...30), acknowledged: 24)
    #expect(portError { _ = try log.events(after: 24, limit: 9) }?.code == .damaged)
    #expect(try log.giveUpSpoiled(after: 24, note: Self.note)?.through == 30)
    #expect(try numbers(log, after: 24) == [31])
  }

  @Test("a cloud that rewinds to before unreadable events is offered all others again")
  func rewound() throws {
    let log = try log(spoiled: [11], acknowledged: 10)
    _ = try log.giveUpSpoiled(after: 10, note: Self.note)
    try log.acknowledge(through: 31)
    let position = try log.rewind(through: 5)
    #expect(position.acknowledged == 5 && position.dropped == 0)
    #expect(try numbers(log, after: 5) == Array(6...10))
  }

  @Test("urgent events are read up to an unreadable one")
  func urgent() throws {
    let log = try fixture.events()
    _ = try log.append((1...3).map { StoreFixture.draft($0, type: "postern.alarm.raised.v1") })
    try log.pool.write { try $0.execute(sql: "UPDATE event SET draft = x'7B' WHERE number = 2") }
    #expect(try log.urgentEvents(after: 0, limit: 9).map(\.number) == [1])
    #expect(try log.urgentEvents(after: 2, limit: 9).map(\.number) == [3])
  }

  /// Pages of old events are overwritten in the file itself, as a worn card would.
  @Test("new events are stored although pages of old ones are damaged, and reach the cloud")
  func pages() throws {
    var log = try fixture.events(acknowledgedKept: 1)
    for start in stride(from: 1, through: 301, by: 100) {
      _ = try log.append((start..<start + 100).map { StoreFixture.draft($0) })
    }
    try log.acknowledge(through: 150)
    try fixture.overwritePages(
      of: log.pool, holding: ["\"event-40\"", "\"event-200\""], in: EventDatabase.fileName)
    log = try fixture.events(acknowledgedKept: 1)
    #expect(log.recovered == nil)
    for index in 401...420 {
      #expect(try log.append([StoreFixture.draft(index)]) == [UInt64(index)])
    }
    let (taken, gone, after) = try StoreFixture.readUp(log, after: 150)
    #expect(gone.count == 1 && gone[0].contains(200) && gone[0].count < 20, "\(gone)")
    #expect(taken == (151...after).filter { !gone[0].contains($0) })
    #expect(after == 421, "the note is the last")
  }

  @Test("a page that the disk refuses is read ten times before it counts as lost (D5)")
  func refused() throws {
    var log = try fixture.events()
    _ = try log.append((1...100).map { StoreFixture.draft($0) })
    try fixture.overwritePages(of: log.pool, holding: ["\"event-50\""], in: EventDatabase.fileName)
    log = try fixture.events()
    let start = try #require(try log.events(after: 0, limit: 1_000).last).number
    #expect(start < 50)
    for time in 1..<EventReader.refusedReadsMax {
      let error = portError { _ = try log.events(after: start, limit: 1_000) }
      #expect(error?.code == .inputOutput, "\(time)")
    }
    let last = portError { _ = try log.events(after: start, limit: 1_000) }
    #expect(last?.code == .damaged)
    #expect(last?.detail.contains("10 times in a row") == true)
  }

  @Test("old events behind a damaged page are removed; those on it stay")
  func removed() throws {
    var log = try fixture.events(acknowledgedKept: 10)
    _ = try log.append((1...300).map { StoreFixture.draft($0) })
    try log.acknowledge(through: 300)
    try fixture.overwritePages(
      of: log.pool, holding: ["\"event-1\"", "\"event-100\""], in: EventDatabase.fileName)
    // Nothing tells of it before: the start has no reason to make a new file.
    log = try fixture.events(acknowledgedKept: 10)
    for index in 301...500 {
      try log.acknowledge(through: UInt64(index - 1))
      #expect(try log.append([StoreFixture.draft(index)]) == [UInt64(index)])
    }
    // Not even the oldest can be found, so that all that was due then stays.
    let left = try log.page(EventQuery(after: 280, limit: 500)).map(\.number)
    let later = Array(left.dropFirst(10))
    #expect(left.prefix(10) == [281, 282, 283, 284, 285, 286, 287, 288, 289, 290])
    #expect((11..<11 + LogPruning.batch).contains(later.count), "\(left)")
    #expect(later == Array((501 - UInt64(later.count))...500), "\(left)")
  }

  @Test("a full log with a damaged page accepts new events and records what it drops")
  func full() throws {
    func open() throws -> EventDatabase {
      try EventDatabase(
        folder: fixture.folder, acknowledgedKept: 10, unacknowledgedMax: 200,
        droppedPerCommitMax: 20)
    }
    var log = try open()
    _ = try log.append((1...200).map { StoreFixture.draft($0) })
    try fixture.overwritePages(of: log.pool, holding: ["\"event-40\""], in: EventDatabase.fileName)
    log = try open()
    for index in 201...400 { _ = try log.append([StoreFixture.draft(index)]) }
    let position = try log.position()
    #expect(position.last >= 400)
    #expect(position.lacked <= 200, "\(position)")
    let read = try log.events(after: position.settled, limit: 1_000)
    #expect(read.map(\.number) == Array(position.settled + 1...position.last))
    #expect(read.contains { $0.draft.reason == "logFull" })
  }
}
