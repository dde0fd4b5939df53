import CloudProtocol
import DoorRules
import GRDB

/// The tables `line` and `revision`. Each controller has a line of its own: the revision of the
/// latest change to its people and credentials, each of which has a number of its own. A change that
/// is for one controller moves no other line. `revision` counts the changes of all lines, and each
/// line says at which it moved, or got a configuration.
struct RevisionTable {
  let database: DatabasePool

  /// A controller may be ahead of the cloud by so many changes: as many as were lost with a backup
  /// that was restored. More is no revision that this cloud gave.
  static let aheadMax: UInt64 = 10_000_000

  /// The line of one controller.
  struct Line {
    /// The revision of its latest change; 0 before the first.
    var last: UInt64
    /// From here on the changes are known one by one; a controller below it needs everything.
    var floor: UInt64
  }

  static func line(of controller: String, _ database: Database) throws -> Line? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT last, floor FROM line WHERE controller = ?"),
      arguments: [controller]
    ).map { row in
      Line(
        last: UInt64(clamping: try row.decode(Int64.self, atIndex: 0)),
        floor: UInt64(clamping: try row.decode(Int64.self, atIndex: 1)))
    }
  }

  /// Nothing for a controller that is not enrolled.
  func line(of controller: ControllerID) throws -> Line {
    try database.read { try Self.line(of: controller.rawValue, $0) } ?? Line(last: 0, floor: 0)
  }

  /// Takes the next revision of a controller's line.
  static func next(of controller: String, _ database: Database) throws -> Int64 {
    guard let line = try line(of: controller, database) else {
      throw CloudProblem("there is no controller \(controller); enrol it first")
    }
    try set(try following(line.last, of: controller), of: controller, database)
    return Int64(clamping: line.last + 1)
  }

  /// The revision after another. Throws where no controller takes one.
  static func following(_ revision: UInt64, of controller: String) throws -> UInt64 {
    guard revision < RevisionLimits.revisionMax else {
      throw CloudProblem(
        "\(controller) has no revision left above \(revision); enrol it anew under another id")
    }
    return revision + 1
  }

  /// Moves a line to a revision.
  static func set(_ revision: UInt64, of controller: String, _ database: Database) throws {
    let stamp = try last(database) + 1
    try set(stamp, database)
    try database.cachedStatement(sql: "UPDATE line SET last = ?, changed = ? WHERE controller = ?")
      .execute(arguments: [Int64(clamping: revision), Int64(clamping: stamp), controller])
  }

  /// The controller has a new configuration.
  static func touch(_ controller: String, _ database: Database) throws {
    guard let line = try line(of: controller, database) else { return }
    try set(line.last, of: controller, database)
  }

  /// How many changes there were at all controllers.
  static func last(_ database: Database) throws -> UInt64 {
    UInt64(
      clamping: try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT last FROM revision")) ?? 0)
  }

  static func set(_ stamp: UInt64, _ database: Database) throws {
    try database.cachedStatement(sql: "UPDATE revision SET last = ?")
      .execute(arguments: [Int64(clamping: stamp)])
  }

  /// Takes the next revision for what is there: a controller that has other content under the
  /// present one refuses a snapshot of that.
  func raise(_ controller: ControllerID) throws {
    _ = try database.write { try Self.next(of: controller.rawValue, $0) }
  }

  /// How many changes there were at all controllers.
  func last() throws -> UInt64 { try database.read { try Self.last($0) } }

  /// The controllers whose records or configuration have changed after a stamp, and the stamp of the
  /// latest.
  func changed(after stamp: UInt64) throws -> (controllers: [String], stamp: UInt64) {
    let rows = try database.read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: "SELECT controller, changed FROM line WHERE changed > ? ORDER BY changed"),
        arguments: [Int64(clamping: stamp)])
    }
    let latest = try rows.last?.decode(Int64.self, atIndex: 1)
    return (
      try rows.map { try $0.decode(atIndex: 0) }, latest.map { UInt64(clamping: $0) } ?? stamp
    )
  }

  /// Throws for a revision that no cloud gave: the word of a controller must not use up its numbers.
  func check(
    _ revision: UInt64, of subject: ApplyReport.Subject, at controller: ControllerID
  ) throws {
    let own = try database.read { database in
      switch subject {
      case .credentials: try Self.line(of: controller.rawValue, database)?.last ?? 0
      case .config: try ConfigurationTable.revision(of: controller, database)
      }
    }
    guard revision <= own + Self.aheadMax, revision < RevisionLimits.revisionMax else {
      throw CloudProblem(
        "it claims revision \(revision) of its \(subject.rawValue), and this cloud is at \(own); "
          + "restore a newer backup, or enrol it anew")
    }
  }

  /// Raises a line above that of its controller: a cloud that was restored from a backup must not
  /// give a new change the number of an older one. The controller has credentials that this cloud
  /// never sent, and needs everything.
  static func overtake(_ hello: Hello, _ database: Database) throws {
    guard let line = try line(of: hello.controller, database) else { return }
    let next = try following(max(hello.highestCredentialRevision, line.last), of: hello.controller)
    try set(next, of: hello.controller, database)
    try raiseFloor(of: hello.controller, database)
  }

  /// Forgets how the controller came to where it is: who is not there yet needs everything.
  static func raiseFloor(of controller: String, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE line SET floor = last WHERE controller = ?", arguments: [controller])
  }
}
