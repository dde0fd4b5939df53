public import CloudProtocol
public import DoorPorts
import Foundation
import GRDB

extension CacheDatabase {
  /// Where the credentials stand.
  public func credentialPosition() throws(PortError) -> CredentialPosition {
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

  /// Applies a delta in one transaction: all of it or nothing.
  ///
  /// Refuses as `invalid` a delta that does not hold together (every problem by path), whose
  /// base is not the present revision, or that would go back; a snapshot may repeat the present
  /// revision, to repair. What is removed goes before anything comes, and a removed person's
  /// credentials go too, so that none of them works again should the person come back.
  public func apply(_ delta: CredentialDelta) throws(PortError) {
    let operation = "apply credentials \(delta.revision)"
    do throws(ValidationFailure) { _ = try delta.validated() } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    try pool.writing(operation) { database in
      try Self.check(delta, follows: try Self.position(database).revision, operation)
      try Self.remove(delta, from: database)
      try Self.put(delta, into: database)
      // Counted here, so that asking for the position is cheap.
      try database.execute(
        sql: """
          UPDATE position SET revision = ?,
            credentials = (SELECT COUNT(*) FROM credential),
            persons = (SELECT COUNT(*) FROM person)
          """, arguments: [Int64(clamping: delta.revision)])
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

  private static func remove(_ delta: CredentialDelta, from database: Database) throws {
    guard delta.baseRevision != nil else {
      return try database.execute(sql: "DELETE FROM credential; DELETE FROM person")
    }
    let removeCredential = try database.cachedStatement(
      sql: "DELETE FROM credential WHERE id = ?")
    for id in delta.removedCredentials { try removeCredential.execute(arguments: [id]) }
    let removePerson = try database.cachedStatement(sql: "DELETE FROM person WHERE id = ?")
    let removeTheirs = try database.cachedStatement(
      sql: "DELETE FROM credential WHERE person = ?")
    for id in delta.removedPersons {
      try removePerson.execute(arguments: [id])
      try removeTheirs.execute(arguments: [id])
    }
  }

  private static func put(_ delta: CredentialDelta, into database: Database) throws {
    let putPerson = try database.cachedStatement(sql: PersonRecord.putSQL)
    for record in delta.persons { try putPerson.execute(arguments: try record.arguments()) }
    let putCredential = try database.cachedStatement(sql: CredentialRecord.putSQL)
    for record in delta.credentials {
      try putCredential.execute(arguments: try record.arguments())
    }
  }
}
