import CloudProtocol
import Foundation
import GRDB

/// A snapshot on its way: rows as they will be, beside those in force. All that is left to do in the
/// end is to copy them, so that the change is short.
enum StagedRows {
  /// Each chunk is counted, which is how far the snapshot was gathered.
  static func add(_ chunk: SnapshotChunk, _ database: Database) throws {
    let putPerson = try database.cachedStatement(sql: PersonRecord.rows.stage)
    for record in chunk.persons {
      try putPerson.execute(
        arguments: try record.arguments(
          hash: try record.recordHash(), bucket: RecordSetDigest.bucket(of: record.id)))
    }
    let putCredential = try database.cachedStatement(sql: CredentialRecord.rows.stage)
    for record in chunk.credentials {
      try putCredential.execute(
        arguments: try record.arguments(
          hash: try record.recordHash(), bucket: RecordSetDigest.bucket(of: record.id)))
    }
    try database.execute(
      sql: "INSERT INTO staged_chunk VALUES (?, x'')", arguments: [chunk.index])
  }

  static func forget(_ database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM staged_person;
        DELETE FROM staged_credential;
        DELETE FROM staged_chunk;
        DELETE FROM staging
        """)
  }
}

extension RecordWriter {
  /// Takes the rows of a snapshot; what was here before must be removed. What became of each is not
  /// noted: a snapshot says how things are, not what changed.
  mutating func takeStaged() throws {
    for rows in [PersonRecord.rows, CredentialRecord.rows] {
      try database.execute(sql: rows.takeStaged)
    }
    let counting = try Row.fetchCursor(
      database,
      sql: """
        SELECT hash, bucket FROM person
        UNION ALL SELECT hash, bucket FROM credential WHERE status = 'active'
        """)
    while let row = try counting.next() {
      let hash: Data = try row.decode(atIndex: 0)
      digest.toggle(Array(hash), inBucket: try row.decode(atIndex: 1))
    }
  }
}
