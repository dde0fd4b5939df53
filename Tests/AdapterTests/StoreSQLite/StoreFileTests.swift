import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("The files of the state folder (F2, F3)")
struct StoreFileTests {
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  /// What a pragma says on the connection that commits.
  private func setting(_ pragma: String, of pool: DatabasePool) throws -> String? {
    try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
  }

  @Test("folder and files are for their owner only, the companions too")
  func modes() throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    let cache = try fixture.cache()
    _ = try events.append([StoreFixture.draft(1)])
    try cache.apply(StoreFixture.snapshot(1...1, revision: 1))
    #expect(try mode(fixture.folder) == 0o700)
    let files = try fixture.files()
    #expect(files.count == 6, "two files with a log and an index each: \(files)")
    for file in files { #expect(try mode(fixture.path(file)) == 0o600, "\(file)") }
  }

  @Test("every commit waits for the disk: synchronous is FULL on the writer (F2)")
  func synchronous() throws {
    let fixture = StoreFixture()
    for pool in [try fixture.events().pool, try fixture.cache().pool] {
      #expect(try setting("synchronous", of: pool) == "2")
      #expect(try setting("journal_mode", of: pool) == "wal")
      #expect(try setting("foreign_keys", of: pool) == "1")
      #expect(try setting("busy_timeout", of: pool) == "2000")
      #expect(try setting("temp_store", of: pool) == "2")
      #expect(
        try setting("wal_autocheckpoint", of: pool) == "\(DatabaseFile.checkpointPages)")
      #expect(
        try setting("journal_size_limit", of: pool) == "\(DatabaseFile.journalBytesMax)")
    }
  }

  @Test("synchronous is FULL after a second start as well (F2)")
  func synchronousAgain() throws {
    let fixture = StoreFixture()
    try fixture.events().pool.close()
    #expect(try setting("synchronous", of: try fixture.events().pool) == "2")
  }

  /// Ways in which a file goes bad.
  enum Damage: CaseIterable, Sendable {
    case garbageHeader, garbageThroughout, cutInHalf, cutInsideFirstPage, cutToNothing

    func apply(to bytes: Data) -> Data {
      switch self {
      case .garbageHeader: Data(repeating: 0xA5, count: 100) + bytes.dropFirst(100)
      case .garbageThroughout: Data((0..<bytes.count).map { UInt8($0 * 31 & 0xFF) })
      case .cutInHalf: bytes.prefix(bytes.count / 2 / 4_096 * 4_096)
      case .cutInsideFirstPage: bytes.prefix(1_000)
      case .cutToNothing: Data()
      }
    }
  }

  @Test("a damaged cache is moved aside, and the event log stays (F3)", arguments: Damage.allCases)
  func damagedCache(_ damage: Damage) throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    _ = try events.append([StoreFixture.draft(1)])
    let before = try events.position()
    try fixture.end(events.pool)
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...200, revision: 7))
    #expect(cache.recovered == nil)
    try fixture.end(cache.pool)
    let damaged = damage.apply(to: try fixture.bytes("cache.sqlite"))
    try fixture.write(damaged, to: "cache.sqlite")

    let empty = try fixture.cache()
    #expect(empty.recovered?.path == fixture.path("cache.sqlite.damaged-1"))
    #expect(try fixture.bytes("cache.sqlite.damaged-1") == damaged)
    #expect(try empty.credentialPosition().revision == 0)
    try empty.apply(StoreFixture.snapshot(1...3, revision: 8))
    #expect(try empty.credentialPosition().credentials == 3)
    let same = try fixture.events()
    #expect(same.recovered == nil)
    #expect(try same.position() == before)
  }

  @Test(
    "a damaged event log is kept aside, and a new epoch begins; the cache stays (F3)",
    arguments: Damage.allCases.filter { $0 != .cutInHalf })
  func damagedEvents(_ damage: Damage) throws {
    let fixture = StoreFixture()
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...3, revision: 7))
    try fixture.end(cache.pool)
    let events = try fixture.events()
    _ = try events.append((1...200).map { StoreFixture.draft($0) })
    let before = try events.position()
    try fixture.end(events.pool)
    let damaged = damage.apply(to: try fixture.bytes("events.sqlite"))
    try fixture.write(damaged, to: "events.sqlite")

    let new = try fixture.events()
    #expect(new.recovered?.path == fixture.path("events.sqlite.damaged-1"))
    #expect(try fixture.bytes("events.sqlite.damaged-1") == damaged)
    #expect(new.recovered?.isSalvaged == false)
    #expect(try new.position().epoch != before.epoch)
    #expect(try new.append([StoreFixture.draft(1)]) == [1])
    #expect(try fixture.cache().credentialPosition().revision == 7)
  }

  @Test("a second damaged file does not replace the first (F3)")
  func damagedTwice() throws {
    let fixture = StoreFixture()
    try fixture.write(Data("first, no database".utf8), to: "events.sqlite")
    try fixture.end(try fixture.events().pool)
    try fixture.write(Data("second, no database".utf8), to: "events.sqlite")
    #expect(try fixture.events().recovered?.path == fixture.path("events.sqlite.damaged-2"))
    #expect(try fixture.bytes("events.sqlite.damaged-1") == Data("first, no database".utf8))
  }

  @Test("a log whose count is behind its events begins anew: no number is used twice (F3, D7)")
  func countDisagrees() throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    _ = try events.append((1...5).map { StoreFixture.draft($0) })
    let before = try events.position()
    try events.pool.write { try $0.execute(sql: "UPDATE log SET last = 3") }
    try fixture.end(events.pool)
    let new = try fixture.events()
    #expect(new.recovered?.isSalvaged == false)
    #expect(try new.position().epoch != before.epoch)
  }

  @Test("a file of a newer version is refused and left as it is")
  func newer() throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    let epoch = try events.position().epoch
    try events.pool.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 of the future')")
    }
    try fixture.end(events.pool)
    let error = portError { _ = try fixture.events() }
    #expect(error?.code == .invalid)
    #expect(error?.detail.contains("newer version") == true)
    let pool = try DatabasePool(path: fixture.path("events.sqlite"))
    #expect(try pool.read { try String.fetchOne($0, sql: "SELECT epoch FROM log") } == epoch)
  }

  @Test("the error for an unusable folder names it (F3)")
  func noFolder() throws {
    let fixture = StoreFixture()
    try fixture.write(Data("in the way".utf8), to: "file")
    let error = portError { _ = try CacheDatabase(folder: fixture.path("file/state")) }
    #expect(error?.code == .unavailable)
    #expect(error?.operation.contains(fixture.path("file/state")) == true)
  }

  @Test("a full disk is reported, nothing is half written, and free space heals it (F3)")
  func full() throws {
    let fixture = StoreFixture()
    let events = try fixture.events()
    _ = try events.append([StoreFixture.draft(1)])
    func allow(_ pages: Int) throws {
      try events.pool.writeWithoutTransaction {
        _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)")
      }
    }
    try allow(1)
    let error = portError { _ = try events.append((2...2_000).map { StoreFixture.draft($0) }) }
    #expect(error?.code == .full)
    #expect(try events.position().last == 1)
    try allow(1_000_000)
    #expect(try events.append([StoreFixture.draft(2)]) == [2])
  }

  @Test(
    "SQLite's failures come out as the port's",
    arguments: [
      (ResultCode.SQLITE_FULL, PortError.Code.full), (.SQLITE_IOERR_FSYNC, .inputOutput),
      (.SQLITE_CORRUPT, .damaged), (.SQLITE_NOTADB, .damaged),
      (.SQLITE_CANTOPEN_ISDIR, .unavailable), (.SQLITE_READONLY_DIRECTORY, .unavailable),
      (.SQLITE_BUSY_SNAPSHOT, .busy), (.SQLITE_LOCKED, .busy), (.SQLITE_ERROR, .damaged),
    ])
  func codes(_ result: ResultCode, _ expected: PortError.Code) {
    let error = PortError(DatabaseError(resultCode: result, message: "so it is"), during: "work")
    #expect(error.code == expected)
    #expect(error.operation == "work")
    #expect(error.detail.contains("so it is"))
  }
}
