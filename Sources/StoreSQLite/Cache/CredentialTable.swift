import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The tables `person`, `credential` and `position`: persons and credentials, and their revision.
struct CredentialTable {
  let pool: DatabasePool

  /// Revision and size.
  func position() throws(PortError) -> CredentialPosition {
    try pool.reading("read the credential position") { try Self.position($0) }
  }

  static func position(_ database: Database) throws -> CredentialPosition {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT revision, credentials, persons FROM position"),
      let revision = UInt64(exactly: try row.decode(Int64.self, atIndex: 0))
    else {
      throw PortError(
        .damaged, operation: "read the credential position",
        detail: "the row that counts the credentials is not there or not sound")
    }
    return CredentialPosition(
      revision: revision, credentials: try row.decode(Int.self, atIndex: 1),
      persons: try row.decode(Int.self, atIndex: 2))
  }

  /// Applies a delta in one transaction.
  ///
  /// Refuses as `invalid` a delta whose base is not the present revision, or that is older; a
  /// snapshot may repeat the present revision, to repair, and a delta, if its answer was lost, but not
  /// with another content. Removes before it adds, and removes the
  /// credentials of a removed person, so that none of them works again when the person returns.
  func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords {
    let operation = "apply credentials \(delta.revision)"
    return try pool.writing(operation) { database in
      var writer = try RecordWriter(database)
      let present = try Self.position(database).revision
      let bound = try BoundRevision.read(database)
      if delta.revision == present, delta.baseRevision != nil {
        try bound.check(delta, operation)
        return AppliedRecords(refused: try writer.withKept(delta.records.notes.refused))
      }
      try Self.check(delta, follows: present, operation)
      let before = writer.digest.root
      let kept = try writer.known(delta.records.notes)
      if delta.baseRevision == nil {
        try writer.noteLeftOut(of: delta.records, kept: kept, max: ApplyReport.stoppedToldMax)
        try writer.removeEverything()
        try writer.putBack(kept)
      }
      try writer.removeCredentials(delta.removedCredentials)
      try writer.removePersons(delta.removedPersons)
      try writer.put(delta.records)
      try writer.finish(revision: delta.revision)
      let after = writer.digest.root
      if delta.revision == present {
        try bound.check(revision: present, before: before, after: after, operation)
      }
      try BoundRevision(content: delta.baseRevision == nil ? nil : delta.content, root: after)
        .keep(database)
      return AppliedRecords(
        changes: writer.changes, refused: try writer.withKept(delta.records.notes.refused),
        stopped: try writer.stopped())
    }
  }

  /// Revokes these credentials now, ahead of the delta that carries the revocation.
  func revoke(_ credentials: [String]) throws(PortError) {
    if credentials.isEmpty { return }
    try pool.writing("revoke \(credentials.count) credentials") { database in
      var records = try RecordWriter(database)
      try records.revokeAhead(credentials, inForce: try Self.position(database).revision)
    }
  }

  private static func check(
    _ delta: SoundDelta, follows present: UInt64, _ operation: String
  ) throws(PortError) {
    if let base = delta.baseRevision, base != present {
      throw PortError(
        .invalid, operation: operation,
        detail: "it builds on revision \(base), here is \(present); send what follows \(present)")
    }
    guard delta.revision >= present else {
      throw PortError(
        .invalid, operation: operation,
        detail: "the snapshot is older than revision \(present), which is in force")
    }
  }
}
