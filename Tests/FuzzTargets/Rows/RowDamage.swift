import CoreModels
import Foundation
import GRDB

/// Replaces values of rows.
struct RowDamage {
  let guide: RowGuide

  /// What one file suffered.
  struct Done {
    var rows = 0
    var values = 0
  }

  /// Damages some tables of a file, many rows of each, or only one value.
  func harm(
    _ file: RowGuide.File, in folder: String, _ random: inout Xorshift
  ) throws -> Done {
    var settings = Configuration()
    settings.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    let path = "\(folder)/\(file.name)"
    let loose = file.schema.mapValues(Self.loosened)
    try rewrite(path, loose, settings)
    var done = Done()
    let isThorough = random.chance(2, in: 3)
    let queue = try DatabaseQueue(path: path, configuration: settings)
    try queue.write { database in
      for table in file.tables where table.rowCount > 0 {
        // A table of one row counts everything: with it broken the rest is hardly read.
        guard random.chance(table.rowCount == 1 ? 1 : 4, in: 8) else { continue }
        try harm(table, isThorough ? 100 : 5, database, &random, &done)
      }
    }
    try queue.close()
    try rewrite(path, file.schema, settings)
    return done
  }

  private func harm(
    _ table: RowGuide.Table, _ percent: UInt64, _ database: Database, _ random: inout Xorshift,
    _ done: inout Done
  ) throws {
    let list = table.columns.joined(separator: ", ")
    let rows = try Row.fetchAll(database, sql: "SELECT \(list) FROM \(table.name)")
    for row in rows where random.chance(percent, in: 100) {
      let isOne = random.chance(3, in: 4)
      for column in isOne
        ? [table.columns[random.number(0...table.columns.count - 1)]] : table.columns
      {
        // A key stays most of the time, so that the row is found.
        if table.keys.contains(column), !random.chance(1, in: 8) { continue }
        let condition = table.keys.map { "\($0) IS ?" }.joined(separator: " AND ")
        let keys: [DatabaseValue] = table.keys.map { row[$0] }
        let value = Self.value(after: row[column], &random)
        // Two rows may get one key: then the later one stays. A key that is no number where it must
        // be one, or is nothing, SQLite refuses whatever the schema says.
        let isTaken: Void? = try? database.execute(
          sql: "UPDATE OR REPLACE \(table.name) SET \(column) = ? WHERE \(condition)",
          arguments: StatementArguments([value] + keys))
        guard isTaken != nil else { continue }
        done.values += 1
      }
      done.rows += 1
    }
  }

  private func rewrite(
    _ path: String, _ schema: [String: String], _ settings: Configuration
  ) throws {
    let queue = try DatabaseQueue(path: path, configuration: settings)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA writable_schema = ON")
      for (table, sql) in schema {
        try database.execute(
          sql: "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
          arguments: [sql, table])
      }
    }
    try queue.close()
  }

  /// The statement without types, checks and what else restrains a value.
  private static func loosened(_ sql: String) -> String {
    var text = sql.replacingOccurrences(of: "STRICT, WITHOUT ROWID", with: "WITHOUT ROWID")
      .replacingOccurrences(of: " STRICT", with: "").replacingOccurrences(of: " NOT NULL", with: "")
    for word in [" TEXT", " BLOB"] { text = text.replacingOccurrences(of: word, with: "") }
    // `INTEGER PRIMARY KEY` names the row itself, and stays.
    text = text.replacingOccurrences(
      of: " INTEGER(?! PRIMARY)", with: "", options: .regularExpression)
    return text.replacingOccurrences(
      of: #"CHECK \((?:[^()]|\([^()]*\))*\)"#, with: "CHECK (1)", options: .regularExpression)
  }

  // MARK: Values

  private static let numbers: [Int64] = [
    .min, .min + 1, -9_007_199_254_740_993, -4_294_967_297, -2, -1, 0, 1, 2, 255, 65_536,
    2_147_483_647, 2_147_483_648, 4_294_967_296, 9_007_199_254_740_993, 92_233_720_368_547_758,
    9_223_372_036_854_775, .max - 1, .max,
  ]

  private static func value(after old: DatabaseValue, _ random: inout Xorshift) -> DatabaseValue {
    switch random.number(0...9) {
    case 0: return .null
    case 1, 2: return number(&random).databaseValue
    case 3:
      return [1e308, -1e308, 0.5, -0.0, 9.3e18, Double.infinity][random.number(0...5)].databaseValue
    case 4: return text(&random).databaseValue
    case 5:
      return Data((0..<random.number(0...40)).map { _ in UInt8(random.number(0...255)) })
        .databaseValue
    default: return changed(old, &random)
    }
  }

  private static func number(_ random: inout Xorshift) -> Int64 {
    random.chance(1, in: 4)
      ? Int64(bitPattern: random.next()) : numbers[random.number(0...numbers.count - 1)]
  }

  private static func text(_ random: inout Xorshift) -> String {
    switch random.number(0...5) {
    case 0: ""
    case 1: "\(number(&random))"
    case 2: "99999999999999999999999999"
    case 3: "\u{1B}[31m\n#99 \u{0}x"
    case 4: String(repeating: "a b:", count: random.number(0...200))
    default: ["[]", "{}", "null", "[[[[1]]]]", "[\"a\",null]", "1e999"][random.number(0...5)]
    }
  }

  /// The value with one of its numbers replaced, bytes turned, or its end missing; JSON and the
  /// state's own formats stay readable by this, with wrong numbers in them.
  private static func changed(_ old: DatabaseValue, _ random: inout Xorshift) -> DatabaseValue {
    let isText: Bool
    var bytes: [UInt8]
    switch old.storage {
    case .null, .double: return number(&random).databaseValue
    case .int64(let value):
      return [value &+ 1, value &- 1, 0 &- value, value &* 1_000, value ^ 1 << 62][
        random.number(0...4)
      ].databaseValue
    case .string(let text): (isText, bytes) = (true, Array(text.utf8))
    case .blob(let data): (isText, bytes) = (false, Array(data))
    }
    guard !bytes.isEmpty else { return number(&random).databaseValue }
    switch random.number(0...5) {
    case 0: bytes.removeSubrange(random.number(0...bytes.count - 1)...)
    case 1: bytes[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
    case 2: bytes += bytes
    default: replaceNumber(in: &bytes, &random)
    }
    return isText ? String(decoding: bytes, as: UTF8.self).databaseValue : Data(bytes).databaseValue
  }

  private static func replaceNumber(in bytes: inout [UInt8], _ random: inout Xorshift) {
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    let starts = bytes.indices.filter { place in
      isDigit(bytes[place]) && (place == 0 || !isDigit(bytes[place - 1]))
    }
    guard !starts.isEmpty else { return }
    let start = starts[random.number(0...starts.count - 1)]
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
    bytes.replaceSubrange(start..<end, with: "\(number(&random))".utf8)
  }
}
