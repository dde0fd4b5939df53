import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The table `configuration`: the configuration in force and the one before.
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
      ).map { try JSONCoding.decoder().decode(ConfigurationDocument.self, from: $0) }
    }
  }

  /// Replaces the configuration in one transaction; keeps the previous one. Accepts the same
  /// revision again, to repair a stored one that cannot be read; refuses an older one as `invalid`.
  func replace(with document: ConfigurationDocument) throws(PortError) {
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
    }
  }
}
