import DoorPorts
import GRDB

/// Carries over what can be read of a damaged log: what happened during an outage is nowhere else.
enum EventSalvage {
  /// Events that the cloud has and that come along, the newest: whoever stands at the door waits for
  /// this. All are in the file that was moved aside.
  static let salvagedSettledMax = 10_000

  /// Epoch and numbers go on as they were. Throws when the row that counts the events cannot be read
  /// or is behind them: numbers would be given twice.
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
    for table in smallTables { try copy(table, where: "true", from: old, into: new) }
  }

  private static let logColumns = "epoch, last, acknowledged, dropped, chain"

  struct Table {
    let name: String
    /// The key is the first.
    let columns: [String]

    private var list: String { columns.joined(separator: ", ") }
    var select: String { "SELECT \(list) FROM \(name)" }

    /// False for a row that is there already, or that is no sound one.
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

  /// From both ends, where one does not reach: what follows a spoiled page cannot be reached from
  /// before it. A row that comes again ends it: spoiled pages may lead round in a circle.
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

  /// Of these numbers none is missing in a sound log, so that behind a spoiled page each can be asked
  /// for.
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
