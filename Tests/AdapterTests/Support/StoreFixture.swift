import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB

@testable import StoreSQLite

/// A state folder of one test; removed with it.
final class StoreFixture: Sendable {
  let folder: String

  init() {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-store-\(UUID().uuidString)").path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ file: String) -> String { "\(folder)/\(file)" }

  func bytes(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(file)))
  }

  func write(_ bytes: Data, to file: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try bytes.write(to: URL(fileURLWithPath: path(file)))
  }

  func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  func events(acknowledgedKept: Int = EventDatabase.acknowledgedKeptMin) throws -> EventDatabase {
    try EventDatabase(folder: folder, acknowledgedKept: acknowledgedKept)
  }

  func cache() throws -> CacheDatabase { try CacheDatabase(folder: folder) }

  /// Ends as a clean stop does: the file is complete and its write-ahead log is empty.
  func end(_ pool: DatabasePool) throws {
    _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    try pool.close()
  }

  /// Copies what a power cut would leave: file and write-ahead log as they are now. `cut` takes
  /// that many bytes off the end of the log.
  func image(of file: String, cut: Int = 0) throws -> StoreFixture {
    let image = StoreFixture()
    try image.write(try bytes(file), to: file)
    let log = try bytes("\(file)-wal")
    try image.write(log.prefix(max(log.count - cut, 0)), to: "\(file)-wal")
    return image
  }

  static func draft(
    _ index: Int, type: String = "postern.access.granted.v1", door: String? = "front",
    person: String? = nil
  ) -> EventDraft {
    EventDraft(
      id: "event-\(index)", type: type, timeMilliseconds: 1_700_000_000_000 + Int64(index),
      clockTrust: "synchronised", simulated: true, door: door, person: person,
      reason: index % 2 == 0 ? nil : "unknownCredential", detail: ["index": "\(index)"])
  }

  /// Makes events unreadable, as a bad page would: their bytes are not JSON any more.
  static func spoil(_ log: EventDatabase, where condition: String) throws {
    try log.pool.write {
      try $0.execute(sql: "UPDATE event SET draft = x'00' WHERE \(condition)")
    }
  }

  /// Makes a row of the small state one that has no value, as a flipped bit of its header does. The
  /// table's own rules refuse such a row.
  static func spoilState(_ log: EventDatabase, _ key: String) throws {
    try log.pool.write {
      try $0.execute(sql: "ALTER TABLE state RENAME TO sound_state")
      try $0.execute(sql: "CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB)")
      try $0.execute(sql: "INSERT INTO state SELECT * FROM sound_state; DROP TABLE sound_state")
      try $0.execute(sql: "UPDATE state SET value = NULL WHERE key = ?", arguments: [key])
    }
  }

  /// Overwrites the pages of this file that hold one of these texts, as a worn card would. Ends the
  /// database.
  func overwritePages(of pool: DatabasePool, holding texts: [String], in file: String) throws {
    try overwritePages(of: pool, in: file) { bytes, pageSize in
      try texts.map { text in
        guard let found = bytes.range(of: Data(text.utf8)) else { throw CocoaError(.formatting) }
        return found.lowerBound / pageSize
      }
    }
  }

  /// The same with the page where this index begins.
  func overwriteRoot(of index: String, _ pool: DatabasePool, in file: String) throws {
    let root = try pool.read {
      try Int.fetchOne(
        $0, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [index])
    }
    guard let root else { throw CocoaError(.formatting) }
    try overwritePages(of: pool, in: file) { _, _ in [root - 1] }
  }

  /// `pages` says which, from 0, by the bytes of the whole file and the size of a page.
  private func overwritePages(
    of pool: DatabasePool, in file: String, pages: (Data, Int) throws -> [Int]
  ) throws {
    let pageSize = try pool.read { try Int.fetchOne($0, sql: "PRAGMA page_size") } ?? 0
    try end(pool)
    var bytes = try bytes(file)
    for page in try pages(bytes, pageSize) {
      let place = page * pageSize
      bytes.replaceSubrange(
        place..<place + pageSize, with: Data(repeating: 0xFF, count: pageSize))
    }
    try write(bytes, to: file)
  }

  /// As the session does: read, acknowledge, and give up where nothing can be read; what the disk
  /// refuses is asked for again.
  static func readUp(
    _ log: EventDatabase, after start: UInt64
  ) throws -> (taken: [UInt64], gone: [ClosedRange<UInt64>], after: UInt64) {
    var (after, taken, gone) = (start, [UInt64](), [ClosedRange<UInt64>]())
    var refusals = 0
    while try log.position().last > after {
      do {
        let events = try log.events(after: after, limit: 64)
        guard let last = events.last else { throw CocoaError(.formatting) }
        taken += events.map(\.number)
        after = last.number
        try log.acknowledge(through: after)
      } catch let error as PortError where error.code == .damaged {
        let note = draft(99, type: EventType.eventsDropped.wireName)
        guard let spoiled = try log.giveUpSpoiled(after: after, note: note) else { throw error }
        gone.append(after + 1...spoiled.through)
        after = spoiled.through
      } catch let error as PortError where error.code == .inputOutput {
        refusals += 1
        guard refusals < 10 * EventReader.refusedReadsMax else { throw error }
      }
    }
    return (taken, gone, after)
  }

  static func digest(_ number: Int) -> CredentialDigest {
    var bytes = [UInt8](repeating: 0x5A, count: CredentialDigest.byteCount)
    for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
    guard let digest = CredentialDigest(bytes: bytes) else { preconditionFailure("32 bytes") }
    return digest
  }

  static func person(_ number: Int, hours: HoursDocument? = nil) -> PersonRecord {
    PersonRecord(
      id: "p\(number)", accessEnabled: true, memberType: "member", tags: ["early", "sauna"],
      grants: [GrantRecord(facilityWide: false, doors: ["front"], accessHours: hours)])
  }

  static func credential(
    _ number: Int, person: Int? = nil, digest: Int? = nil, status: String = "active",
    until: Int64? = nil
  ) -> CredentialRecord {
    CredentialRecord(
      id: "c\(number)", kind: "card", person: "p\(person ?? number)", status: status,
      digest: Self.digest(digest ?? number), validFrom: 1_600_000_000, validUntil: until,
      doors: ["front"], scopes: ["gym"])
  }

  /// Persons and credentials of these numbers, each credential of the person of its number.
  static func snapshot(_ numbers: ClosedRange<Int>, revision: UInt64) -> CredentialDelta {
    CredentialDelta(
      baseRevision: nil, revision: revision, persons: numbers.map { person($0) },
      credentials: numbers.map { credential($0) })
  }

  static func configuration(_ revision: UInt64, name: String = "Hall") -> ConfigurationDocument {
    ConfigurationDocument(
      revision: revision,
      facility: FacilityDocument(id: "f1", name: name, timeZone: "Europe/Berlin"), scopes: [],
      doors: [DoorDocument(id: "front", name: "Front")])
  }
}

/// The error that `body` throws; nil when it throws none.
func portError(_ body: () throws -> Void) -> PortError? {
  do {
    try body()
    return nil
  } catch {
    return error as? PortError
  }
}
