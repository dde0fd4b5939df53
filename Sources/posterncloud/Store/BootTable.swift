import CloudProtocol
import GRDB

/// The table `boot`: the latest starts of each controller. It finds a copied SD card, which is two
/// machines with one identity.
struct BootTable {
  let database: DatabasePool

  /// Starts that are remembered of each controller.
  private static let bootsKept = 64

  /// Stores which start of the controller sent a hello. A start that returns after a later one
  /// cannot be the same machine: true then, and the controller is marked as cloned.
  func store(_ hello: Hello) throws -> Bool {
    try database.write { database in
      let newest = try String.fetchOne(
        database, sql: "SELECT boot FROM boot WHERE controller = ? ORDER BY number DESC LIMIT 1",
        arguments: [hello.controller])
      if newest == hello.bootID { return false }
      let isOld = try database.finds(
        sql: "SELECT 1 FROM boot WHERE controller = ? AND boot = ?",
        arguments: [hello.controller, hello.bootID])
      try database.execute(
        sql: "DELETE FROM boot WHERE controller = ? AND boot = ?",
        arguments: [hello.controller, hello.bootID])
      try database.execute(
        sql: "INSERT INTO boot (controller, boot) VALUES (?, ?)",
        arguments: [hello.controller, hello.bootID])
      try database.execute(
        sql: """
          DELETE FROM boot WHERE controller = ?1 AND number <= (
            SELECT MAX(number) FROM boot WHERE controller = ?1) - ?2
          """, arguments: [hello.controller, Self.bootsKept])
      if isOld {
        try database.execute(
          sql: "UPDATE controller SET cloned = ? WHERE id = ?",
          arguments: [CloudClock.now(), hello.controller])
      }
      return isOld
    }
  }

  /// When two machines last used this identity, in milliseconds since 1970; nil for never.
  func cloned(_ controller: String) throws -> Int64? {
    try database.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT cloned FROM controller WHERE id = ?", arguments: [controller])
    }
  }
}
