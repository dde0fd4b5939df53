public import CloudProtocol
public import DoorPorts
import Foundation
import GRDB

extension EventDatabase: IssuedStore {
  public func issuedKeys() throws(PortError) -> [IssuedKey] {
    try reading("read the keys that were issued here") { database in
      try Data.fetchAll(database, sql: "SELECT body FROM issued ORDER BY id").map {
        try JSONCoding.decoder().decode(IssuedKey.self, from: $0)
      }
    }
  }

  public func issuerMarks() throws(PortError) -> [IssuerMark] {
    try reading("read the issuers' last orders") { database in
      try Row.fetchAll(database, sql: "SELECT issuer, sequence, lastOrder FROM issuer").map { row in
        IssuerMark(
          issuer: row["issuer"], sequence: UInt64(row["sequence"] as Int64),
          order: row["lastOrder"])
      }
    }
  }

  public func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError) {
    try writing("keep key \(key.record.id)") { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO issued VALUES (?, ?)",
        arguments: [key.record.id, Data(try JSONCoding.encode(key))])
      guard let mark else { return }
      try database.execute(
        sql: "INSERT OR REPLACE INTO issuer VALUES (?, ?, ?)",
        arguments: [mark.issuer, Int64(clamping: mark.sequence), mark.order])
    }
  }

  /// The issuers' marks stay: what was taken once is never taken again.
  public func forgetIssued(_ ids: [String]) throws(PortError) {
    try writing("forget keys that the cloud has") { database in
      let forget = try database.cachedStatement(sql: "DELETE FROM issued WHERE id = ?")
      for id in ids { try forget.execute(arguments: [id]) }
    }
  }
}

extension LateOpening: IssuedStore where Database == EventDatabase {
  public func issuedKeys() throws(PortError) -> [IssuedKey] { try opened().issuedKeys() }

  public func issuerMarks() throws(PortError) -> [IssuerMark] { try opened().issuerMarks() }

  public func keep(_ key: IssuedKey, mark: IssuerMark?) throws(PortError) {
    try opened().keep(key, mark: mark)
  }

  public func forgetIssued(_ ids: [String]) throws(PortError) { try opened().forgetIssued(ids) }
}
