import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The table `snapshot`: what a controller that has no credentials, or those of another cloud,
/// pulls chunk by chunk.
struct SnapshotTable {
  let database: DatabasePool

  /// The most records of one chunk, and bytes of their JSON: well below the size limit of a
  /// message once they are in base64.
  static let chunkRecordsMax = 1_000
  static let chunkBytesMax = 500_000
  /// How long a controller may go on with the same snapshot: a day.
  static let keptMilliseconds: Int64 = 86_400_000

  /// Where one chunk begins and ends, by id; what is added in between belongs to it too.
  private struct ChunkRange: Codable {
    var isPersons: Bool
    var from: String
    /// Nil is the end.
    var to: String?
    /// Of the records, when the range was made; nil in older ones.
    var bytes: Int?
  }

  /// The snapshot that the controller is to pull: the one that it may have begun, or a new one, in
  /// chunks of at most `bytesMax` of records.
  func offer(
    for controller: String, atController revision: UInt64, bytesMax: Int = chunkBytesMax
  ) throws -> SnapshotOffer {
    try database.write { database in
      let now = CloudClock.now()
      let ahead = try DeltaReader.revokedAhead(
        of: controller, since: revision, bytesMax: bytesMax, database)
      if let row = try Row.fetchOne(
        database,
        sql: "SELECT id, revision, ranges FROM snapshot WHERE controller = ? AND made > ?",
        arguments: [controller, now - Self.keptMilliseconds])
      {
        let kept = UInt64(clamping: row["revision"] as Int64)
        let ranges = try row.requiredJSON([ChunkRange].self, in: "ranges")
        let fits = ranges.allSatisfy { ($0.bytes ?? Self.chunkBytesMax) <= bytesMax }
        if kept >= revision, fits || bytesMax >= Self.chunkBytesMax {
          return SnapshotOffer(
            snapshotID: row["id"], revision: kept, chunks: ranges.count, revokedAhead: ahead)
        }
      }
      let last = try RevisionTable.last(database)
      let ranges =
        try Self.ranges(
          isPersons: true, bytesMax, "SELECT id, length(record) FROM person ORDER BY id", [],
          database)
        + Self.ranges(
          isPersons: false, bytesMax,
          "SELECT id, length(record) FROM credential WHERE controller = ? AND active ORDER BY id",
          [controller], database)
      let id = UUID().uuidString.lowercased()
      try database.execute(
        sql: "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)",
        arguments: [controller, id, Int64(clamping: last), try storedJSON(ranges), now])
      return SnapshotOffer(
        snapshotID: id, revision: last, chunks: ranges.count, revokedAhead: ahead)
    }
  }

  private static func ranges(
    isPersons: Bool, _ bytesMax: Int, _ sql: String, _ arguments: StatementArguments,
    _ database: Database
  ) throws -> [ChunkRange] {
    var starts = [""]
    var sizes: [Int] = []
    var count = 0
    var bytes = 0
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      let length: Int = row[1]
      if count > 0, count >= chunkRecordsMax || bytes + length > bytesMax {
        starts.append(row[0])
        sizes.append(bytes)
        count = 0
        bytes = 0
      }
      count += 1
      bytes += length
    }
    let ends: [String?] = starts.dropFirst().map { $0 } + [nil]
    return zip(zip(starts, ends), sizes + [bytes]).map { bounds, bytes in
      ChunkRange(isPersons: isPersons, from: bounds.0, to: bounds.1, bytes: bytes)
    }
  }

  /// A chunk as its records are now; nil when the controller has no such snapshot.
  func chunk(_ pull: SnapshotPull, for controller: String) throws -> SnapshotChunk? {
    try database.read { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT revision, ranges FROM snapshot WHERE controller = ? AND id = ?",
          arguments: [controller, pull.snapshotID])
      else { return nil }
      let ranges = try row.requiredJSON([ChunkRange].self, in: "ranges")
      guard ranges.indices.contains(pull.index) else { return nil }
      let range = ranges[pull.index]
      var chunk = SnapshotChunk(
        snapshotID: pull.snapshotID, revision: UInt64(clamping: row["revision"] as Int64),
        index: pull.index)
      // An open end is a condition of its own, or SQLite reads on to the end of the table.
      let end = range.to == nil ? "" : " AND id < ?"
      var bounds: StatementArguments = [range.from]
      if let to = range.to { bounds += [to] }
      if range.isPersons {
        chunk.persons = try database.fetchAllJSON(
          PersonRecord.self, sql: "SELECT record FROM person WHERE id >= ?\(end) ORDER BY id",
          arguments: bounds)
      } else {
        chunk.credentials = try database.fetchAllJSON(
          CredentialRecord.self,
          sql: """
            SELECT record FROM credential
            WHERE controller = ? AND id >= ?\(end) AND active ORDER BY id
            """, arguments: [controller] + bounds)
      }
      return chunk
    }
  }
}
