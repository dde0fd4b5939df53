import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The tables `issued` and `issuer`: keys that were handed over on site, and each issuer's last
/// order.
struct IssuedTable: IssuedStore {
  let file: EventFile

  func issuedKeys() throws(PortError) -> [IssuedKey] {
    try file.reading("read the keys that were issued here") { database in
      try Data.fetchAll(database, sql: "SELECT body FROM issued ORDER BY id").map {
        try StoredValue.json($0, "issued.body")
      }
    }
  }

  func issuerMarks() throws(PortError) -> [IssuerMark] {
    try file.reading("read the issuers' last orders") { database in
      try Row.fetchAll(database, sql: "SELECT issuer, sequence, lastOrder FROM issuer").map { row in
        IssuerMark(
          issuer: try StoredValue.read(row, at: 0, "issuer.issuer"),
          sequence: try StoredValue.number(row, at: 1, "issuer.sequence"),
          order: try StoredValue.read(row, at: 2, "issuer.lastOrder"))
      }
    }
  }

  func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError) {
    try file.writing("keep key \(key.record.id)") { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO issued VALUES (?, ?)",
        arguments: [key.record.id, Data(try JSONCoding.encode(key))])
      guard let mark else { return }
      try database.execute(
        sql: "INSERT OR REPLACE INTO issuer VALUES (?, ?, ?)",
        arguments: [mark.issuer, Int64(clamping: mark.sequence), mark.order])
    }
  }

  /// Keeps the issuers' marks, so that no order is accepted twice.
  func forgetIssued(_ ids: [String]) throws(PortError) {
    try file.writing("forget keys that the cloud has") { database in
      let forget = try database.cachedStatement(sql: "DELETE FROM issued WHERE id = ?")
      for id in ids { try forget.execute(arguments: [id]) }
    }
  }
}
