import CloudProtocol
import DoorRules
import Foundation
import GRDB
import Testing

@testable import CloudAPI
@testable import posterncloud

@Suite("What is old and done is cleared away, and nothing else (D16, C9)")
struct RetentionTests {
  private static let day: Int64 = 86_400_000

  private let world: ReachFixture
  private let platform: SQLitePlatform
  private let now = CloudClock.now()

  init() throws {
    world = try ReachFixture()
    try world.enrol("gate-1")
    platform = SQLitePlatform(database: world.store.database)
  }

  private func sweep(_ words: String...) throws -> RetentionSweep {
    RetentionSweep(database: world.store.database, keeps: try Retention.parse(words))
  }

  private func count(_ table: String) throws -> Int {
    try world.store.database.read {
      try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(table)") ?? 0
    }
  }

  private func take(_ numbers: ClosedRange<UInt64>) throws {
    let id = try #require(ControllerID("gate-1"))
    let batch = try FakeDoor.events(numbers)
    _ = try world.store.events.take(batch, from: id)
  }

  /// Notices go when no webhook needs them; here there is none.
  private func clearNotices(at now: Int64) async throws {
    try await platform.write { try $0.removeNotices(before: now, through: .max, limit: 100_000) }
  }

  @Test("events go after their time, in small batches, and the latest keeps its position")
  func events() async throws {
    for start in stride(from: UInt64(1), through: 1_101, by: 100) {
      try take(start...start + 99)
    }
    let sweep = try sweep("--keep-events", "40")
    try await clearNotices(at: .max)
    #expect(try sweep.round(at: now + 39 * Self.day)[.event] == 0)
    let late = now + 41 * Self.day
    #expect(try sweep.round(at: late)[.event] == RetentionSweep.batchMax)
    #expect(try sweep.round(at: late)[.event] == RetentionSweep.batchMax)
    #expect(try sweep.round(at: late)[.event] == 199)
    #expect(try sweep.round(at: late)[.event] == 0)
    let last = try #require(try world.store.events.list(controller: nil, after: nil, limit: 9).last)
    #expect(last.position == 1_200)
    // The log goes on where it was, and a cursor of a platform still means the same.
    try take(1_201...1_202)
    let found = try world.store.events.list(controller: nil, after: 1_200, limit: 9)
    #expect(found.map(\.position) == [1_201, 1_202])
    let id = try #require(ControllerID("gate-1"))
    #expect(try world.store.events.acknowledged(of: id)?.through == 1_202)
  }

  @Test("events that a notice still names are kept, however old")
  func notices() async throws {
    try take(1...10)
    let sweep = try sweep("--keep-events", "40")
    let late = now + 400 * Self.day
    #expect(try sweep.round(at: late)[.event] == 0)
    try await clearNotices(at: .max)
    #expect(try sweep.round(at: late)[.event] == 9)
  }

  @Test("notices that nobody waits for go too, where no API is served, and hold nothing back")
  func withoutAPI() async throws {
    try take(1...120)
    let sweep = try sweep("--keep-events", "31")
    #expect(try await !sweep.clear(at: now + 29 * Self.day))
    #expect(try count("notice") == 120)
    var rounds = 0
    while try await sweep.clear(at: now + 40 * Self.day), rounds < 9 { rounds += 1 }
    #expect(try count("notice") == 0)
    #expect(try count("event") == 1)
  }

  @Test("an alarm that came ahead stays until its turn in the log has come")
  func alarms() async throws {
    let id = try #require(ControllerID("gate-1"))
    try take(1...3)
    for number in [2, 5] as [UInt64] {
      let event = try #require(try FakeDoor.events(number...number).events.first)
      try world.store.urgentEvents.take(
        UrgentEvent(controller: "gate-1", epoch: "e", event: event), from: id)
    }
    try await clearNotices(at: .max)
    let sweep = try sweep()
    let late = now + 401 * Self.day
    #expect(try sweep.round(at: late)[.urgent] == 1)
    #expect(try world.store.urgentEvents.list(controller: nil, limit: 9).map(\.position) == [5])
    try take(4...6)
    try await clearNotices(at: .max)
    #expect(try sweep.round(at: late)[.urgent] == 1)
  }

