import CloudProtocol
import DoorRules
import GRDB

/// The table `urgent`: alarms and admin actions, which a controller publishes ahead of its backlog.
/// Each arrives again in its order, and is then stored in the table `event` too.
struct UrgentEventTable {
  let database: DatabasePool

  func take(_ urgent: UrgentEvent, from controller: ControllerID) throws {
    guard let number = urgent.event.number else {
      throw CloudProblem("an urgent event has no number")
    }
    try database.write { database in
      let kept = try urgent.event.nameless { try ErasedTable.holds($0, database) }
      try database.execute(
        sql: "INSERT OR IGNORE INTO urgent VALUES (?, ?, ?, ?, ?)",
        arguments: [
          controller.rawValue, urgent.epoch, Int64(clamping: number), CloudClock.now(),
          try storedJSON(kept ?? urgent.event),
        ])
    }
  }

  /// In the order of arrival, newest first; of all controllers where `controller` is nil.
  func list(controller: String?, limit: Int) throws -> [ArrivedEvent] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT number, controller, event FROM urgent WHERE (?1 IS NULL OR controller = ?1)
          ORDER BY arrived DESC, number DESC LIMIT ?2
          """, arguments: [controller, limit]
      ).map { try ArrivedEvent($0, position: "number") }
    }
  }
}
