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
    if let kept = try kept() { return kept }
    return try rescan()
  }

  private func kept() throws(PortError) -> RecordSetDigest? {
    try pool.reading("read the credential digest") { database in
      try Data.fetchOne(database, sql: "SELECT buckets FROM position")
    }.flatMap { RecordSetDigest(bytes: Array($0)) }
  }

  /// A record that is not as it was stored, found by this rescan.
  private struct Other {
    let table: String
    let id: String
    let hash: [UInt8]
    let bucket: Int
  }

  /// Marks a hash, behind it, as that of a record which is not as it was stored: it opens nothing.
  private static let otherMark: UInt8 = 0

  /// Reads every record again, and returns the digest of what is there, so that the cloud sends again
  /// what differs. A record that cannot be read counts as missing; one that is not as it was stored
  /// stays one that opens nothing.
  func rescan() throws(PortError) -> RecordSetDigest {
    let before = try kept()
    var digest = RecordSetDigest()
    var others: [Other] = []
    for table in ["person", "credential"] {
      var last = ""
      while let next = try rescan(table, after: last, &digest, &others) { last = next }
    }
    let bytes = Data(digest.bytes)
    // Where the bucket is what it was, the hash was damaged and not the record.
    let sound = others.filter { before?.buckets[$0.bucket] == digest.buckets[$0.bucket] }
    try pool.writing("keep the credential digest") { database in
      try database.execute(sql: "UPDATE position SET buckets = ?", arguments: [bytes])
      for record in sound {
        try database.execute(
          sql: "UPDATE \(record.table) SET hash = ? WHERE id = ?",
          arguments: [Data(record.hash), record.id])
      }
    }
    return digest
  }

  /// The last id that was read; nil at the end.
  private func rescan(
    _ table: String, after last: String, _ digest: inout RecordSetDigest, _ others: inout [Other]
  ) throws(PortError) -> String? {
    let isPerson = table == "person"
    let kind = isPerson ? PersonRecord.rows : CredentialRecord.rows
    let count = kind.names.count
    var found = RecordSetDigest()
    var fresh: [Other] = []
    let end: String? = try pool.writing("read the \(table) records again") { database in
      found = digest
      fresh = []
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
        var hash: [UInt8]
        let counts: Bool
        if isPerson {
          hash = (try? PersonRecord(row, from: 0).recordHash()) ?? []
          counts = true
        } else {
          let record = try? CredentialRecord(row)
          hash = (try? record?.recordHash()) ?? []
          counts = record?.countsInDigest == true
        }
        // An update of the tables leaves none, and it is computed here.
        let keptHash = try row.decode(Data?.self, atIndex: count)
        let keptBucket = try? row.decode(Int.self, atIndex: count + 1)
        let isAsStored = keptHash.map { Array($0) } == hash
        if counts { found.toggle(hash, inBucket: bucket) }
        if let keptHash, !isAsStored, !hash.isEmpty {
          let isKnown = keptHash.count > RecordSetDigest.hashByteCount
          if counts, !isKnown {
            fresh.append(Other(table: table, id: id, hash: hash, bucket: bucket))
          }
          hash.append(Self.otherMark)
        }
        if !isAsStored || keptBucket != bucket {
          try database.execute(
            sql: "UPDATE \(table) SET hash = ?, bucket = ? WHERE id = ?",
            arguments: [Data(hash), bucket, id])
        }
      }
      return rows.isEmpty ? nil : previous
    }
    digest = found
    others += fresh
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
