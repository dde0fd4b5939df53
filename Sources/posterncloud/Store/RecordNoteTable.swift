import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The table `recordNote`: records that a controller refused, and those that cannot mean there what
/// was meant, until they are changed or the controller takes them.
struct RecordNoteTable {
  let database: DatabasePool

  /// What the controller said about one record.
  struct Note {
    var controller: String
    /// `person` or `credential` if it was refused, else `warning`.
    var kind: String
    /// The record's id; of a record whose id could not be read, its place in the message.
    var name: String
    var problems: [Problem]
    /// What the controller has in its place was revoked or switched off.
    var stops: Bool
  }

  /// Which records a message held; its answer is the last word about them.
  enum Scope {
    case changes
    case everything
    case buckets([Int])
  }

  /// Takes an answer to a message that was applied.
  func store(_ report: ApplyReport, of controller: ControllerID, over scope: Scope) throws {
    let name = controller.rawValue
    try database.write { database in
      try Self.forget(scope, of: name, through: report.revision, database)
      for record in report.refused ?? [] {
        try Self.put(
          name, record.kind.rawValue, record.id ?? record.path, record.problems,
          stops: record.stops == true, kept: record.kept, report.revision, database)
      }
      let warnings = Dictionary(grouping: report.warnings ?? []) { $0.id }
      for case (let id?, let found) in warnings {
        let problems = found.map { Problem(path: $0.path, message: $0.message) }
        try Self.put(
          name, "warning", id, problems, stops: false, kept: nil, report.revision, database)
      }
    }
  }

  private static func forget(
    _ scope: Scope, of controller: String, through revision: UInt64, _ database: Database
  ) throws {
    switch scope {
    case .everything:
      try database.execute(
        sql: "DELETE FROM recordNote WHERE controller = ?", arguments: [controller])
    case .buckets(let buckets):
      for bucket in buckets {
        try database.execute(
          sql: "DELETE FROM recordNote WHERE controller = ? AND bucket = ?",
          arguments: [controller, bucket])
      }
    case .changes:
      try database.execute(
        sql: """
          DELETE FROM recordNote WHERE controller = ?1 AND (
            EXISTS (SELECT 1 FROM knownPerson AS known
              WHERE known.controller = ?1 AND known.person = name
                AND known.revision > recordNote.revision AND known.revision <= ?2)
            OR EXISTS (SELECT 1 FROM credential
              WHERE credential.id = name AND credential.controller = ?1
                AND credential.revision > recordNote.revision AND credential.revision <= ?2)
            OR EXISTS (SELECT 1 FROM withdrawn
              WHERE withdrawn.controller = ?1 AND withdrawn.id = name
                AND withdrawn.revision > recordNote.revision AND withdrawn.revision <= ?2))
          """, arguments: [controller, Int64(clamping: revision)])
    }
  }

  private static func put(
    _ controller: String, _ kind: String, _ name: String, _ problems: [Problem], stops: Bool,
    kept: String?, _ revision: UInt64, _ database: Database
  ) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO recordNote VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        controller, kind, name, RecordSetDigest.bucket(of: name), try storedJSON(problems), stops,
        kept.flatMap { Data(base64URL: $0) }, Int64(clamping: revision),
      ])
  }

  /// Of one controller, or of all.
  func list(controller: String?) throws -> [Note] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT controller, kind, name, problems, stops FROM recordNote
          WHERE (?1 IS NULL OR controller = ?1) ORDER BY controller, kind, name
          """, arguments: [controller]
      ).map {
        Note(
          controller: $0["controller"], kind: $0["kind"], name: $0["name"],
          problems: try $0.requiredJSON([Problem].self, in: "problems"), stops: $0["stops"])
      }
    }
  }

  /// Replaces, in the digest of what a controller should have, each refused record that has not
  /// changed since by what the controller has instead.
  static func correct(
    _ digest: inout RecordSetDigest, for controller: String, _ database: Database
  ) throws {
    let refused = try Row.fetchCursor(
      database,
      sql: """
        SELECT person.hash, note.kept, note.bucket FROM recordNote AS note
          LEFT JOIN knownPerson AS known
            ON known.controller = ?1 AND known.person = note.name
          LEFT JOIN person ON person.id = known.person
        WHERE note.controller = ?1 AND note.kind = 'person'
          AND (known.person IS NULL OR known.revision <= note.revision)
          AND NOT EXISTS (SELECT 1 FROM withdrawn WHERE withdrawn.controller = ?1
            AND withdrawn.id = note.name AND withdrawn.revision > note.revision)
        UNION ALL
        SELECT iif(credential.active, credential.hash, NULL), note.kept, note.bucket
        FROM recordNote AS note
          LEFT JOIN credential ON credential.id = note.name AND credential.controller = ?1
        WHERE note.controller = ?1 AND note.kind = 'credential'
          AND (credential.id IS NULL OR credential.revision <= note.revision)
          AND NOT EXISTS (SELECT 1 FROM withdrawn WHERE withdrawn.controller = ?1
            AND withdrawn.id = note.name AND withdrawn.revision > note.revision)
        """, arguments: [controller])
    while let row = try refused.next() {
      for index in 0...1 {
        guard let hash = try row.decode(Data?.self, atIndex: index) else { continue }
        digest.toggle(Array(hash), inBucket: try row.decode(atIndex: 2))
      }
    }
  }
}
