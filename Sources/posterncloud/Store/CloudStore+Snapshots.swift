import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// Snapshots and digests: what a door without a past, or with another one, is brought in step by.
extension CloudStore {
  /// The most records of one chunk, and bytes of their JSON: well below the size limit of a
  /// message once they are in base64.
  static let chunkRecordsMax = 1_000
  static let chunkBytesMax = 500_000
  /// Changes that are cheaper sent one by one than with everything else again.
  static let deltaChangesMax = 20_000
  /// How long a door may take up the same snapshot again: a day.
  static let snapshotKeptMilliseconds: Int64 = 86_400_000

  /// Where one chunk begins and ends, by id; what is added in between belongs to it too.
  struct ChunkRange: Codable {
    var isPersons: Bool
    var from: String
    /// Nil is the end.
    var to: String?
  }

  /// The snapshot that the controller is to pull: the one it may have begun, or a new one.
  func snapshot(for controller: String, atDoor revision: UInt64) throws -> SnapshotOffer {
    try database.write { database in
      let now = Self.now()
      let ahead = try Self.revokedAhead(of: controller, since: revision, database)
      if let row = try Row.fetchOne(
        database,
        sql: "SELECT id, revision, ranges FROM snapshot WHERE controller = ? AND made > ?",
        arguments: [controller, now - Self.snapshotKeptMilliseconds])
      {
        let kept = UInt64(clamping: row["revision"] as Int64)
        if kept >= revision {
          let ranges = try JSONCoding.decoder().decode(
            [ChunkRange].self, from: row["ranges"] as Data)
          return SnapshotOffer(
            snapshotID: row["id"], revision: kept, chunks: ranges.count, revokedAhead: ahead)
        }
      }
      let last = UInt64(try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
      let ranges =
        try Self.ranges(
          isPersons: true, "SELECT id, length(record) FROM person ORDER BY id", [], database)
        + Self.ranges(
          isPersons: false,
          "SELECT id, length(record) FROM credential WHERE controller = ? AND active ORDER BY id",
          [controller], database)
      let id = UUID().uuidString.lowercased()
      try database.execute(
        sql: "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)",
        arguments: [
          controller, id, Int64(clamping: last), Data(try JSONCoding.encode(ranges)), now,
        ])
      return SnapshotOffer(
        snapshotID: id, revision: last, chunks: ranges.count, revokedAhead: ahead)
    }
  }

  private static func ranges(
    isPersons: Bool, _ sql: String, _ arguments: StatementArguments, _ database: Database
  ) throws -> [ChunkRange] {
    var starts = [""]
    var count = 0
    var bytes = 0
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      let length: Int = row[1]
      if count > 0, count >= chunkRecordsMax || bytes + length > chunkBytesMax {
        starts.append(row[0])
        count = 0
        bytes = 0
      }
      count += 1
      bytes += length
    }
    let ends: [String?] = starts.dropFirst().map { $0 } + [nil]
    return zip(starts, ends).map { ChunkRange(isPersons: isPersons, from: $0, to: $1) }
  }

