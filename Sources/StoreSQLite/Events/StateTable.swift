import DoorPorts
import Foundation
import GRDB

/// The table `state`: small values that survive a restart.
struct StateTable: StateStore {
  let file: EventFile

  /// The stored value; nil for none.
  func value(forKey key: String) throws(PortError) -> [UInt8]? {
    try file.reading("read \(key)") { database in
      try Data.fetchOne(database, sql: "SELECT value FROM state WHERE key = ?", arguments: [key])
        .map { Array($0) }
    }
  }

  /// By the key's index; keys are ASCII.
  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    try file.reading("read \(prefix)") { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT key, value FROM state WHERE key >= ? AND key < ?",
        arguments: [prefix, prefix + "\u{7f}"])
      var values: [String: [UInt8]] = [:]
      while let row = try rows.next() { values[row[0]] = Array(row[1] as Data) }
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
