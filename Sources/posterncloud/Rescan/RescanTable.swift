import DoorRules
import GRDB

/// The table `rescan`: when each controller last read all its records again.
struct RescanTable {
  let database: DatabasePool

  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("when records were read again") { database in
      try database.execute(
        sql: "CREATE TABLE rescan (controller TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT")
    }
  }

  /// When it last did, in milliseconds since 1970. One that is new is stored as read at `now`: its records
  /// were just written.
  func last(_ controller: ControllerID, newAt now: Int64) throws -> Int64 {
    let known = try database.read { database in
      try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT at FROM rescan WHERE controller = ?"),
        arguments: [controller.rawValue])
    }
    if let known { return known }
    try note(controller, at: now)
    return now
  }

  func note(_ controller: ControllerID, at now: Int64) throws {
    try database.write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO rescan VALUES (?, ?)", arguments: [controller.rawValue, now])
    }
  }
}
