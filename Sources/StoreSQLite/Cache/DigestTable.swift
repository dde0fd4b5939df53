import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The digest over all records, which is stored with their revision, and its repair.
struct DigestTable {
  let pool: DatabasePool

  /// Rows that one transaction of a rescan reads and corrects.
  private static let rescanRowsMax = 1_000

  /// The digest over all records, as stored with each change.
  func digest() throws(PortError) -> RecordSetDigest {
    let kept = try pool.reading("read the credential digest") { database in
      try Data.fetchOne(database, sql: "SELECT buckets FROM position")
    }
    if let kept, let digest = RecordSetDigest(bytes: Array(kept)) { return digest }
    return try rescan()
  }

  /// Reads every record again, corrects the stored hashes, and returns the digest. A record that
  /// cannot be read counts as missing, so that the cloud sends its bucket again.
  func rescan() throws(PortError) -> RecordSetDigest {
    var digest = RecordSetDigest()
    for table in ["person", "credential"] {
      var last = ""
      while let next = try rescan(table, after: last, &digest) { last = next }
    }
    let bytes = Data(digest.bytes)
    try pool.writing("keep the credential digest") { database in
      try database.execute(sql: "UPDATE position SET buckets = ?", arguments: [bytes])
    }
    return digest
  }

  /// The last id that was read; nil at the end.
  private func rescan(
    _ table: String, after last: String, _ digest: inout RecordSetDigest
  ) throws(PortError) -> String? {
    let isPerson = table == "person"
    let kind = isPerson ? PersonRecord.rows : CredentialRecord.rows
    let count = kind.names.count
    var found = RecordSetDigest()
    let end: String? = try pool.writing("read the \(table) records again") { database in
      found = digest
      let rows = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT \(kind.columns), \(table).hash, \(table).bucket FROM \(table) WHERE id > ?
            ORDER BY id LIMIT \(Self.rescanRowsMax)
            """), arguments: [last])
      var previous = last
      for row in rows {
        let id: String = try row.decode(atIndex: 0)
        // With rows out of order the loop could go back and never end.
        guard previous.utf8.lexicographicallyPrecedes(id.utf8) else {
          throw PortError(
            .damaged, operation: "read the \(table) records again",
            detail: "\(id) comes after \(previous)")
        }
        previous = id
        let bucket = RecordSetDigest.bucket(of: id)
        let hash: [UInt8]
        let counts: Bool
        if isPerson {
          hash = (try? PersonRecord(row, from: 0).recordHash()) ?? []
          counts = true
        } else {
          let record = try? CredentialRecord(row)
          hash = (try? record?.recordHash()) ?? []
          counts = record?.countsInDigest == true
        }
        if counts { found.toggle(hash, inBucket: bucket) }
        let keptHash = try row.decode(Data?.self, atIndex: count)
        let keptBucket = try row.decode(Int?.self, atIndex: count + 1)
        if keptHash.map({ Array($0) }) != hash || keptBucket != bucket {
          try database.execute(
            sql: "UPDATE \(table) SET hash = ?, bucket = ? WHERE id = ?",
            arguments: [Data(hash), bucket, id])
        }
      }
      return rows.isEmpty ? nil : previous
    }
    digest = found
    return end
  }

  /// Replaces all records of some buckets in one transaction, except what a refused record names.
  /// Returns what is refused: also what was withdrawn at this revision, and does not come back by it.
  /// Refuses as `invalid` a repair for another revision.
  func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords {
    let operation = "repair \(repair.buckets.count) buckets"
    return try pool.writing(operation) { database in
      let present = try CredentialTable.position(database).revision
      guard repair.revision == present else {
        throw PortError(
          .invalid, operation: operation,
          detail: "it is for revision \(repair.revision), here is \(present)")
      }
      var writer = try RecordWriter(database)
      let kept = try writer.known(repair.records.notes)
      for bucket in repair.buckets { try writer.empty(bucket: bucket) }
      try writer.putBack(kept)
      try writer.put(repair.records)
      try writer.finish(revision: present)
      // The cloud's last word about this revision: no earlier one counts as the same any longer.
      try BoundRevision(root: writer.digest.root).keep(database)
      let refused = try writer.withKept(
        repair.records.notes.refused
          + repair.records.refusedBack(
            persons: writer.heldBack[.person] ?? [], credentials: writer.heldBack[.credential] ?? []
          ))
      return AppliedRecords(refused: refused, stopped: try writer.stopped())
    }
  }
}
