import CloudAPI
import Foundation
import GRDB

/// The store of the API in the cloud's own database.
struct SQLitePlatform: PlatformStore {
  let database: DatabasePool

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (any PlatformTransaction) throws -> Value
  ) async throws -> Value {
    try await database.read { try body(SQLiteTransaction(database: $0)) }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (any PlatformTransaction) throws -> Value
  ) async throws -> Value {
    try await database.write { try body(SQLiteTransaction(database: $0)) }
  }
}

/// One transaction: documents, logs and notices here, what doors are served from beside it.
struct SQLiteTransaction: PlatformTransaction {
  let database: Database

  // MARK: Documents

  func document(_ kind: DocumentKind, _ id: String) throws -> [UInt8]? {
    try Data.fetchOne(
      database.cachedStatement(sql: "SELECT body FROM document WHERE kind = ? AND id = ?"),
      arguments: [kind.rawValue, id]
    ).map(Array.init)
  }

  func documents(
    _ kind: DocumentKind, parent: String?, after: String, limit: Int
  ) throws -> [StoredEntry] {
    var arguments: StatementArguments = [kind.rawValue, after]
    if let parent { arguments += [parent] }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT id, body FROM document
        WHERE kind = ? AND id > ?\(parent == nil ? "" : " AND parent = ?")
        ORDER BY id LIMIT \(limit)
        """, arguments: arguments
    ).map { StoredEntry(id: $0["id"], body: Array($0["body"] as Data)) }
  }

  func documents(
    _ kind: DocumentKind, holding text: String, after: String, limit: Int
  ) throws -> [StoredEntry] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT id, body FROM document
        WHERE kind = ? AND id > ? AND instr(CAST(body AS TEXT), ?) > 0 ORDER BY id LIMIT \(limit)
        """, arguments: [kind.rawValue, after, try PersonTraces.written(text)]
    ).map { StoredEntry(id: $0["id"], body: Array($0["body"] as Data)) }
  }

  func put(
    _ kind: DocumentKind, _ id: String, parent: String?, _ body: [UInt8], at: Int64
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO document (kind, id, parent, changed, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (kind, id) DO UPDATE SET parent = excluded.parent, changed = excluded.changed,
          body = excluded.body
        """
    ).execute(arguments: [kind.rawValue, id, parent, at, Data(body)])
  }

  func remove(_ kind: DocumentKind, _ id: String) throws {
    try database.execute(
      sql: "DELETE FROM document WHERE kind = ? AND id = ?", arguments: [kind.rawValue, id])
  }

  func removeOld(_ kind: DocumentKind, before: Int64, limit: Int) throws {
    try database.execute(
      sql: """
        DELETE FROM document WHERE kind = ?1 AND id IN (
          SELECT id FROM document WHERE kind = ?1 AND changed < ?2 ORDER BY changed LIMIT ?3)
        """, arguments: [kind.rawValue, before, limit])
  }

  // MARK: Logs

  func append(_ log: LogKind, _ body: [UInt8], at: Int64) throws {
    try database.execute(
      sql: "INSERT INTO platformLog (log, at, body) VALUES (?, ?, ?)",
      arguments: [log.rawValue, at, Data(body)])
  }

  func entries(_ log: LogKind, before: Int64?, limit: Int) throws -> [StoredEntry] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT position, body FROM platformLog WHERE log = ? AND position < ?
        ORDER BY position DESC LIMIT ?
        """, arguments: [log.rawValue, before ?? .max, limit]
    ).map { StoredEntry(id: String($0["position"] as Int64), body: Array($0["body"] as Data)) }
  }

  // MARK: Notices

  func notices(after: Int64, limit: Int) throws -> [Notice] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM notice WHERE position > ? ORDER BY position LIMIT ?",
      arguments: [after, limit]
    ).compactMap { row in
      try Notice.Kind(rawValue: row.decode(forColumn: "kind")).map {
        Notice(
          position: try row.decode(forColumn: "position"),
          atMilliseconds: try row.decode(forColumn: "at"), kind: $0,
          reference: try row.decode(forColumn: "reference"),
          detail: try row.decode(forColumn: "detail"))
      }
    }
  }

  func removeNotices(before: Int64, through position: Int64, limit: Int) throws {
    try database.execute(
      sql: """
        DELETE FROM notice WHERE position IN (
          SELECT position FROM (SELECT position, at FROM notice ORDER BY position LIMIT ?)
          WHERE at < ? AND position <= ?)
        """, arguments: [limit, before, position])
  }

  func lastNotice() throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'notice'") ?? 0
  }
}