  @Test("commands go with their unlocks; one that may still be answered stays")
  func commands() async throws {
    let id = try #require(ControllerID("gate-1"))
    let done = try world.store.commands.queue(
      Command(kind: .identify), for: "gate-1", secondsToLive: 30)
    try world.store.commands.finish(
      CommandResult(
        commandID: done, outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 0),
      by: id)
    let open = try world.store.commands.queue(
      Command(kind: .identify), for: "gate-1", secondsToLive: 200 * 86_400)
    let at = now
    try await platform.write { try $0.put(.unlock, done, parent: nil, [0x7B, 0x7D], at: at) }
    try await clearNotices(at: .max)
    let sweep = try sweep()
    #expect(try sweep.round(at: now + 89 * Self.day)[.command] == 0)
    let removed = try sweep.round(at: now + 91 * Self.day)
    #expect(removed[.command] == 1 && removed[.unlock] == 1)
    #expect(try world.store.commands.get(done) == nil)
    #expect(try world.store.commands.get(open) != nil)
    #expect(try sweep.round(at: now + 300 * Self.day)[.command] == 1)
  }

  @Test("a report of a handed-over key stays as long as the key opens")
  func issued() throws {
    let id = try #require(ControllerID("gate-1"))
    let keys = try ["open", "ended", "revoked"].map { name in
      var record = try ReachFixture.card(name, of: "guest")
      if name == "ended" { record.validUntil = now / 1_000 + 60 }
      return IssuedKey(
        record: record, issuer: "desk", certificate: "desk-1", order: name, issuedAt: 1,
        handedOverAt: 2)
    }
    _ = try world.store.issued.reconcile(
      IssuedReport(controller: "gate-1", keys: keys), of: id)
    try world.store.credentials.revoke("revoked")
    try world.store.database.write { try $0.execute(sql: "DELETE FROM notice") }
    let sweep = try sweep("--keep-issued", "31")
    #expect(try sweep.round(at: now + 30 * Self.day)[.issued] == 0)
    #expect(try sweep.round(at: now + 32 * Self.day)[.issued] == 2)
    #expect(try world.store.issued.list(of: "gate-1").map { $0.key.record.id } == ["open"])
  }

  @Test("audit and snapshots go after their time")
  func auditAndSnapshots() async throws {
    let at = now
    try await platform.write { try $0.append(.audit, [0x7B, 0x7D], at: at) }
    try world.add("ada")
    try world.issue("key-1", to: "ada", at: "gate-1")
    _ = try world.store.snapshots.offer(for: "gate-1", atController: 0)
    try await world.store.database.write { try $0.execute(sql: "DELETE FROM notice") }
    let sweep = try sweep()
    var removed = try sweep.round(at: now + Self.day / 2)
    #expect(removed[.audit] == 0 && removed[.snapshot] == 0)
    removed = try sweep.round(at: now + 2 * Self.day)
    #expect(removed[.audit] == 0 && removed[.snapshot] == 1)
    removed = try sweep.round(at: now + 401 * Self.day)
    #expect(removed[.audit] == 1)
  }

  @Test("a controller that missed what it was to forget and is forgotten here gets everything")
  func withdrawn() throws {
    let id = try #require(ControllerID("gate-1"))
    try world.add("ada")
    try world.issue("stays", to: "ada", at: "gate-1")
    let more = 3
    let count = RetentionSweep.withdrawnMax + more
    try world.store.database.write { database in
      for number in 0..<count {
        try KnownPersonTable.withdraw("credential", "k\(number)", at: "gate-1", database)
      }
    }
    let before = try world.store.revisions.line(of: id)
    #expect(try sweep().round(at: now)[.withdrawn] == more)
    let after = try world.store.revisions.line(of: id)
    #expect(after.last == before.last && after.floor == 2 + UInt64(more))
    #expect(try sweep().round(at: now)[.withdrawn] == 0)
    // Who has seen them goes on with changes.
    let delta = try world.store.deltas.delta(for: "gate-1", since: after.floor)
    #expect(delta?.removedCredentials.first == "k\(more)")
  }

  @Test("times that are too short for cursors and webhooks are refused")
  func settings() {
    for words in [["--keep-events", "30"], ["--keep-audit", "0"], ["--keep-issued", "99999"]] {
      #expect(throws: (any Error).self) { try Retention.parse(words) }
    }
  }
}
