import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The tables `staging` and `staged_…`: a snapshot that is being pulled.
struct SnapshotTable {
  let pool: DatabasePool

  /// Begins to stage a snapshot, or returns how far it was staged before. Refuses as `invalid` a
  /// snapshot that is older than the present revision.
  func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    let operation = "begin snapshot \(offer.snapshotID)"
    do throws(ValidationFailure) { try offer.check() } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    return try gathering(operation) { database, isRefused in
      let present = try CredentialTable.position(database).revision
      guard offer.revision >= present else {
        throw PortError(
          .invalid, operation: operation,
          detail: "revision \(offer.revision) is older than \(present), which is in force")
      }
      let stopped = try Self.revokeAhead(offer, inForce: present, database)
      if var staged = try Self.staged(database), staged.snapshotID == offer.snapshotID,
        staged.revision == offer.revision, staged.chunks == offer.chunks
      {
        staged.stopped = stopped
        return staged
      }
      try StagedRows.forget(database)
      try database.execute(
        sql: "INSERT INTO staging VALUES (1, ?, ?, ?)",
        arguments: [offer.snapshotID, Int64(clamping: offer.revision), offer.chunks])
      var staged = StagedSnapshot(
        snapshotID: offer.snapshotID, revision: offer.revision, chunks: offer.chunks, next: 0)
      if offer.chunks == 0 { try Self.putInForce(&staged, database, operation, &isRefused) }
      staged.stopped.add(stopped)
      return staged
    }
  }

  /// Stages a chunk; ignores one that is not the next. The last chunk lets the snapshot replace all
  /// records but those that a refused one names, in one transaction. Nil when no such snapshot is
  /// being staged.
  func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot? {
    let operation = "keep chunk \(chunk.index) of snapshot \(chunk.snapshotID)"
    return try gathering(operation) { database, isRefused in
      guard var staged = try Self.staged(database), staged.snapshotID == chunk.snapshotID,
        staged.revision == chunk.revision
      else { return nil }
      let present = try CredentialTable.position(database).revision
      guard staged.revision >= present else {
        isRefused = true
        throw PortError(
          .invalid, operation: operation,
          detail: "revision \(staged.revision) is older than \(present), which is in force by now")
      }
      guard chunk.index == staged.next else { return staged }
      try StagedRows.add(chunk, database)
      staged.next += 1
      if staged.next == staged.chunks {
        try Self.putInForce(&staged, database, operation, &isRefused)
      }
      return staged
    }
  }

  /// A snapshot that is refused at its end is not gathered any longer.
  private func gathering<Value>(
    _ operation: String, _ body: (Database, inout Bool) throws -> Value
  ) throws(PortError) -> Value {
    var isRefused = false
    do throws(PortError) {
      return try pool.writing(operation) { try body($0, &isRefused) }
    } catch {
      if isRefused {
        try pool.writing("forget a snapshot that was refused") { try StagedRows.forget($0) }
      }
      throw error
    }
  }

  /// They stop now, ahead of the snapshot that leaves them out.
  private static func revokeAhead(
    _ offer: SnapshotOffer, inForce present: UInt64, _ database: Database
  ) throws -> StoppedRecords {
    let ids = offer.revokedAhead
    guard try !Withdrawals.hold(ids, told: offer.revision, database) else {
      return StoppedRecords()
    }
    var records = try RecordWriter(database)
    try records.revokeAhead(ids, inForce: present, told: offer.revision)
    return try records.stopped()
  }

  private static func staged(_ database: Database) throws -> StagedSnapshot? {
    guard
      let row = try Row.fetchOne(database, sql: "SELECT snapshot, revision, chunks FROM staging")
    else { return nil }
    let revision: Int64 = try row.decode(atIndex: 1)
    return StagedSnapshot(
      snapshotID: try row.decode(atIndex: 0), revision: UInt64(clamping: revision),
      chunks: try row.decode(atIndex: 2),
      next: try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM staged_chunk") ?? 0)
  }

  /// Notes what there is to say about its records, and what stopped.
  private static func putInForce(
    _ staged: inout StagedSnapshot, _ database: Database, _ operation: String,
    _ isRefused: inout Bool
  ) throws {
    let revision = staged.revision
    var notes = try StagedRows.notes(database)
    var writer = try RecordWriter(database)
    let before = writer.digest.root
    let present = try CredentialTable.position(database).revision
    let kept = try writer.known(notes)
    try writer.removeEverything(butStaged: true)
    try writer.takeStaged()
    try writer.putBack(kept)
    try writer.stop(notes)
    try writer.finish(revision: revision)
    let after = writer.digest.root
    if revision == present {
      isRefused = true
      try BoundRevision.read(database)
        .check(revision: revision, before: before, after: after, operation)
      isRefused = false
    }
    try BoundRevision(root: after).keep(database)
    try StagedRows.forget(database)
    notes.refused += RefusedRecord.withdrawn(
      persons: writer.heldBack[.person] ?? [], credentials: writer.heldBack[.credential] ?? [])
    notes.refused = try writer.withKept(notes.refused)
    staged.notes = notes
    staged.stopped = try writer.stopped()
  }
}
