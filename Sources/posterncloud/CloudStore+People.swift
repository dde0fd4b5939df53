import CloudProtocol
import DoorRules
import Foundation
import GRDB

extension CloudStore {
  func put(_ person: PersonRecord) throws {
    do { _ = try person.validated(path: "person") } catch { throw CloudProblem("\(error)") }
    try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO person VALUES (?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET record = excluded.record, revision = excluded.revision
          """,
        arguments: [
          person.id, Data(try JSONCoding.encode(person)), try Self.nextRevision(database),
        ])
    }
  }

  func person(_ id: String) throws -> PersonRecord {
    let record = try database.read { database in
      try Data.fetchOne(database, sql: "SELECT record FROM person WHERE id = ?", arguments: [id])
    }
    guard let record else { throw CloudProblem("there is no person \(id)") }
    return try JSONCoding.decoder().decode(PersonRecord.self, from: record)
  }

  /// Stores a new credential. The same value for somebody else at one door and time is a clash,
  /// which is reported and not guessed about.
  func issue(_ record: CredentialRecord, at controller: String) throws {
    let credential: Credential
    do { credential = try record.validated(path: "credential") } catch {
      throw CloudProblem("\(error)")
    }
    let scopes = try scopes(of: controller)
    try database.write { database in
      try Self.requireController(controller, database)
      let twins = try Data.fetchAll(
        database, sql: "SELECT record FROM credential WHERE controller = ? AND digest = ?",
        arguments: [controller, Data(record.digest.bytes)])
      for twin in twins {
        let other = try JSONCoding.decoder().decode(CredentialRecord.self, from: twin)
        if credential.clashes(with: try other.validated(path: "credential"), scopes: scopes) {
          throw CloudProblem(
            "clash: credential \(other.id) of \(other.person) has the same value at \(controller), for "
              + "a door and a time that both are for; choose another")
        }
      }
      guard
        try Bool.fetchOne(
          database, sql: "SELECT 1 FROM person WHERE id = ?", arguments: [record.person]) == true
      else { throw CloudProblem("there is no person \(record.person); add the person first") }
      guard
        try Bool.fetchOne(
          database, sql: "SELECT 1 FROM credential WHERE id = ?", arguments: [record.id]) != true
      else { throw CloudProblem("there is a credential \(record.id) already") }
      try database.execute(
        sql: "INSERT INTO credential VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [
          record.id, controller, record.person, Data(record.digest.bytes),
          Data(try JSONCoding.encode(record)), try Self.nextRevision(database),
        ])
    }
  }

  func revoke(_ id: String) throws {
    try database.write { database in
      guard
        let body = try Data.fetchOne(
          database, sql: "SELECT record FROM credential WHERE id = ?", arguments: [id])
      else { throw CloudProblem("there is no credential \(id)") }
      var record = try JSONCoding.decoder().decode(CredentialRecord.self, from: body)
      record.status = "revoked"
      try database.execute(
        sql: "UPDATE credential SET record = ?, revision = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(record)), try Self.nextRevision(database), id])
    }
  }

  /// Number of the latest change to people and credentials.
  func lastRevision() throws -> UInt64 {
    try database.read { database in
      UInt64(try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
    }
  }

  /// The most records of one message, so that it stays well below the size limit.
  static let recordsPerMessageMax = 1_500

  /// What a door at `revision` lacks; nil when nothing. Each change has a revision of its own, so
  /// a message may end anywhere and the next goes on from there.
  func delta(for controller: String, since revision: UInt64) throws -> CredentialDelta? {
    try database.read { database in
      let last = UInt64(
        try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
      if revision == last { return nil }
      // A door ahead of the cloud belongs to another past: everything anew.
      let isSnapshot = revision == 0 || revision > last
      let from = Int64(isSnapshot ? 0 : revision)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT revision, record, 1 AS isPerson FROM person WHERE revision > ?1
          UNION ALL
          SELECT revision, record, 0 FROM credential WHERE controller = ?2 AND revision > ?1
          ORDER BY revision LIMIT ?3
          """, arguments: [from, controller, Self.recordsPerMessageMax])
      var delta = CredentialDelta(
        baseRevision: isSnapshot ? nil : revision,
        revision: rows.count == Self.recordsPerMessageMax
          ? UInt64(rows[rows.count - 1]["revision"] as Int64) : last)
      for row in rows {
        let body: Data = row["record"]
        if row["isPerson"] as Bool {
          delta.persons.append(try JSONCoding.decoder().decode(PersonRecord.self, from: body))
        } else {
          delta.credentials.append(
            try JSONCoding.decoder().decode(CredentialRecord.self, from: body))
        }
      }
      return delta
    }
  }
}
