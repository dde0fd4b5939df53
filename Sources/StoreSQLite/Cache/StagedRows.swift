import CloudProtocol
import Foundation
import GRDB

/// The rows of a snapshot that is being pulled, beside those in force. Applying it only copies
/// them, so that the transaction is short.
enum StagedRows {
  /// Counts each chunk, which shows how far the snapshot was pulled, and keeps what there is to say
  /// about its records.
  static func add(_ chunk: SoundChunk, _ database: Database) throws {
    let putPerson = try database.cachedStatement(sql: PersonRecord.rows.stage)
    for record in chunk.records.persons {
      try putPerson.execute(
        arguments: try record.arguments(
          hash: try record.recordHash(), bucket: RecordSetDigest.bucket(of: record.id)))
    }
    let putCredential = try database.cachedStatement(sql: CredentialRecord.rows.stage)
    for record in chunk.records.credentials {
      try putCredential.execute(
        arguments: try record.arguments(
          hash: try record.recordHash(), bucket: RecordSetDigest.bucket(of: record.id)))
    }
    let notes = chunk.records.notes
    let body = notes.isEmpty ? Data() : Data(try JSONCoding.encode(notes))
    try database.execute(
      sql: "INSERT INTO staged_chunk VALUES (?, ?)", arguments: [chunk.index, body])
  }

  /// What there is to say about the records of all chunks.
  static func notes(_ database: Database) throws -> RecordNotes {
    let bodies = try Data.fetchAll(
      database, sql: "SELECT body FROM staged_chunk WHERE length(body) > 0 ORDER BY number")
    var notes = RecordNotes()
    for body in bodies {
      let chunk = try JSONCoding.decoder().decode(RecordNotes.self, from: body)
      notes.refused += chunk.refused
      notes.warnings += chunk.warnings
    }
    return notes
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
  /// Copies the rows of a snapshot; the earlier rows must have been removed. Records no changes: a
  /// snapshot does not show what changed.
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
