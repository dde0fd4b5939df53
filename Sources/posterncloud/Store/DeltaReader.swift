import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The changes of people and credentials that a controller lacks, read from both tables.
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
          SELECT (SELECT COUNT(*) FROM person WHERE revision > ?1)
            + (SELECT COUNT(*) FROM credential WHERE controller = ?2 AND revision > ?1)
          """, arguments: [Int64(clamping: revision), controller]) ?? 0
    }
  }

  /// What a controller at `revision` lacks; nil when nothing. Each change has a revision of its
  /// own, so a message may end anywhere, and the next goes on from there.
  func delta(
    for controller: String, since revision: UInt64, bytesMax: Int = SnapshotTable.chunkBytesMax
  ) throws -> CredentialDelta? {
    try database.read { database in
      let last = try RevisionTable.last(database)
      if revision >= last { return nil }
      let isFirst = revision == 0
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT revision, record, 1 AS isPerson FROM person WHERE revision > ?1
          UNION ALL
          SELECT revision, record, 0 FROM credential WHERE controller = ?2 AND revision > ?1
          ORDER BY revision LIMIT ?3
          """, arguments: [Int64(clamping: revision), controller, Self.recordsMax])
      var delta = CredentialDelta(
        baseRevision: isFirst ? nil : revision,
        revision: rows.count == Self.recordsMax
          ? UInt64(rows[rows.count - 1]["revision"] as Int64) : last)
      if !isFirst {
        let ahead = try Self.revokedAhead(
          of: controller, since: delta.revision, bytesMax: bytesMax / 2, database)
        delta.revokedAhead = ahead.isEmpty ? nil : ahead
      }
      var bytes = (delta.revokedAhead ?? []).reduce(0) { $0 + $1.utf8.count + 3 }
      for (index, row) in rows.enumerated() {
        bytes += (row["record"] as Data).count
        if index > 0, bytes > bytesMax {
          delta.revision = UInt64(rows[index - 1]["revision"] as Int64)
          break
        }
        if row["isPerson"] as Bool {
          delta.persons.append(try row.requiredJSON(PersonRecord.self, in: "record"))
        } else {
          delta.credentials.append(try row.requiredJSON(CredentialRecord.self, in: "record"))
        }
      }
      return delta
    }
  }

  /// Credentials that were revoked after `revision`, the latest first: a controller stops them
  /// before the changes that lie between arrive. Those that do not fit are left out: the changes
  /// revoke them.
  static func revokedAhead(
    of controller: String, since revision: UInt64, bytesMax: Int, _ database: Database
  ) throws -> [String] {
    var bytes = 0
    return try String.fetchAll(
      database,
      sql: """
        SELECT id FROM credential WHERE controller = ? AND NOT active AND revision > ?
        ORDER BY revision DESC LIMIT \(CredentialDelta.recordsMax)
        """, arguments: [controller, Int64(clamping: revision)]
    ).prefix {
      bytes += $0.utf8.count + 3
      return bytes <= bytesMax
    }
  }
}
