import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The tables `configuration`, with the configuration in force and the one before, and `zone`, with
/// the rules of the time zone of the one in force.
struct ConfigurationTable {
  let pool: DatabasePool

  /// The configuration in force, as it was accepted; nil before the first.
  func present() throws(PortError) -> ConfigurationDocument? {
    try document(inSlot: "present")
  }

  /// The configuration that was in force before; nil when there was none.
  func previous() throws(PortError) -> ConfigurationDocument? {
    try document(inSlot: "previous")
  }

  private func document(inSlot slot: String) throws(PortError) -> ConfigurationDocument? {
    try pool.reading("read the \(slot) configuration") { database in
      try Data.fetchOne(
        database, sql: "SELECT document FROM configuration WHERE slot = ?", arguments: [slot]
      ).map { try StoredValue.json($0, "configuration.document") }
    }
  }

  /// The rules that were stored with the configuration in force; nil when there are none, or when
  /// they are not what was stored.
  func zone() throws(PortError) -> CompiledZone? {
    try pool.reading("read the rules of the time zone") { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT zone.name, zone.rules, zone.sha256 FROM zone
          JOIN configuration ON slot = 'present' AND configuration.revision = zone.revision
          """)
      guard let row else { return nil }
      let bytes: Data = try row.decode(atIndex: 1)
      let hash: Data = try row.decode(atIndex: 2)
      return CompiledZone(
        name: try row.decode(atIndex: 0), bytes: Array(bytes), hash: Array(hash))
    }
  }

  /// Replaces the rules of the time zone; changes nothing unless `revision` is in force.
  func store(_ zone: CompiledZone, revision: UInt64) throws(PortError) {
    try pool.writing("store the rules of time zone \(zone.name)") { database in
      let present = try Int64.fetchOne(
        database, sql: "SELECT revision FROM configuration WHERE slot = 'present'")
      guard let present, UInt64(exactly: present) == revision else { return }
      try Self.put(zone, revision: present, database)
    }
  }

  private static func put(
    _ zone: CompiledZone, revision: Int64, _ database: Database
  ) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO zone VALUES (1, ?, ?, ?, ?)",
      arguments: [revision, zone.name, Data(zone.bytes), Data(zone.hash)])
  }

  /// Replaces the configuration and the rules of its zone in one transaction; keeps the previous
  /// configuration. Accepts the same
  /// revision again, to repair a stored one that cannot be read; refuses an older one as `invalid`.
  func replace(
    with document: ConfigurationDocument, zone: CompiledZone?
  ) throws(PortError) {
    let operation = "store configuration \(document.revision)"
    guard let revision = Int64(exactly: document.revision) else {
      throw PortError(.invalid, operation: operation, detail: "the revision is above 2^63 - 1")
    }
    let body: Data
    do { body = Data(try JSONCoding.encode(document)) } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    try pool.writing(operation) { database in
      let present = try Int64.fetchOne(
        database, sql: "SELECT revision FROM configuration WHERE slot = 'present'")
      if let present, revision < present {
        throw PortError(
          .invalid, operation: operation,
          detail: "it is older than revision \(present), which is in force")
      }
      if let present, revision > present {
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO configuration
              SELECT 'previous', revision, document FROM configuration WHERE slot = 'present'
            """)
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO configuration VALUES ('present', ?, ?)",
        arguments: [revision, body])
      try database.execute(sql: "DELETE FROM zone")
      if let zone { try Self.put(zone, revision: revision, database) }
    }
  }
}