  /// A chunk as its records are now; nil when the controller has no such snapshot.
  func chunk(_ pull: SnapshotPull, for controller: String) throws -> SnapshotChunk? {
    try database.read { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT revision, ranges FROM snapshot WHERE controller = ? AND id = ?",
          arguments: [controller, pull.snapshotID])
      else { return nil }
      let ranges = try JSONCoding.decoder().decode(
        [ChunkRange].self, from: row["ranges"] as Data)
      guard ranges.indices.contains(pull.index) else { return nil }
      let range = ranges[pull.index]
      var chunk = SnapshotChunk(
        snapshotID: pull.snapshotID, revision: UInt64(clamping: row["revision"] as Int64),
        index: pull.index)
      let decoder = JSONCoding.decoder()
      // An open end is a condition of its own, or SQLite reads on to the end of the table.
      let end = range.to == nil ? "" : " AND id < ?"
      var bounds: StatementArguments = [range.from]
      if let to = range.to { bounds += [to] }
      if range.isPersons {
        chunk.persons = try Data.fetchAll(
          database, sql: "SELECT record FROM person WHERE id >= ?\(end) ORDER BY id",
          arguments: bounds
        ).map { try decoder.decode(PersonRecord.self, from: $0) }
      } else {
        chunk.credentials = try Data.fetchAll(
          database,
          sql: """
            SELECT record FROM credential
            WHERE controller = ? AND id >= ?\(end) AND active ORDER BY id
            """, arguments: [controller] + bounds
        ).map { try decoder.decode(CredentialRecord.self, from: $0) }
      }
      return chunk
    }
  }

  /// What is revoked beyond the door's revision, and must not wait behind everything else.
  static func revokedAhead(
    of controller: String, since revision: UInt64, _ database: Database
  ) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT id FROM credential WHERE controller = ? AND NOT active AND revision > ?
        ORDER BY revision DESC LIMIT \(CredentialDelta.recordsMax)
        """, arguments: [controller, Int64(clamping: revision)])
  }

  /// The digest over what the controller should have at `revision`; nil unless that is the
  /// latest, since older ones cannot be told any more.
  func digest(for controller: String, at revision: UInt64) throws -> RecordSetDigest? {
    try database.read { database in
      let last = UInt64(try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
      guard last == revision else { return nil }
      var digest = RecordSetDigest()
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT hash, bucket FROM person
          UNION ALL SELECT hash, bucket FROM credential WHERE controller = ? AND active
          """, arguments: [controller])
      while let row = try rows.next() {
        digest.toggle(Array(row[0] as Data), inBucket: row[1])
      }
      return digest
    }
  }

  /// Everything that belongs in the buckets where the door differs, in messages that are small
  /// enough; nil when the door is not at the latest revision.
  func repairs(for controller: String, _ report: DigestReport) throws -> [BucketRepair]? {
    guard let digest = try digest(for: controller, at: report.revision),
      report.buckets.count == RecordSetDigest.bucketCount
    else { return nil }
    let different = zip(digest.buckets, report.buckets).enumerated()
      .filter { $0.element.0 != $0.element.1 }.map(\.offset)
    var repairs: [BucketRepair] = []
    var bytes = 0
    for bucket in different {
      let (persons, credentials, size) = try records(inBucket: bucket, of: controller)
      if repairs.isEmpty || bytes + size > Self.chunkBytesMax {
        repairs.append(BucketRepair(revision: report.revision, buckets: []))
        bytes = 0
      }
      bytes += size
      repairs[repairs.count - 1].buckets.append(bucket)
      repairs[repairs.count - 1].persons += persons
      repairs[repairs.count - 1].credentials += credentials
    }
    return repairs
  }

  private func records(
    inBucket bucket: Int, of controller: String
  ) throws -> ([PersonRecord], [CredentialRecord], Int) {
    try database.read { database in
      let decoder = JSONCoding.decoder()
      let persons = try Data.fetchAll(
        database, sql: "SELECT record FROM person WHERE bucket = ?", arguments: [bucket])
      let credentials = try Data.fetchAll(
        database,
        sql: "SELECT record FROM credential WHERE controller = ? AND active AND bucket = ?",
        arguments: [controller, bucket])
      return (
        try persons.map { try decoder.decode(PersonRecord.self, from: $0) },
        try credentials.map { try decoder.decode(CredentialRecord.self, from: $0) },
        (persons + credentials).reduce(0) { $0 + $1.count }
      )
    }
  }

  /// Lifts the cloud's numbers above what a door has: a cloud that was restored from a copy must
  /// not number what is new like what the door had before. Returns true when the door's past is
  /// not the cloud's, so that it needs everything anew.
  func overtake(_ hello: Hello, of controller: ControllerID) throws -> Bool {
    try database.write { database in
      if let row = try Row.fetchOne(
        database, sql: "SELECT configRevision, config FROM controller WHERE id = ?",
        arguments: [controller.rawValue]),
        UInt64(clamping: row["configRevision"] as Int64) < hello.configRevision
      {
        let revision = hello.configRevision + 1
        var body = row["config"] as Data?
        if let kept = body {
          var document = try JSONCoding.decoder().decode(ConfigurationDocument.self, from: kept)
          document.revision = revision
          body = Data(try JSONCoding.encode(document))
        }
        try database.execute(
          sql: """
            UPDATE controller SET configRevision = ?, config = ?, configPatch = NULL WHERE id = ?
            """,
          arguments: [
            Int64(clamping: body == nil ? hello.configRevision : revision), body,
            controller.rawValue,
          ])
      }
      let last = UInt64(try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
      guard hello.credentialRevision > last else { return false }
      try database.execute(
        sql: "UPDATE revision SET last = ?",
        arguments: [Int64(clamping: hello.credentialRevision + 1)])
      return true
    }
  }
}
