import CloudProtocol
import Foundation
import GRDB

/// Compares what a controller has with what it should have, and reads what repairs it.
struct DigestReader {
  let database: DatabasePool

  /// The digest over what the controller should have at `revision`, and in place of the records
  /// that it refused over what it said it keeps; nil unless that is the
  /// latest revision, since the records of older ones are gone.
  func digest(for controller: String, at revision: UInt64) throws -> RecordSetDigest? {
    try database.read { database in
      guard try RevisionTable.last(database) == revision else { return nil }
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
      try RecordNoteTable.correct(&digest, for: controller, database)
      return digest
    }
  }

  /// All records of the buckets where the controller differs, in messages that are small enough;
  /// nil when the controller is not at the latest revision.
  func repairs(
    for controller: String, _ report: DigestReport, bytesMax: Int = SnapshotTable.chunkBytesMax
  ) throws -> [BucketRepair]? {
    guard let digest = try digest(for: controller, at: report.revision),
      report.buckets.count == RecordSetDigest.bucketCount
    else { return nil }
    let different = zip(digest.buckets, report.buckets).enumerated()
      .filter { $0.element.0 != $0.element.1 }.map(\.offset)
    var repairs: [BucketRepair] = []
    var bytes = 0
    for bucket in different {
      let (persons, credentials, size) = try records(inBucket: bucket, of: controller)
      if repairs.isEmpty || bytes + size > bytesMax {
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
  ) throws -> ([PersonRecord], [CredentialRecord], bytes: Int) {
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
}
