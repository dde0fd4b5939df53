import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("The readable part of a damaged event log is carried over into a new file (F2, F3, D7)")
struct StoreSalvageTests {
  private let fixture = StoreFixture()
  private let file = EventDatabase.fileName

  /// A log of 400 events, of which the cloud has the first 50, with a value and a command whose
  /// result is on its way.
  private func filled() throws -> EventDatabase {
    let log = try fixture.events()
    for start in stride(from: 1, through: 400, by: 100) {
      _ = try log.append((start..<start + 100).map { StoreFixture.draft($0) })
    }
    try log.acknowledge(through: 50)
    try log.setValues(["mode": [1, 2, 3]])
    let now = WallInstant(millisecondsSince1970: 1_700_000_000_000)
    _ = try log.begin(commandID: "c-1", at: now, expires: now.advanced(bySeconds: 60))
    try log.finish(
      commandID: "c-1",
      result: CommandResult(
        commandID: "c-1", outcome: .confirmed, reason: nil, simulated: true, timeMilliseconds: 1))
    return log
  }

  private func expectRest(of log: EventDatabase) throws {
    #expect(try log.value(forKey: "mode") == [1, 2, 3])
    #expect(try log.unconfirmedResults(limit: 9).map(\.commandID) == ["c-1"])
    let integrity = try log.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(integrity == "ok")
  }

  @Test("the page with the newest events is damaged: all others stay, and numbers continue")
  func newest() throws {
    let log = try filled()
    let before = try log.position()
    try fixture.overwritePages(of: log.pool, holding: ["\"event-400\""], in: file)
    let new = try fixture.events()
    let aside = fixture.path("events.sqlite.damaged-1")
    #expect(new.recovered == DamagedFile(path: aside, isSalvaged: true))
    #expect(try new.position() == before)
    #expect(try new.append([StoreFixture.draft(401)]) == [401])
    let (taken, gone, after) = try StoreFixture.readUp(new, after: 50)
    #expect(after == 402, "the note is the last")
    #expect(gone.count == 1 && gone[0].contains(400) && gone[0].count < 20, "\(gone)")
    #expect(taken == (51...after).filter { !gone[0].contains($0) })
    try expectRest(of: new)
    #expect(try fixture.files().contains("events.sqlite.damaged-1"))
  }

