import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The changes of people and credentials that a controller lacks, read from the tables of both and
/// of what was withdrawn.
struct DeltaReader {
  let database: DatabasePool

  /// The most records of one message, so that it stays well below the size limit.
  static let recordsMax = 1_500
  /// From here on a snapshot is cheaper than the changes one by one.
  static let changesMax = 20_000

  /// How many changes a controller at `revision` lacks.
  func count(for controller: String, since revision: UInt64) throws -> Int {
    try database.read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT (SELECT COUNT(*) FROM knownPerson WHERE controller = ?2 AND revision > ?1)
            + (SELECT COUNT(*) FROM credential WHERE controller = ?2 AND revision > ?1)
            + (SELECT COUNT(*) FROM withdrawn WHERE controller = ?2 AND revision > ?1 AND ?1 > 0)
          """, arguments: [Int64(clamping: revision), controller]) ?? 0
    }
  }

  /// What a controller at `revision` lacks; nil when nothing. Each change has a revision of its
  /// own, so a message may end anywhere, and the next goes on from there.
  func delta(
    for controller: String, since revision: UInt64, bytesMax: Int = SnapshotTable.chunkBytesMax
  ) throws -> CredentialDelta? {
    try database.read {
      try Self.delta(for: controller, since: revision, bytesMax: bytesMax, $0)
    }
  }

  /// The same with the digest of what the controller should have once it has taken the message; that
  /// is nil where more messages follow.
  func deltaWithDigest(
    for controller: String, since revision: UInt64, bytesMax: Int
  ) throws -> (delta: CredentialDelta, digest: RecordSetDigest?)? {
    try database.read { database in
      guard
        let delta = try Self.delta(
          for: controller, since: revision, bytesMax: bytesMax, database)
      else { return nil }
      let isLast = try RevisionTable.line(of: controller, database)?.last == delta.revision
      return (delta, isLast ? try DigestReader.digest(for: controller, database) : nil)
    }
  }

  private static func delta(
    for controller: String, since revision: UInt64, bytesMax: Int, _ database: Database
  ) throws -> CredentialDelta? {
    let last = try RevisionTable.line(of: controller, database)?.last ?? 0
    if revision >= last { return nil }
    let isFirst = revision == 0
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT known.revision, person.record, 'person' AS kind, NULL AS gone
          FROM knownPerson AS known JOIN person ON person.id = known.person
          WHERE known.controller = ?2 AND known.revision > ?1
        UNION ALL
        SELECT revision, record, 'credential', NULL FROM credential
          WHERE controller = ?2 AND revision > ?1
        UNION ALL
        SELECT revision, NULL, kind, id FROM withdrawn
          WHERE controller = ?2 AND revision > ?1 AND ?1 > 0
        ORDER BY 1 LIMIT ?3
        """, arguments: [Int64(clamping: revision), controller, recordsMax])
    var delta = CredentialDelta(
      baseRevision: isFirst ? nil : revision,
      revision: rows.count == recordsMax
        ? UInt64(clamping: rows[rows.count - 1][0] as Int64) : last)
    if !isFirst {
      let ahead = try revokedAhead(
        of: controller, since: delta.revision, bytesMax: bytesMax / 2, database)
      delta.revokedAhead = ahead.isEmpty ? nil : ahead
    }
    var bytes = (delta.revokedAhead ?? []).reduce(0) { $0 + $1.utf8.count + 3 }
    for (index, row) in rows.enumerated() {
      let gone: String? = try row.decode(forColumn: "gone")
      let record = try row.decode(Data?.self, forColumn: "record")
      bytes += gone.map { $0.utf8.count + 3 } ?? record?.count ?? 0
      if index > 0, bytes > bytesMax {
        delta.revision = UInt64(clamping: rows[index - 1][0] as Int64)
        break
      }
      let isPerson = try row.decode(String.self, forColumn: "kind") == "person"
      if let gone {
        if isPerson {
          delta.removedPersons.append(gone)
        } else {
          delta.removedCredentials.append(gone)
        }
      } else if isPerson {
        delta.persons.append(try row.requiredJSON(PersonRecord.self, in: "record"))
      } else {
        delta.credentials.append(try row.requiredJSON(CredentialRecord.self, in: "record"))
      }
    }
    return delta
  }

  /// Whether a credential was revoked or withdrawn that opens at a controller at `revision`.
  func hasRevocation(for controller: String, since revision: UInt64) throws -> Bool {
    try database.read { database in
      try !Self.revokedAhead(of: controller, since: revision, bytesMax: .max, database).isEmpty
    }
  }

  /// Credentials that were revoked or withdrawn after `revision`, the latest first: a controller
  /// stops them before the changes that lie between arrive. Those that do not fit are left out: the
  /// changes revoke them.
  static func revokedAhead(
    of controller: String, since revision: UInt64, bytesMax: Int, _ database: Database
  ) throws -> [String] {
    var bytes = 0
    return try String.fetchAll(
      database,
      sql: """
        SELECT id, revision FROM credential
          WHERE controller = ?1 AND NOT active AND revision > ?2
        UNION ALL SELECT id, revision FROM withdrawn
          WHERE controller = ?1 AND kind = 'credential' AND revision > ?2
        ORDER BY revision DESC LIMIT \(CredentialDelta.recordsMax)
        """, arguments: [controller, Int64(clamping: revision)]
    ).prefix {
      bytes += $0.utf8.count + 3
      return bytes <= bytesMax
    }
  }
}
