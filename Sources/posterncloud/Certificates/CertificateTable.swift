import CloudProtocol
import Foundation
import GRDB

/// The table `signedCertificate`: which certificates this cloud signed for controllers, and for which
/// request. A request that comes again gets the same answer.
struct CertificateTable {
  let database: DatabasePool

  /// Certificates that are remembered of each controller; the oldest go.
  static let keptMax = 50

  /// One certificate.
  struct Entry: Codable, Hashable {
    var controller: String
    var requestDigest: String
    var serial: String
    /// In milliseconds since 1970, as the other.
    var signedMilliseconds: Int64
    var endMilliseconds: Int64
    /// PEM.
    var certificate: String
  }

  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("certificates: signed") { database in
      try database.execute(
        sql: """
          CREATE TABLE signedCertificate (
            number INTEGER PRIMARY KEY, controller TEXT NOT NULL REFERENCES controller (id),
            requestDigest TEXT NOT NULL, serial TEXT NOT NULL, signed INTEGER NOT NULL,
            ends INTEGER NOT NULL, certificate TEXT NOT NULL, UNIQUE (controller, requestDigest));
          """)
    }
  }

  /// What was signed for this request; nil for nothing.
  func certificate(for digest: String, of controller: String) throws -> String? {
    try database.read { database in
      try String.fetchOne(
        database,
        sql: "SELECT certificate FROM signedCertificate WHERE controller = ? AND requestDigest = ?",
        arguments: [controller, digest])
    }
  }

  /// How many were signed for the controller since then.
  func count(of controller: String, since milliseconds: Int64) throws -> Int {
    try database.read { database in
      try Int.fetchOne(
        database,
        sql: "SELECT COUNT(*) FROM signedCertificate WHERE controller = ? AND signed > ?",
        arguments: [controller, milliseconds]) ?? 0
    }
  }

  func add(_ entry: Entry) throws {
    try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO signedCertificate
            (controller, requestDigest, serial, signed, ends, certificate)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          entry.controller, entry.requestDigest, entry.serial, entry.signedMilliseconds,
          entry.endMilliseconds, entry.certificate,
        ])
      try database.execute(
        sql: """
          DELETE FROM signedCertificate WHERE controller = ?1 AND number NOT IN (
            SELECT number FROM signedCertificate WHERE controller = ?1
            ORDER BY number DESC LIMIT ?2)
          """, arguments: [entry.controller, Self.keptMax])
    }
  }

  /// Newest first; of one controller, or of all.
  func list(controller: String?, limit: Int) throws -> [Entry] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM signedCertificate WHERE ?1 IS NULL OR controller = ?1
          ORDER BY number DESC LIMIT ?2
          """, arguments: [controller, limit]
      ).map {
        Entry(
          controller: $0["controller"], requestDigest: $0["requestDigest"], serial: $0["serial"],
          signedMilliseconds: $0["signed"], endMilliseconds: $0["ends"],
          certificate: $0["certificate"])
      }
    }
  }
}
