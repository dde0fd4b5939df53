import DoorPorts
import GRDB

/// Copies the readable part of a damaged log: events of an outage exist nowhere else.
enum EventSalvage {
  /// So many of the newest acknowledged events are copied: the door waits for this. All of them
  /// stay in the file that was moved aside.
  static let salvagedSettledMax = 10_000

  /// Keeps epoch and numbers. Throws when the row that counts the events cannot be read or is
  /// behind them: numbers would be used twice.
  static func salvage(from old: Database, into new: Database) throws {
    let position = try EventTable.position(old)
    let newest = try? Int64.fetchOne(old, sql: "SELECT MAX(number) FROM event")
    guard newest ?? 0 <= Int64(clamping: position.last),
      position.lacked <= EventDatabase.lackedSoundMax,
      let log = try Row.fetchOne(old, sql: "SELECT \(logColumns) FROM log")
    else { throw PortError(.damaged, operation: "salvage the log", detail: "it counts wrong") }
    try new.execute(
      sql: "UPDATE log SET (\(logColumns)) = (?, ?, ?, ?, ?)",
      arguments: StatementArguments(log.databaseValues))
    let settled = Int64(clamping: position.settled)
    try copyLacked(from: old, into: new, after: settled, through: Int64(clamping: position.last))
    let range = "number BETWEEN \(settled - Int64(salvagedSettledMax) + 1) AND \(settled)"
    try copy(events, where: range, from: old, into: new)
    try salvageMemory(from: old, into: new)
  }

  /// What the door remembers beside its events: spent uses, presence, commands that acted, keys that
  /// were handed over. That counts in a log which begins anew as well.
  static func salvageMemory(from old: Database, into new: Database) throws {
    for table in smallTables { try copy(table, where: "true", from: old, into: new) }
  }

  private static let logColumns = "epoch, last, acknowledged, dropped, chain"

  struct Table {
    let name: String
    /// The first one is the key.
    let columns: [String]

    private var list: String { columns.joined(separator: ", ") }
    var select: String { "SELECT \(list) FROM \(name)" }

    /// False for a row that exists already, or that violates a constraint.
    func insert(_ row: Row, into new: Database) throws -> Bool {
      let values = columns.map { _ in "?" }.joined(separator: ", ")
      do {
        try new.cachedStatement(sql: "INSERT INTO \(name) (\(list)) VALUES (\(values))")
          .execute(arguments: StatementArguments(row.databaseValues))
        return true
      } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
        return false
      }
    }
  }

  static let events = Table(
    name: "event",
    columns: [
      "number", "time", "type", "door", "person", "reason", "draft", "chain", "urgent",
    ])

  static let smallTables = [
    Table(
      name: "command", columns: ["number", "id", "begun", "expires", "result", "confirmed"]),
    Table(name: "state", columns: ["key", "value"]),
    Table(name: "issued", columns: ["id", "body"]),
    Table(name: "issuer", columns: ["issuer", "sequence", "lastOrder"]),
  ]

  /// Reads from both ends: rows behind a damaged page can only be reached from the other side.
  /// Stops at a row that was copied before: damaged pages may link in a circle.
  private static func copy(
    _ table: Table, where condition: String, from old: Database, into new: Database
  ) throws {
    for order in ["ASC", "DESC"] {
      let sql = "\(table.select) WHERE \(condition) ORDER BY \(table.columns[0]) \(order)"
      guard let rows = try? Row.fetchCursor(old, sql: sql) else { continue }
      while case .success(let row) = Result(catching: rows.next) {
        guard let row else { return }
        guard try table.insert(row, into: new) else { break }
      }
    }
  }

  /// A sound log misses none of these numbers, so each can be looked up behind a damaged page.
  private static func copyLacked(
    from old: Database, into new: Database, after: Int64, through last: Int64
  ) throws {
    let following = try old.cachedStatement(
      sql: "\(events.select) WHERE number >= ? ORDER BY number")
    var next = after + 1
    while next <= last {
      let start = next
      if let rows = try? Row.fetchCursor(following, arguments: [next]) {
        while let row = try? rows.next(), let number = try? row.decode(Int64.self, atIndex: 0),
          number == next, next <= last
        {
          _ = try events.insert(row, into: new)
          next += 1
        }
      }
      if next == start { next += 1 }
    }
  }
}
