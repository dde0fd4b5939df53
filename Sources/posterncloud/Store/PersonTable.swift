import CloudProtocol
import Foundation
import GRDB

/// The table `person`. ``KnownPersonTable`` says which controllers get a person.
struct PersonTable {
  let database: DatabasePool

  /// Adds a person, or changes the one that is there, in one step: what another program changes
  /// meanwhile comes wholly before or after it. `change` gets nil for a person that is not there.
  /// Throws for a change that a controller would refuse, or ignore.
  func change(_ id: String, _ change: (PersonRecord?) throws -> PersonRecord) throws {
    try database.write { database in
      let present = try Self.find(id, database)
      let person = try change(present)
      do { _ = try person.validated(path: "person") } catch { throw CloudProblem("\(error)") }
      try Self.put(person, database)
      let known = present?.neededFeatures ?? []
      try ControllerTable.requireAbility(
        person.neededFeatures.filter { !known.contains($0) },
        of: KnownPersonTable.controllers(of: id, database), database)
    }
  }

  /// The same for a person that has to be there.
  func changePresent(_ id: String, _ change: (inout PersonRecord) -> Void) throws {
    try self.change(id) { present in
      guard var person = present else { throw CloudProblem("there is no person \(id)") }
      change(&person)
      return person
    }
  }

  /// Adds or replaces a person that was validated. Only the controllers that know the person, or
  /// are to know or forget the person by the new record, get a change.
  static func put(_ person: PersonRecord, _ database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO person (id, record, hash, bucket) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET record = excluded.record, hash = excluded.hash,
          bucket = excluded.bucket
        """
    ).execute(arguments: [
      person.id, try storedJSON(person), Data(try person.recordHash()),
      RecordSetDigest.bucket(of: person.id),
    ])
    try WayTable.replace(person.waysIn, ofPerson: person.id, database)
    try KnownPersonTable.changed(person.id, database)
    try ErasedTable.withdraw(.person(person.id), database)
  }

  /// Nil for a person that is not there.
  static func find(_ id: String, _ database: Database) throws -> PersonRecord? {
    try database.fetchJSON(
      PersonRecord.self, sql: "SELECT record FROM person WHERE id = ?", arguments: [id])
  }

  func isKnown(_ id: String) throws -> Bool { try database.read { try Self.isKnown(id, $0) } }

  static func isKnown(_ id: String, _ database: Database) throws -> Bool {
    try database.finds(sql: "SELECT 1 FROM person WHERE id = ?", arguments: [id])
  }
}
