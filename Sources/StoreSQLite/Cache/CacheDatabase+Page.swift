public import CloudProtocol
public import DoorPorts
import GRDB

extension CacheDatabase {
  /// The most credentials of a page.
  public static let pageLimitMax = 500

  /// Credentials whose id sorts after `after`, ordered by id, of one person or of all.
  public func page(
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

extension LateOpening where Database == CacheDatabase {
  /// Credentials whose id sorts after `after`, ordered by id, of one person or of all.
  public func page(
    after: String?, person: String?, limit: Int
  ) throws(PortError) -> [CredentialRecord] {
    try opened().page(after: after, person: person, limit: limit)
  }
}
