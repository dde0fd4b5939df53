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
    /// The most bytes of records that its message may have; nil in older ones.
    var bytesMax: Int?
  }

  /// The snapshot that the controller is to pull: the one that it may have begun, or a new one, in
  /// chunks of at most `bytesMax` of records.
  func offer(
    for controller: String, atController revision: UInt64, bytesMax: Int = chunkBytesMax
  ) throws -> SnapshotOffer {
    try database.write { database in
      let now = CloudClock.now()
      guard let line = try RevisionTable.line(of: controller, database) else {
        throw CloudProblem("there is no controller \(controller); enrol it first")
      }
      let ahead = try DeltaReader.revokedAhead(
        of: controller, since: revision, bytesMax: bytesMax, database)
      if let row = try Row.fetchOne(
        database,
        sql: "SELECT id, revision, ranges FROM snapshot WHERE controller = ? AND made > ?",
        arguments: [controller, now - Self.keptMilliseconds])
      {
        let kept = UInt64(clamping: try row.decode(Int64.self, forColumn: "revision"))
        let ranges = try row.requiredJSON([ChunkRange].self, in: "ranges")
        let fits = try ranges.allSatisfy { range in
          try (range.bytesMax ?? 0) <= bytesMax && Self.fits(range, controller, database)
        }
        // One that the controller has already brings nothing, or is refused; after one that is older
        // than the known changes it would need another.
        if kept > revision, kept >= line.floor, fits {
          return SnapshotOffer(
            snapshotID: try row.decode(forColumn: "id"), revision: kept, chunks: ranges.count,
            revokedAhead: ahead)
        }
      }
      let ranges =
        try Self.ranges(
          isPersons: true, bytesMax,
          """
          SELECT known.person, length(CAST(record AS BLOB)) FROM knownPerson AS known
            JOIN person ON person.id = known.person
          WHERE known.controller = ? ORDER BY known.person
          """, [controller], database)
        + Self.ranges(
          isPersons: false, bytesMax,
          "SELECT id, length(CAST(record AS BLOB)) FROM credential WHERE controller = ? AND active ORDER BY id",
          [controller], database)
      let id = UUID().uuidString.lowercased()
      try database.execute(
        sql: "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)",
        arguments: [controller, id, Int64(clamping: line.last), try storedJSON(ranges), now])
      return SnapshotOffer(
        snapshotID: id, revision: line.last, chunks: ranges.count, revokedAhead: ahead)
    }
  }

  /// Whether the records of a range still fit a message. Those that were added since it was made
  /// belong to it too.
  private static func fits(
    _ range: ChunkRange, _ controller: String, _ database: Database
  ) throws -> Bool {
    let (place, arguments) = bounds(of: range, controller)
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT COUNT(*), TOTAL(length(CAST(record AS BLOB))) FROM \(place)
        """, arguments: arguments)
    let count: Int = row?[0] ?? 0
    let bytes: Double = row?[1] ?? 0
    return count <= 1
      || count <= CredentialDelta.recordsMax && Int(bytes) <= range.bytesMax ?? chunkBytesMax
  }

  /// The table of a range with the condition that its records meet.
  private static func bounds(
    of range: ChunkRange, _ controller: String
  ) -> (place: String, arguments: StatementArguments) {
    // An open end is a condition of its own, or SQLite reads on to the end of the table.
    let id = range.isPersons ? "knownPerson.person" : "id"
    let end = range.to == nil ? "" : " AND \(id) < ?"
    var arguments: StatementArguments = [controller, range.from]
    if let to = range.to { arguments += [to] }
    let table =
      range.isPersons
      ? "knownPerson JOIN person ON person.id = knownPerson.person" : "credential"
    return (
      "\(table) WHERE controller = ? AND \(id) >= ?\(end)\(range.isPersons ? "" : " AND active")",
      arguments
    )
  }

  private static func ranges(
    isPersons: Bool, _ bytesMax: Int, _ sql: String, _ arguments: StatementArguments,
    _ database: Database
  ) throws -> [ChunkRange] {
    // Room for what is added before it is pulled.
    let cut = bytesMax / 4 * 3
    var starts = [""]
    var count = 0
    var bytes = 0
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      let length: Int = try row.decode(atIndex: 1)
      if count > 0, count >= chunkRecordsMax || bytes + length > cut {
        starts.append(try row.decode(atIndex: 0))
        count = 0
        bytes = 0
      }
      count += 1
      bytes += length
    }
    let ends: [String?] = starts.dropFirst().map { $0 } + [nil]
    return zip(starts, ends).map {
      ChunkRange(isPersons: isPersons, from: $0, to: $1, bytesMax: bytesMax)
    }
  }

  /// A chunk as its records are now; nil when the controller has no such snapshot, or when so many
  /// records were added that it does not fit a message any more.
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
      guard try Self.fits(range, controller, database) else { return nil }
      var chunk = SnapshotChunk(
        snapshotID: pull.snapshotID,
        revision: UInt64(clamping: try row.decode(Int64.self, forColumn: "revision")),
        index: pull.index)
      let (place, arguments) = Self.bounds(of: range, controller)
      let sql = "SELECT record FROM \(place) ORDER BY id"
      if range.isPersons {
        chunk.persons = try database.fetchAllJSON(PersonRecord.self, sql: sql, arguments: arguments)
      } else {
        chunk.credentials = try database.fetchAllJSON(
          CredentialRecord.self, sql: sql, arguments: arguments)
      }
      return chunk
    }
  }
}
