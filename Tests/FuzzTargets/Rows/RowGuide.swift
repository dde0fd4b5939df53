import Foundation
import GRDB
import StoreSQLite

/// The tables of the two files with their columns, and how their schema reads.
struct RowGuide {
  struct Table {
    var name: String
    var columns: [String]
    var keys: [String]
    var rowCount: Int
  }

  struct File {
    var name: String
    var tables: [Table]
    /// The statements that made the tables; while values are written these are loosened, since the
    /// files of a worn card keep no promise.
    var schema: [String: String]
  }

  let files: [File]

  init(folder: String) throws {
    files = try [CacheDatabase.fileName, EventDatabase.fileName].map { name in
      let queue = try DatabaseQueue(path: "\(folder)/\(name)")
      defer { try? queue.close() }
      return try queue.read { database in
        let made = try Row.fetchAll(
          database,
          sql: """
            SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL
              AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY name
            """)
        var schema: [String: String] = [:]
        for row in made { schema[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1) }
        let tables = try schema.keys.sorted().map { table in
          Table(
            name: table, columns: try database.columns(in: table).map(\.name),
            keys: try database.primaryKey(table).columns,
            rowCount: try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)") ?? 0)
        }
        return File(name: name, tables: tables, schema: schema)
      }
    }
  }
}
