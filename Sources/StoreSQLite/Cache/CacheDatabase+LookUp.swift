public import CloudProtocol
public import DoorPorts
public import DoorRules
import Foundation
import GRDB

extension CacheDatabase {
  /// Holders of any of these digests, ordered by credential id, at most ``holdersMax``. Where
  /// one value has had more holders than that, those that can still pass come first.
  public func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try pool.reading("look up a credential") { database in
      let find = try database.cachedStatement(
        sql: """
          SELECT \(CredentialRecord.rows.columns), \(PersonRecord.rows.columns)
          FROM credential JOIN person ON person.id = credential.person
          WHERE credential.digest = ?
          ORDER BY credential.status <> 'active', credential.valid_until IS NOT NULL,
            credential.valid_until DESC, credential.id
          LIMIT \(Self.holdersMax)
          """)
      var holders: [CredentialHolder] = []
      for digest in Set(digests) {
        for row in try Row.fetchAll(find, arguments: [Data(digest.bytes)]) {
          holders.append(
            CredentialHolder(
              credential: try CredentialRecord(row).validated(path: "credential"),
              person: try PersonRecord(row, from: CredentialRecord.rows.names.count)
                .validated(path: "person")))
        }
      }
      holders.sort {
        ($0.credential?.id.rawValue ?? "") < ($1.credential?.id.rawValue ?? "")
      }
      return Array(holders.prefix(Self.holdersMax))
    }
  }

  /// The holder of one credential, by its id; nil when it or its person is not known here.
  public func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try pool.reading("look up credential \(credential)") { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT \(CredentialRecord.rows.columns), \(PersonRecord.rows.columns)
            FROM credential JOIN person ON person.id = credential.person
            WHERE credential.id = ?
            """), arguments: [credential.rawValue]
      ).map { row in
        CredentialHolder(
          credential: try CredentialRecord(row).validated(path: "credential"),
          person: try PersonRecord(row, from: CredentialRecord.rows.names.count)
            .validated(path: "person"))
      }
    }
  }

  /// A person, as last sent; nil for one who is not known here.
  public func person(_ id: PersonID) throws(PortError) -> Person? {
    try pool.reading("look up person \(id)") { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: "SELECT \(PersonRecord.rows.columns) FROM person WHERE id = ?"),
        arguments: [id.rawValue]
      ).map { try PersonRecord($0, from: 0).validated(path: "person") }
    }
  }

  /// Every credential of a person, ordered by id.
  public func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try pool.reading("look up the credentials of \(person)") { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT \(CredentialRecord.rows.columns) FROM credential WHERE person = ? ORDER BY id
            """), arguments: [person.rawValue]
      ).map { try CredentialRecord($0).validated(path: "credential") }
    }
  }
}
