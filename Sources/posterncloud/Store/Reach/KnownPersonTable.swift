import CloudProtocol
import GRDB

/// The tables `knownPerson` and `withdrawn`: which persons a controller is to know, and what it is to
/// forget. Each row has a revision of its controller's line.
///
/// A controller knows a person who has a credential there, also a revoked one, or a ``WayIn`` in
/// common with its doors. The table says nothing else: it is the same as if it was made anew.
struct KnownPersonTable {
  let database: DatabasePool

  /// Controllers of a person, `?1`.
  private static let controllers = """
    SELECT door.controller FROM personWay AS way JOIN controllerWay AS door ON door.way = way.way
      WHERE way.person = ?1
    UNION SELECT controller FROM credential WHERE person = ?1
    """

  /// Persons of a controller, `?1`.
  private static let persons = """
    SELECT way.person FROM controllerWay AS door JOIN personWay AS way ON way.way = door.way
      WHERE door.controller = ?1
    UNION SELECT person FROM credential WHERE controller = ?1
    """

  /// The controllers that know a person, by id.
  func controllers(of person: String) throws -> [String] {
    try database.read { try Self.controllers(of: person, $0) }
  }

  static func controllers(of person: String, _ database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT controller FROM knownPerson WHERE person = ? ORDER BY controller",
      arguments: [person])
  }

  /// A person's record, or ways, were changed: every controller that knows the person gets it, and
  /// those that the person no longer belongs to forget the person.
  static func changed(_ person: String, _ database: Database) throws {
    func run(_ sql: String) throws {
      try database.cachedStatement(sql: sql).execute(arguments: [person])
    }
    let stamp = try RevisionTable.last(database) + 1
    try database.cachedStatement(
      sql: """
        UPDATE line SET last = last + 1, changed = ?2 WHERE controller IN (
          \(controllers) UNION SELECT controller FROM knownPerson WHERE person = ?1)
        """
    ).execute(arguments: [person, Int64(clamping: stamp)])
    guard database.changesCount > 0 else { return }
    try RevisionTable.set(stamp, database)
    try run(
      """
      INSERT OR REPLACE INTO withdrawn (controller, kind, id, revision)
      SELECT line.controller, 'person', ?1, line.last FROM knownPerson JOIN line USING (controller)
      WHERE knownPerson.person = ?1 AND line.controller NOT IN (\(controllers))
      """)
    try run("DELETE FROM knownPerson WHERE person = ?1 AND controller NOT IN (\(controllers))")
    try run(
      """
      INSERT OR REPLACE INTO knownPerson (controller, person, revision)
      SELECT controller, ?1, last FROM line WHERE controller IN (\(controllers))
      """)
    try run(
      """
      DELETE FROM withdrawn WHERE controller IN (\(controllers)) AND kind = 'person' AND id = ?1
      """)
  }

  /// A person has a credential at the controller, or is about to get one.
  static func learn(_ person: String, at controller: String, _ database: Database) throws {
    guard try !isKnown(person, at: controller, database) else { return }
    let revision = try RevisionTable.next(of: controller, database)
    try database.cachedStatement(sql: "INSERT INTO knownPerson VALUES (?, ?, ?)")
      .execute(arguments: [controller, person, revision])
    try unwithdraw("person", person, at: controller, database)
  }

  /// A credential of this person left the controller: it forgets the person who has nothing else
  /// there.
  static func leave(_ person: String, at controller: String, _ database: Database) throws {
    guard try isKnown(person, at: controller, database),
      try !database.finds(
        sql: "SELECT 1 FROM (\(controllers)) WHERE controller = ?2",
        arguments: [person, controller])
    else { return }
    try withdraw("person", person, at: controller, database)
    try database.execute(
      sql: "DELETE FROM knownPerson WHERE controller = ? AND person = ?",
      arguments: [controller, person])
  }

  private static func isKnown(
    _ person: String, at controller: String, _ database: Database
  ) throws -> Bool {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT 1 FROM knownPerson WHERE controller = ? AND person = ?"),
      arguments: [controller, person]) != nil
  }

  /// The controller is to forget a record; `isErased` if the row itself is to go once it has.
  static func withdraw(
    _ kind: String, _ id: String, at controller: String, isErased: Bool = false,
    _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO withdrawn (controller, kind, id, revision, isErased)
        VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        controller, kind, id, try RevisionTable.next(of: controller, database), isErased,
      ])
  }

  /// The controller has the record again.
  static func unwithdraw(
    _ kind: String, _ id: String, at controller: String, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: "DELETE FROM withdrawn WHERE controller = ? AND kind = ? AND id = ?"
    ).execute(arguments: [controller, kind, id])
  }

  /// The ways in to a controller are others: it learns and forgets persons.
  static func refresh(_ controller: String, _ database: Database) throws {
    guard let base = try RevisionTable.line(of: controller, database)?.last else { return }
    try database.execute(
      sql: """
        INSERT INTO knownPerson (controller, person, revision)
        SELECT ?1, person, ?2 + row_number() OVER (ORDER BY person) FROM (
          SELECT person FROM (\(persons))
          EXCEPT SELECT person FROM knownPerson WHERE controller = ?1)
        """, arguments: [controller, Int64(clamping: base)])
    let learnt = base + UInt64(database.changesCount)
    try database.execute(
      sql: """
        DELETE FROM withdrawn WHERE controller = ?1 AND kind = 'person' AND id IN (
          SELECT person FROM knownPerson WHERE controller = ?1 AND revision > ?2)
        """, arguments: [controller, Int64(clamping: base)])
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO withdrawn (controller, kind, id, revision)
        SELECT ?1, 'person', person, ?2 + row_number() OVER (ORDER BY person) FROM (
          SELECT person FROM knownPerson WHERE controller = ?1
          EXCEPT SELECT person FROM (\(persons)))
        """, arguments: [controller, Int64(clamping: learnt)])
    let last = learnt + UInt64(database.changesCount)
    guard last > base else { return }
    try database.execute(
      sql: """
        DELETE FROM knownPerson WHERE controller = ?1 AND person IN (
          SELECT id FROM withdrawn WHERE controller = ?1 AND kind = 'person' AND revision > ?2)
        """, arguments: [controller, Int64(clamping: learnt)])
    try RevisionTable.set(last, of: controller, database)
  }
}
