import CloudProtocol
import DoorRules
import GRDB

/// The table `revision`: the number of the latest change to people and credentials. Each change
/// has a number of its own.
struct RevisionTable {
  let database: DatabasePool

  /// A controller may be ahead of the cloud by so many changes: as many as were lost with a backup
  /// that was restored. More is no revision that this cloud gave.
  static let aheadMax: UInt64 = 10_000_000

  /// Takes the next revision.
  static func next(_ database: Database) throws -> Int64 {
    try database.execute(sql: "UPDATE revision SET last = last + 1")
    return try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0
  }

  /// The revision of the latest change.
  static func last(_ database: Database) throws -> UInt64 {
    UInt64(try Int64.fetchOne(database, sql: "SELECT last FROM revision") ?? 0)
  }

  /// Takes the next revision for what is there: a controller that has other content under the
  /// present one refuses a snapshot of that.
  func raise() throws { _ = try database.write { try Self.next($0) } }

  /// The revision of the latest change.
  func last() throws -> UInt64 { try database.read { try Self.last($0) } }

  /// Differs once a configuration or a credential of any controller has changed.
  struct ChangeStamp: Equatable {
    var credentials: UInt64
    var configurations: Int64
  }

  func changeStamp() throws -> ChangeStamp {
    try database.read { database in
      ChangeStamp(
        credentials: try Self.last(database),
        configurations: try Int64.fetchOne(
          database, sql: "SELECT SUM(configRevision) FROM controller") ?? 0)
    }
  }

  /// Throws for a revision that no cloud gave: the word of one controller must not use up the numbers
  /// of all.
  func check(
    _ revision: UInt64, of subject: ApplyReport.Subject, at controller: ControllerID
  ) throws {
    let own = try database.read { database in
      switch subject {
      case .credentials: try Self.last(database)
      case .config: try ConfigurationTable.revision(of: controller, database)
      }
    }
    guard revision <= own + Self.aheadMax else {
      throw CloudProblem(
        "it claims revision \(revision) of its \(subject.rawValue), and this cloud is at \(own); "
          + "restore a newer backup, or enrol it anew")
    }
  }

  /// Raises the cloud's revisions above those of a controller: a cloud that was restored from a
  /// backup must not give a new change the number of an older one. Returns true when the
  /// controller has credentials that this cloud never sent, so that it needs a snapshot.
  func overtake(_ hello: Hello, of controller: ControllerID) throws -> Bool {
    try database.write { database in
      try ConfigurationTable.overtake(hello, of: controller, database)
      guard hello.credentialRevision > (try Self.last(database)) else { return false }
      try database.execute(
        sql: "UPDATE revision SET last = ?",
        arguments: [Int64(clamping: hello.credentialRevision + 1)])
      return true
    }
  }
}
