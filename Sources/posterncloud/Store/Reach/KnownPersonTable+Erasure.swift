import CloudProtocol
import DoorRules
import GRDB

/// People who were erased: what controllers are to forget of them is itself forgotten once they have.
extension KnownPersonTable {
  /// What was withdrawn of a record earlier names somebody who is erased now.
  static func markErased(_ kind: String, _ id: String, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE withdrawn SET isErased = 1 WHERE kind = ? AND id = ?", arguments: [kind, id])
  }

  /// Forgets the ids of erased records that a controller, or with nil any, has removed: its latest
  /// hello has the revision in force there. One that was never here has nothing to remove.
  static func forgetRemoved(at controller: String?, _ database: Database) throws {
    // An equation alone finds the controller's rows by the index.
    let place = controller == nil ? "?1 IS NULL" : "controller = ?1"
    try database.execute(
      sql: """
        DELETE FROM withdrawn WHERE isErased AND \(place)
          AND revision <= (
            SELECT IFNULL(json_extract(CAST(hello AS TEXT), '$.credentialRevision'), revision)
            FROM controller WHERE controller.id = withdrawn.controller)
        """, arguments: [controller])
  }

  /// The same after a controller's hello or answer was stored.
  func forgetRemoved(at controller: ControllerID) throws {
    try database.write { try Self.forgetRemoved(at: controller.rawValue, $0) }
  }

  /// How many records of erased people each controller has yet to remove, by controller.
  func yetToRemove() throws -> [(controller: String, records: Int)] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT controller, COUNT(*) FROM withdrawn WHERE isErased
          GROUP BY controller ORDER BY controller
          """
      ).map { (try $0.decode(atIndex: 0), try $0.decode(atIndex: 1)) }
    }
  }
}
