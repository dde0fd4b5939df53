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
  /// Refuses as `invalid` a delta that is inconsistent (names every problem by its path), whose
  /// base is not the present revision, or that is older; a snapshot may repeat the present
  /// revision, to repair. Removes before it adds, and removes the credentials of a removed person,
  /// so that none of them works again when the person returns.
  func apply(_ delta: CredentialDelta) throws(PortError) -> [CredentialChange] {
    let operation = "apply credentials \(delta.revision)"
    do throws(ValidationFailure) { _ = try delta.validated() } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    return try pool.writing(operation) { database in
      try Self.check(delta, follows: try Self.position(database).revision, operation)
      var records = try RecordWriter(database)
      if delta.baseRevision == nil { try records.removeEverything() }
      try records.removeCredentials(delta.removedCredentials)
      try records.removePersons(delta.removedPersons)
      for record in delta.persons { try records.put(record) }
      // Credentials that stop working are written before those that start to.
      for record in delta.credentials where record.status != "active" { try records.put(record) }
      for record in delta.credentials where record.status == "active" { try records.put(record) }
      // Last, so that nothing of the same message lets them work.
      try records.revoke(delta.revokedAhead ?? [])
      try records.finish(revision: delta.revision)
      return records.changes
    }
  }

  /// Revokes these credentials now, ahead of the delta that carries the revocation.
  func revoke(_ credentials: [String]) throws(PortError) {
    if credentials.isEmpty { return }
    try pool.writing("revoke \(credentials.count) credentials") { database in
      var records = try RecordWriter(database)
      try records.revoke(credentials)
      try records.finish(revision: try Self.position(database).revision)
    }
  }

  private static func check(
    _ delta: CredentialDelta, follows present: UInt64, _ operation: String
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
