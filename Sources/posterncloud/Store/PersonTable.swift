import CloudProtocol
import Foundation
import GRDB

/// The table `person`. Every controller gets every person.
struct PersonTable {
  let database: DatabasePool

  func put(_ person: PersonRecord) throws {
    do { _ = try person.validated(path: "person") } catch { throw CloudProblem("\(error)") }
    try database.write { try Self.put(person, $0) }
  }

  /// Adds or replaces a person that was validated.
  static func put(_ person: PersonRecord, _ database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO person (id, record, revision, hash, bucket) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET record = excluded.record, revision = excluded.revision,
          hash = excluded.hash, bucket = excluded.bucket
        """
    ).execute(arguments: [
      person.id, try storedJSON(person), try RevisionTable.next(database),
      Data(try person.recordHash()), RecordSetDigest.bucket(of: person.id),
    ])
  }

  /// Throws for a person that is not there.
  func get(_ id: String) throws -> PersonRecord {
    guard let person = try find(id) else {
      throw CloudProblem("there is no person \(id)")
    }
    return person
  }

  /// Nil for a person that is not there.
  func find(_ id: String) throws -> PersonRecord? {
    try database.read { try Self.find(id, $0) }
  }

  static func find(_ id: String, _ database: Database) throws -> PersonRecord? {
    try database.fetchJSON(
      PersonRecord.self, sql: "SELECT record FROM person WHERE id = ?", arguments: [id])
  }

  static func isKnown(_ id: String, _ database: Database) throws -> Bool {
    try database.finds(sql: "SELECT 1 FROM person WHERE id = ?", arguments: [id])
  }
}
