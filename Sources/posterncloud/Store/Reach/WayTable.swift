import GRDB

/// The tables `controllerWay` and `personWay`: the ways in to each controller's doors, and those that
/// each person has.
struct WayTable {
  let database: DatabasePool

  /// A desk is certified to hand keys over at these controllers, which need not be enrolled yet.
  func addDesk(at controllers: [String]) throws {
    try database.write { database in
      for controller in controllers { try Self.addDesk(at: controller, database) }
    }
  }

  static func addDesk(at controller: String, _ database: Database) throws {
    try database.cachedStatement(sql: "INSERT OR IGNORE INTO controllerWay VALUES (?, ?)")
      .execute(arguments: [controller, WayIn.desk.text])
    if database.changesCount > 0 { try KnownPersonTable.refresh(controller, database) }
  }

  /// Replaces the ways that a controller's configuration opens; true if they are others.
  static func replace(
    _ ways: Set<WayIn>, ofController controller: String, _ database: Database
  ) throws -> Bool {
    try replace(ways, in: "controllerWay", of: ("controller", controller), database)
  }

  /// Replaces the ways of a person.
  static func replace(
    _ ways: Set<WayIn>, ofPerson person: String, _ database: Database
  ) throws {
    _ = try replace(ways, in: "personWay", of: ("person", person), database)
  }

  private static func replace(
    _ ways: Set<WayIn>, in table: String, of owner: (column: String, id: String),
    _ database: Database
  ) throws -> Bool {
    var present = Set(
      try String.fetchAll(
        database.cachedStatement(sql: "SELECT way FROM \(table) WHERE \(owner.column) = ?"),
        arguments: [owner.id]
      ).map(WayIn.init))
    // No configuration ends what a certificate allows.
    if table == "controllerWay" { present.remove(.desk) }
    for way in present.subtracting(ways) {
      try database.cachedStatement(
        sql: "DELETE FROM \(table) WHERE \(owner.column) = ? AND way = ?"
      ).execute(arguments: [owner.id, way.text])
    }
    for way in ways.subtracting(present) {
      try database.cachedStatement(
        sql: "INSERT INTO \(table) (\(owner.column), way) VALUES (?, ?)"
      ).execute(arguments: [owner.id, way.text])
    }
    return present != ways
  }
}
