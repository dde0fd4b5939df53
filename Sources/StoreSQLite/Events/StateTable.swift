import DoorPorts
import Foundation
import GRDB

/// The table `state`: small values that survive a restart.
struct StateTable: StateStore {
  let file: EventFile

  /// The stored value; nil where there is no row. A row whose value is NULL is damaged.
  func value(forKey key: String) throws(PortError) -> [UInt8]? {
    try file.reading("read \(key)") { database in
      try Row.fetchOne(database, sql: "SELECT value FROM state WHERE key = ?", arguments: [key])
        .map { Array(try $0.decode(Data.self, atIndex: 0)) }
    }
  }

  /// By the key's index; keys are ASCII. Without the rows that cannot be decoded: one of them must not
  /// take the others with it.
  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    try file.reading("read \(prefix)") { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT key, value FROM state WHERE key >= ? AND key < ?",
        arguments: [prefix, prefix + "\u{7f}"])
      var values: [String: [UInt8]] = [:]
      while let row = try rows.next() {
        do {
          values[try row.decode(atIndex: 0)] = Array(try row.decode(Data.self, atIndex: 1))
        } catch { file.noteSpoiled() }
      }
      return values
    }
  }

  /// Replaces values in one commit; nil removes one.
  func setValues(_ values: [String: [UInt8]?]) throws(PortError) {
    try file.writing("keep \(values.keys.sorted().joined(separator: " and "))") { database in
      for (key, value) in values {
        if let value {
          try database.execute(
            sql: "INSERT OR REPLACE INTO state VALUES (?, ?)", arguments: [key, Data(value)])
        } else {
          try database.execute(sql: "DELETE FROM state WHERE key = ?", arguments: [key])
        }
      }
    }
  }
}
