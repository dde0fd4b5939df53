import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("The event log: numbered without gaps, kept until the cloud has it (D7, F2)")
struct StoreEventLogTests {
  private let fixture = StoreFixture()

  private func drafts(_ numbers: ClosedRange<Int>) -> [EventDraft] {
    numbers.map { StoreFixture.draft($0) }
  }

  @Test("a new log is empty and has an epoch of its own (D7)")
  func new() throws {
    let position = try fixture.events().position()
    #expect(position.last == 0)
    #expect(position.acknowledged == 0)
    #expect(UUID(uuidString: position.epoch) != nil)
    #expect(try StoreFixture().events().position().epoch != position.epoch)
  }

  @Test("events are read as they were written, and without a draft there is no commit (D7)")
  func roundTrip() throws {
    let events = try fixture.events()
    let draft = EventDraft(
      id: "a", type: "t", timeMilliseconds: -1, clockTrust: "unknown", simulated: false,
      door: "d", reader: "r", person: "p", credential: "c", reason: "x", checkInCandidate: true,
      detail: ["key": "line\nbreak, \"quote\", ü"])
    #expect(try events.append([draft]) == [1])
    #expect(try events.append([]) == [])
    let link = EventChain.link(after: EventChain.start, json: try JSONCoding.encode(draft))
    #expect(
      try events.events(after: 0, limit: 10)
        == [StoredEvent(number: 1, draft: draft, chain: link)])
  }

  @Test("numbers stay gapless over concurrent appends and a restart (D7)")
  func gapless() async throws {
    let events = try fixture.events()
    let given = try await withThrowingTaskGroup(of: [UInt64].self) { group in
      for task in 0..<8 {
        group.addTask {
          var numbers: [UInt64] = []
          for round in 0..<10 {
            let batch = (0...task % 3).map { StoreFixture.draft(task * 1_000 + round * 10 + $0) }
            let got = try events.append(batch)
            #expect(got.count == batch.count)
            #expect(got == Array(got[0]..<got[0] + UInt64(got.count)), "one after the other")
            numbers += got
          }
          return numbers
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(given.sorted() == Array(1...UInt64(given.count)))
    try events.pool.close()
    let again = try fixture.events()
    #expect(try again.position().last == UInt64(given.count))
    #expect(try again.append([StoreFixture.draft(1)]) == [UInt64(given.count) + 1])
    let all = try again.events(after: 0, limit: .max)
    #expect(all.map(\.number) == Array(1...UInt64(given.count) + 1))
  }

  @Test("events after a number are read lowest first, at most the limit (D7)")
  func after() throws {
    let events = try fixture.events()
    _ = try events.append(drafts(1...10))
    #expect(try events.events(after: 3, limit: 4).map(\.number) == [4, 5, 6, 7])
    #expect(try events.events(after: 10, limit: 4).isEmpty)
    #expect(try events.events(after: .max, limit: 4).isEmpty)
    #expect(try events.events(after: 0, limit: -1).isEmpty)
  }

  @Test("an acknowledgement only goes forward, and not beyond the newest event (D7)")
  func acknowledge() throws {
    let events = try fixture.events()
    _ = try events.append(drafts(1...5))
    try events.acknowledge(through: 3)
    try events.acknowledge(through: 2)
    #expect(try events.position().acknowledged == 3)
    #expect(portError { try events.acknowledge(through: 6) }?.code == .invalid)
    #expect(portError { try events.acknowledge(through: .max) }?.code == .invalid)
    try events.pool.close()
    #expect(try fixture.events().position().acknowledged == 3)
  }

  @Test("the search returns the newest first, filtered, and with `after` the oldest first (D7)")
  func page() throws {
    let events = try fixture.events()
    _ = try events.append(
      (1...40).map {
        StoreFixture.draft(
          $0, type: $0 % 2 == 0 ? "even" : "odd", door: $0 % 4 < 2 ? "front" : "back",
          person: $0 % 10 == 0 ? "p1" : nil)
      })
    func numbers(_ query: EventQuery) throws -> [UInt64] {
      try events.page(query).map(\.number)
    }
    #expect(try numbers(EventQuery(limit: 3)) == [40, 39, 38])
    #expect(try numbers(EventQuery(before: 38, limit: 2)) == [37, 36])
    #expect(try numbers(EventQuery(after: 36, limit: 2)) == [37, 38])
    #expect(try numbers(EventQuery(person: "p1")) == [40, 30, 20, 10])
    #expect(try numbers(EventQuery(door: "front", person: "p1", type: "even")) == [40, 20])
    #expect(try numbers(EventQuery(before: 6, door: "back", type: "odd")) == [3])
    #expect(try numbers(EventQuery(door: "no such")).isEmpty)
    var unbounded = EventQuery()
    unbounded.limit = -1
    #expect(try numbers(unbounded).count == 1)
  }

  @Test("the search by door, person or type does not read the whole log (D7)")
  func indexes() throws {
    let events = try fixture.events()
    for column in ["door", "person", "type"] {
      let plan = try events.pool.read { database in
        try Row.fetchAll(
          database,
          sql: """
            EXPLAIN QUERY PLAN
            SELECT number, draft FROM event WHERE \(column) = ? ORDER BY number DESC LIMIT ?
            """, arguments: ["x", 1]
        ).map { try $0.decode(String.self, atIndex: 3) }.joined()
      }
      #expect(plan.contains("event_by_\(column)"), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
    }
  }

  @Test(
    "acknowledged old events are removed by 64 together, soon after an outage; others never (D7)")
  func prune() throws {
    let events = try fixture.events(acknowledgedKept: 100)
    func oldest() throws -> UInt64? { try events.events(after: 0, limit: 1).first?.number }
    _ = try events.append(drafts(1...500))
    try events.acknowledge(through: 300)
    // 200 too many: each new event makes room for four, 64 at a time.
    for index in 501...515 { _ = try events.append(drafts(index...index)) }
    #expect(try oldest() == 1)
    _ = try events.append(drafts(516...516))
    #expect(try oldest() == 65)
    for index in 517...548 { _ = try events.append(drafts(index...index)) }
    #expect(try oldest() == 193)
    // Eight are too many, which is too few.
    for index in 549...700 { _ = try events.append(drafts(index...index)) }
    #expect(try events.events(after: 0, limit: .max).map(\.number) == Array(193...700))
    // A commit that adds more than 64 removes as many.
    try events.acknowledge(through: 500)
    _ = try events.append(drafts(701...800))
    #expect(try oldest() == 293)
    try events.pool.close()
    #expect(try fixture.events().recovered == nil)
  }

  @Test(
    "D7: a log at its limit stays there, whatever comes with one commit",
    arguments: [1, 7, 64, 300])
  func pruneKeepsUp(together: Int) throws {
    let events = try fixture.events(acknowledgedKept: 50)
    var last = 0
    for _ in 0..<(1_200 / together) {
      _ = try events.append(drafts(last + 1...last + together))
      last += together
      try events.acknowledge(through: UInt64(last))
    }
    _ = try events.append(drafts(last + 1...last + together))
    let kept = try events.events(after: 0, limit: .max).count
    #expect(kept >= 50 && kept < 50 + 64 + together, "\(kept)")
  }

  @Test("D16: an event in a log at its limit costs at most a third more of the disk than below it")
  func costAtLimit() throws {
    // Events of many people, each with a page of its own in the index.
    func draft(_ number: Int) -> EventDraft {
      var draft = StoreFixture.draft(number, type: EventType.accessGranted.wireName)
      draft.person = "p\(number * 7_919 % 10_007)"
      return draft
    }
    let events = try fixture.events(acknowledgedKept: 6_000)
    try events.pool.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0")
    }
    _ = try events.append((1...6_000).map(draft))
    var next = 6_001
    func written(_ count: Int) throws -> Int {
      func size() throws -> Int {
        let path = "\(fixture.folder)/\(EventDatabase.fileName)-wal"
        return try #require(
          try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
      }
      let before = try size()
      for _ in 0..<count {
        _ = try events.append([draft(next)])
        next += 1
      }
      return try size() - before
    }
    let below = try written(640)
    try events.acknowledge(through: 6_640)
    // The excess of before is removed, and then one for each new event.
    _ = try written(160)
    try events.acknowledge(through: UInt64(next - 1))
    var atLimit = 0
    for _ in 0..<10 {
      atLimit += try written(64)
      try events.acknowledge(through: UInt64(next - 1))
    }
    let oldest = try #require(try events.events(after: 0, limit: 1).first?.number)
    #expect(oldest > 1_200)
    #expect(atLimit * 3 <= below * 4, "\(atLimit / 640) and \(below / 640) bytes an event")
  }

  @Test("a commit that fails in the middle leaves no event and no gap (D7, F2)")
  func failedCommit() throws {
    let events = try fixture.events()
    _ = try events.append(drafts(1...2))
    try events.pool.write {
      try $0.execute(
        sql: """
          CREATE TRIGGER fail BEFORE INSERT ON event WHEN new.number = 5
          BEGIN SELECT RAISE(ABORT, 'no'); END
          """)
    }
    #expect(portError { _ = try events.append(drafts(3...7)) }?.code == .inputOutput)
    #expect(try events.events(after: 0, limit: .max).map(\.number) == [1, 2])
    try events.pool.write { try $0.execute(sql: "DROP TRIGGER fail") }
    #expect(try events.append(drafts(3...4)) == [3, 4])
  }

  @Test("a power cut in the middle of a commit leaves the commits before it (F2)")
  func cutInCommit() throws {
    let events = try fixture.events()
    _ = try events.append(drafts(1...3))
    let image = try events.pool.write { database in
      // More than the page cache holds, so that much of it is in the files already.
      for number in 4...1_500 {
        try database.execute(
          sql: "INSERT INTO event (number, time, type, draft) VALUES (?, 0, 't', zeroblob(4000))",
          arguments: [number])
      }
      try database.execute(sql: "UPDATE log SET last = 1500")
      return try fixture.image(of: "events.sqlite")
    }
    #expect(try image.bytes("events.sqlite-wal").count > 1_000_000)
    let after = try image.events()
    #expect(after.recovered == nil)
    #expect(try after.position().last == 3)
    #expect(try after.append(drafts(4...4)) == [4])
  }

  @Test("wherever the write-ahead log is torn, the rest is gapless (F2, D7)")
  func torn() throws {
    let events = try fixture.events()
    for index in 1...20 { #expect(try events.append(drafts(index...index)) == [UInt64(index)]) }
    var seen: Set<UInt64> = []
    for cut in stride(from: 0, to: 120_000, by: 3_001) {
      let image = try fixture.image(of: "events.sqlite", cut: cut)
      let after = try image.events()
      #expect(after.recovered == nil)
      let last = try after.position().last
      let numbers = try after.events(after: 0, limit: .max).map(\.number)
      #expect(numbers == Array((0...last).dropFirst()))
      seen.insert(last)
    }
    #expect(seen.contains(20), "whole, nothing is lost")
    #expect(seen.count > 3, "the cuts reach into the commits: \(seen.sorted())")
  }

  @Test("small values survive a restart, change and can be removed")
  func state() throws {
    let events = try fixture.events()
    #expect(try events.value(forKey: "clock") == nil)
    try events.setValue([1, 2, 3], forKey: "clock")
    try events.setValue([], forKey: "empty")
    try events.setValue([9], forKey: "clock")
    try events.pool.close()
    let again = try fixture.events()
    #expect(try again.value(forKey: "clock") == [9])
    #expect(try again.value(forKey: "empty") == [])
    try again.setValue(nil, forKey: "clock")
    #expect(try again.value(forKey: "clock") == nil)
  }
}
