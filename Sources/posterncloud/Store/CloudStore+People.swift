import CloudProtocol
import DoorRules
import Foundation
import GRDB

extension CloudStore {
  func put(_ person: PersonRecord) throws {
    do { _ = try person.validated(path: "person") } catch { throw CloudProblem("\(error)") }
    try database.write { try Self.put(person, $0) }
  }

  static func put(_ person: PersonRecord, _ database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO person (id, record, revision, hash, bucket) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET record = excluded.record, revision = excluded.revision,
          hash = excluded.hash, bucket = excluded.bucket
        """
    ).execute(arguments: [
      person.id, Data(try JSONCoding.encode(person)), try nextRevision(database),
      Data(try person.recordHash()), RecordSetDigest.bucket(of: person.id),
    ])
  }

  /// Puts a credential as it is now; until the door says otherwise it is pending.
  static func put(
    _ record: CredentialRecord, at controller: String, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO credential
          (id, controller, person, digest, record, revision, hash, bucket, active)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET person = excluded.person, digest = excluded.digest,
          record = excluded.record, revision = excluded.revision, hash = excluded.hash,
          active = excluded.active, status = 'pending', statusTime = NULL
        """
    ).execute(arguments: [
      record.id, controller, record.person, Data(record.digest.bytes),
      Data(try JSONCoding.encode(record)), try nextRevision(database),
      Data(try record.recordHash()), RecordSetDigest.bucket(of: record.id),
      record.countsInDigest,
    ])
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
      try Self.put(record, at: controller, database)
    }
  }

  static func isKnown(person: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT 1 FROM person WHERE id = ?", arguments: [person]) == true
  }

  /// A credential with how the door last said it stands.
  struct CredentialStanding {
    var record: CredentialRecord
    var controller: String
    var status: String
    var statusMilliseconds: Int64?
  }

  /// The credentials of a controller by id, at most `limit` after `after`.
  func credentials(
    of controller: String, after: String, limit: Int
  ) throws -> [CredentialStanding] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT controller, record, status, statusTime FROM credential
          WHERE controller = ? AND id > ? ORDER BY id LIMIT ?
          """, arguments: [controller, after, limit]
      ).map { row in
        CredentialStanding(
          record: try JSONCoding.decoder().decode(
            CredentialRecord.self, from: row["record"] as Data),
          controller: row["controller"], status: row["status"],
          statusMilliseconds: row["statusTime"])
      }
    }
  }

  func revoke(_ id: String) throws {
    try database.write { try Self.revoke(id, $0) }
  }

  static func revoke(_ id: String, _ database: Database) throws {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT controller, record FROM credential WHERE id = ?",
        arguments: [id])
    else { throw CloudProblem("there is no credential \(id)") }
    var record = try JSONCoding.decoder().decode(
      CredentialRecord.self, from: row["record"] as Data)
    record.status = "revoked"
    try put(record, at: row["controller"], database)
  }

  /// Differs once a configuration or a credential of anybody has changed.
  struct ChangeStamp: Equatable {
    var credentials: Int64
    var configurations: Int64
  }

  func changeStamp() throws -> ChangeStamp {
    try database.read { database in
      ChangeStamp(
        credentials: try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0,
        configurations: try Int64.fetchOne(
          database, sql: "SELECT SUM(configRevision) FROM controller") ?? 0)
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

  /// How many changes a door at `revision` lacks.
  func changes(for controller: String, since revision: UInt64) throws -> Int {
    try database.read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT (SELECT COUNT(*) FROM person WHERE revision > ?1)
            + (SELECT COUNT(*) FROM credential WHERE controller = ?2 AND revision > ?1)
          """, arguments: [Int64(clamping: revision), controller]) ?? 0
    }
  }

  /// What a door at `revision` lacks; nil when nothing. Each change has a revision of its own, so
  /// a message may end anywhere and the next goes on from there.
  func delta(for controller: String, since revision: UInt64) throws -> CredentialDelta? {
    try database.read { database in
      let last = UInt64(
        try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
      if revision >= last { return nil }
      let isSnapshot = revision == 0
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
      if !isSnapshot {
        let ahead = try Self.revokedAhead(of: controller, since: delta.revision, database)
        delta.revokedAhead = ahead.isEmpty ? nil : ahead
      }
      var bytes = 0
      for (index, row) in rows.enumerated() {
        let body: Data = row["record"]
        bytes += body.count
        if index > 0, bytes > Self.chunkBytesMax {
          delta.revision = UInt64(rows[index - 1]["revision"] as Int64)
          break
        }
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
