import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB

/// Reads of credentials and persons, for decisions at a door and for lists.
struct LookUpReader {
  let pool: DatabasePool

  /// The most credentials on one page.
  static let pageLimitMax = 500

  /// Holders of any of these digests, ordered by credential id, at most ``PolicyStore/holdersMax``.
  /// When a digest has more holders than that, known people, the active and longest valid come first.
  func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try pool.reading("look up a credential") { database in
      let find = try database.cachedStatement(
        sql: """
          \(Self.selectHolders)
          WHERE credential.digest = ?
          ORDER BY person.id IS NULL, credential.status <> 'active', credential.valid_until IS NOT NULL,
            credential.valid_until DESC, credential.id
          LIMIT \(CacheDatabase.holdersMax)
          """)
      var holders: [CredentialHolder] = []
      for digest in Set(digests) {
        for row in try Row.fetchAll(find, arguments: [Data(digest.bytes)]) {
          holders.append(try Self.holder(row))
        }
      }
      return CacheDatabase.chosen(of: holders)
    }
  }

  /// Each credential with its person, which may not be here, and the hashes of both.
  private static let selectHolders = """
    SELECT \(CredentialRecord.rows.columns), \(PersonRecord.rows.columns), credential.hash, person.hash
    FROM credential LEFT JOIN person ON person.id = credential.person
    """

  private static func holder(_ row: Row) throws -> CredentialHolder {
    let start = CredentialRecord.rows.names.count
    let end = start + PersonRecord.rows.names.count
    let credential = try credential(row, hashAt: end)
    let isHere = try row.decode(String?.self, atIndex: start) != nil
    return CredentialHolder(
      credential: credential,
      person: isHere
        ? try person(row, from: start, hashAt: end + 1) : .unknown(credential.person))
  }

  private static func credential(_ row: Row, hashAt index: Int) throws -> Credential {
    let record = try CredentialRecord(row)
    // A revoked one opens nothing anyhow.
    if record.status != "revoked" {
      try check(row, at: index, is: try record.recordHash(), of: "credential \(record.id)")
    }
    return try record.validated(path: "credential")
  }

  private static func person(_ row: Row, from start: Int, hashAt index: Int) throws -> Person {
    let record = try PersonRecord(row, from: start)
    try check(row, at: index, is: try record.recordHash(), of: "person \(record.id)")
    return try record.validated(path: "person")
  }

  /// What is not as it was stored opens nothing: a value that the disk has changed can still be one
  /// that a record may have. An update of the tables leaves no hash until a rescan computes it.
  private static func check(
    _ row: Row, at index: Int, is hash: [UInt8], of what: String
  ) throws {
    let kept = try row.decode(Data?.self, atIndex: index)
    guard kept == nil || kept.map({ Array($0) }) == hash else {
      throw PortError(
        .damaged, operation: "read \(what)", detail: "it is not as it was stored")
    }
  }

  /// The holder of one credential, by its id; nil when the credential is unknown.
  func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try pool.reading("look up credential \(credential)") { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: "\(Self.selectHolders) WHERE credential.id = ?"),
        arguments: [credential.rawValue]
      ).map(Self.holder)
    }
  }

  /// A person; nil for an unknown one.
  func person(_ id: PersonID) throws(PortError) -> Person? {
    try pool.reading("look up person \(id)") { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: "SELECT \(PersonRecord.rows.columns), person.hash FROM person WHERE id = ?"),
        arguments: [id.rawValue]
      ).map { try Self.person($0, from: 0, hashAt: PersonRecord.rows.names.count) }
    }
  }

  /// Every credential of a person, ordered by id.
  func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try pool.reading("look up the credentials of \(person)") { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT \(CredentialRecord.rows.columns), credential.hash FROM credential
            WHERE person = ? ORDER BY id
            """), arguments: [person.rawValue]
      ).map { try Self.credential($0, hashAt: CredentialRecord.rows.names.count) }
    }
  }

  /// Credentials whose id sorts after `after`, ordered by id, of one person or of all.
  func page(
    after: String?, person: String?, limit: Int
  ) throws(PortError) -> [CredentialRecord] {
    try pool.reading("list credentials") { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT \(CredentialRecord.rows.columns) FROM credential
            WHERE id > ? AND (? IS NULL OR person = ?) ORDER BY id LIMIT ?
            """),
        arguments: [after ?? "", person, person, min(max(limit, 1), Self.pageLimitMax)]
      ).map { try CredentialRecord($0) }
    }
  }
}