  @Test("a file that was cut short: the events before the cut stay")
  func cut() throws {
    let log = try filled()
    let epoch = try log.position().epoch
    try fixture.end(log.pool)
    let bytes = try fixture.bytes(file)
    try fixture.write(bytes.prefix(bytes.count * 3 / 4 / 4_096 * 4_096), to: file)
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == true)
    #expect(try new.position().epoch == epoch)
    #expect(try new.append([StoreFixture.draft(401)]) == [401])
    let (taken, gone, after) = try StoreFixture.readUp(new, after: 50)
    #expect(taken.count > 100, "\(taken.count)")
    #expect(Set(taken).union(gone.joined()) == Set(51...after))
  }

  @Test("after a read met a damaged page, the next start makes a new file, once")
  func met() throws {
    let log = try filled()
    try fixture.overwritePages(
      of: log.pool, holding: ["\"event-20\"", "\"event-200\""], in: file)
    let spoiled = try fixture.events()
    #expect(spoiled.recovered == nil)
    #expect(try spoiled.events(after: 50, limit: 1_000).count > 100)
    #expect(try fixture.files().contains("events.sqlite.spoiled"))
    #expect(try spoiled.append([StoreFixture.draft(401)]) == [401])
    try fixture.end(spoiled.pool)

    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == true)
    try expectRest(of: new)
    let (taken, gone, after) = try StoreFixture.readUp(new, after: 50)
    #expect(gone.count == 1 && gone[0].contains(200) && gone[0].count < 20, "\(gone)")
    #expect(taken == (51...after).filter { !gone[0].contains($0) })
    let old = try new.page(EventQuery(before: 51, limit: 500)).map(\.number)
    #expect(old.first == 50 && old.last == 1, "what the cloud has, on both sides of the page")
    #expect(old.count > 30 && !old.contains(20), "\(old)")
    try fixture.end(new.pool)
    #expect(try fixture.events().recovered == nil)
    #expect(try !fixture.files().contains("events.sqlite.damaged-2"))
  }

  @Test("A2: a database that is not opened yet says so at once, and opens with its first use")
  func opensLater() throws {
    let folder = fixture.folder
    let late = LateOpening(opensAtOnce: false) { () throws(PortError) in
      try EventDatabase(folder: folder)
    }
    #expect(late.ifOpen == nil && late.failure?.code == .unavailable)
    _ = try late.opened()
    #expect(late.ifOpen != nil && late.failure == nil)
  }

  @Test("after a check on site finds a damaged page, the next start makes a new file")
  func checked() throws {
    let log = try filled()
    try fixture.overwritePages(of: log.pool, holding: ["\"event-200\""], in: file)
    let folder = fixture.folder
    let late = LateOpening { () throws(PortError) in try EventDatabase(folder: folder) }
    let health = late.health()
    #expect(health.failure?.code == .damaged || health.integrity?.contains("ree") == true)
    try fixture.end(try #require(late.taken()).pool)
    #expect(try fixture.events().recovered?.isSalvaged == true)
  }

  @Test("a log whose damaged pages accept no event is opened again, and accepts them")
  func reopened() throws {
    let log = try filled()
    try fixture.overwriteRoot(of: "event_by_door", log.pool, in: file)
    let folder = fixture.folder
    let late = LateOpening { () throws(PortError) in try EventDatabase(folder: folder) }
    #expect(late.ifOpen?.recovered == nil)
    #expect(portError { _ = try late.append([StoreFixture.draft(401)]) }?.code == .damaged)
    #expect(late.ifOpen == nil)
    #expect(late.failure?.code == .damaged)
    // What the call does that comes late enough.
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == true)
    #expect(try new.append([StoreFixture.draft(401)]) == [401])
    #expect(try StoreFixture.readUp(new, after: 50).taken == Array(51...401))
    try expectRest(of: new)
  }

  @Test("a power cut between moving the damaged file and the new one: the new one is used")
  func interrupted() throws {
    let log = try filled()
    let before = try log.position()
    try fixture.end(log.pool)
    try FileManager.default.moveItem(
      atPath: fixture.path(file), toPath: fixture.path(file + ".salvaged"))
    let new = try fixture.events()
    #expect(new.recovered == nil)
    #expect(try new.position() == before)
    try expectRest(of: new)
  }

  @Test("the write-ahead log of the damaged file is not applied to the new one")
  func staleLog() throws {
    let log = try filled()
    #expect(try log.position().last == 400)
    let other = StoreFixture()
    let small = try other.events()
    _ = try small.append([StoreFixture.draft(1)])
    let before = try small.position()
    try other.end(small.pool)
    let cut = StoreFixture()
    try cut.write(try other.bytes(file), to: file + ".salvaged")
    try cut.write(try fixture.bytes(file + "-wal"), to: file + "-wal")
    let new = try cut.events()
    #expect(try new.position() == before)
    #expect(try new.append([StoreFixture.draft(2)]) == [2])
  }

  @Test("an unfinished file is not used when the log is removed")
  func takenAway() throws {
    let log = try filled()
    try fixture.end(log.pool)
    try fixture.write(try fixture.bytes(file), to: file + ".salvaged")
    try fixture.end(try fixture.events().pool)
    try FileManager.default.removeItem(atPath: fixture.path(file))
    #expect(try fixture.events().position().last == 0)
  }

  @Test("a carry-over that a power cut interrupted starts again")
  func unfinished() throws {
    let log = try filled()
    try fixture.overwritePages(of: log.pool, holding: ["\"event-400\""], in: file)
    try fixture.write(Data("half a file".utf8), to: file + ".salvaged")
    #expect(try fixture.events().recovered?.isSalvaged == true)
    let files = try fixture.files()
    #expect(!files.contains { $0.contains(".salvaged") }, "\(files)")
  }

  @Test("of the acknowledged events only the newest 10,000 are carried over")
  func settled() throws {
    let count = EventSalvage.salvagedSettledMax + 100
    let log = try fixture.events()
    for start in stride(from: 1, through: count, by: 1_010) {
      _ = try log.append((start..<start + 1_010).map { StoreFixture.draft($0) })
    }
    let last = try log.position().last
    try log.acknowledge(through: last)
    log.file.noteSpoiled()
    try fixture.end(log.pool)
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == true)
    let numbers = try new.pool.read { try Int.fetchAll($0, sql: "SELECT number FROM event") }
    #expect(numbers == Array(Int(last) - EventSalvage.salvagedSettledMax + 1...Int(last)))
  }

  @Test("a log whose schema is damaged begins anew; what the door remembers stays")
  func schema() throws {
    let log = try filled()
    let before = try log.position()
    try log.pool.write { try $0.execute(sql: "ALTER TABLE event RENAME COLUMN chain TO chbin") }
    #expect(portError { _ = try log.events(after: 0, limit: 1) }?.code == .damaged)
    #expect(portError { _ = try log.append([StoreFixture.draft(1)]) }?.code == .damaged)
    try fixture.end(log.pool)
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == false)
    #expect(try new.position().epoch != before.epoch)
    #expect(try new.append([StoreFixture.draft(1)]) == [1])
    try expectRest(of: new)
  }

  @Test(
    "C5: a count that cannot be right is not carried over; spent uses and acted commands are",
    arguments: ["4000000000000000000", "-1", "399"])
  func wrongCount(_ last: String) throws {
    let log = try filled()
    let before = try log.position()
    try log.pool.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA ignore_check_constraints = ON; UPDATE log SET last = \(last)")
    }
    try fixture.end(log.pool)
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == false)
    #expect(try new.position().epoch != before.epoch)
    try expectRest(of: new)
  }
}
