import DoorPorts
import Foundation
import GRDB

/// The table `state_copy`: the second copy of small state whose first one is in `events.sqlite`.
struct StateCopyTable {
  let pool: DatabasePool

  func copies() throws(PortError) -> [String: [UInt8]] {
    try pool.reading("read the second copy of the state") { database in
      let rows = try Row.fetchCursor(database, sql: "SELECT key, value FROM state_copy")
      var copies: [String: [UInt8]] = [:]
      while let row = try rows.next() {
        copies[try row.decode(atIndex: 0)] = Array(try row.decode(Data.self, atIndex: 1))
      }
      return copies
    }
  }

  func replace(with copies: [String: [UInt8]]) throws(PortError) {
    try pool.writing("keep the second copy of the state") { database in
      try database.execute(sql: "DELETE FROM state_copy")
      for (key, value) in copies {
        try database.execute(
          sql: "INSERT INTO state_copy VALUES (?, ?)", arguments: [key, Data(value)])
      }
    }
  }
}
