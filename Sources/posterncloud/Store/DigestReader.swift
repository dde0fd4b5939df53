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
      guard try RevisionTable.line(of: controller, database)?.last == revision else { return nil }
      return try Self.digest(for: controller, database)
    }
  }

  /// The digest over what the controller should have by now.
  static func digest(for controller: String, _ database: Database) throws -> RecordSetDigest {
    var digest = RecordSetDigest()
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT hash, bucket FROM knownPerson JOIN person ON person.id = knownPerson.person
          WHERE knownPerson.controller = ?1
        UNION ALL SELECT hash, bucket FROM credential WHERE controller = ?1 AND active
        """, arguments: [controller])
    while let row = try rows.next() {
      digest.toggle(
        Array(try row.decode(Data.self, atIndex: 0)), inBucket: try row.decode(atIndex: 1))
    }
    try RecordNoteTable.correct(&digest, for: controller, database)
    return digest
  }

  /// All records of the buckets where the controller differs, in messages that are small enough;
  /// nil when the controller is not at the latest revision and its digest is not `known`. Records
  /// that have changed since come as they are now.
  func repairs(
    for controller: String, _ report: DigestReport, known: RecordSetDigest? = nil,
    bytesMax: Int = SnapshotTable.chunkBytesMax
  ) throws -> [BucketRepair]? {
    guard let digest = try known ?? digest(for: controller, at: report.revision),
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
        database,
        sql: """
          SELECT record FROM knownPerson JOIN person ON person.id = knownPerson.person
          WHERE knownPerson.controller = ? AND person.bucket = ?
          """, arguments: [controller, bucket])
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
