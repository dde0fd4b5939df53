import CloudProtocol
import DoorRules
import GRDB

/// The table `restored`: controllers that are ahead of this cloud, because it was restored from a
/// backup. What was taken away since is still there in its records, so none are sent before the
/// controller's events told what that was, or a person says so.
struct RestoredTable {
  let database: DatabasePool

  /// What is known of one controller.
  struct Standing: Encodable {
    var controller: String
    /// When it was noticed.
    var noticedMilliseconds: Int64
    /// The controller's log then, and the number of its last event.
    var epoch: String
    var lastEvent: UInt64
    /// The revisions at the controller and here then.
    var configRevision: UInt64
    var credentialRevision: UInt64
    var ownConfigRevision: UInt64
    var ownCredentialRevision: UInt64
    /// Events of this controller that came after this place came after the backup.
    var position: Int64
    /// This cloud never knew that log: it may have lost an earlier one of the controller, or everything.
    var isOtherLog: Bool
    /// What the events cannot tell; nil for nothing.
    var missing: String?
    /// When everything was sent; nil while it waits.
    var sentMilliseconds: Int64?

    var isWaiting: Bool { sentMilliseconds == nil }

    /// Why only a person can say that everything may be sent; nil where the events will do.
    var needsWord: String? {
      missing
        ?? (isOtherLog
          ? "its log is another one than this cloud had, or this cloud had none: what came before is not "
            + "known" : nil)
        ?? (hasOlderRecords
          ? "its records and configuration are newer than this backup's: events name who was stopped, and"
            + " tell no end, grant, hours or rule that was changed, nor what was issued" : nil)
    }

    private var hasOlderRecords: Bool {
      configRevision > ownConfigRevision || credentialRevision > ownCredentialRevision
    }
  }

  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("controllers that a restored cloud waits for") { database in
      try database.execute(
        sql: """
          CREATE TABLE restored (
            controller TEXT PRIMARY KEY, noticed INTEGER NOT NULL, epoch TEXT NOT NULL,
            lastEvent INTEGER NOT NULL, config INTEGER NOT NULL, credentials INTEGER NOT NULL,
            ownConfig INTEGER NOT NULL, ownCredentials INTEGER NOT NULL, position INTEGER NOT NULL,
            otherLog INTEGER NOT NULL, missing TEXT, sent INTEGER);
          """)
    }
  }

  // MARK: What is there

  static func find(_ controller: String, _ database: Database) throws -> Standing? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM restored WHERE controller = ?"),
      arguments: [controller]
    ).map(Standing.init)
  }

  /// Nothing may be sent to this controller.
  func isWaiting(_ controller: ControllerID) throws -> Bool {
    try database.read { try Self.find(controller.rawValue, $0)?.isWaiting == true }
  }

  /// Every controller that waits or waited, by id, with how far its log is here.
  func all() throws -> [(standing: Standing, through: UInt64)] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM restored ORDER BY controller").map {
        let standing = try Standing($0)
        return (standing, try Self.through(standing, database))
      }
    }
  }

  private static func through(_ standing: Standing, _ database: Database) throws -> UInt64 {
    let through = try Int64.fetchOne(
      database, sql: "SELECT through FROM log WHERE controller = ? AND epoch = ?",
      arguments: [standing.controller, standing.epoch])
    return UInt64(clamping: through ?? 0)
  }

  // MARK: Noticing

  /// Looks whether this controller is ahead. Where it is, this cloud numbers above it from now on,
  /// and waits. Returns true while the controller needs everything.
  func notice(_ hello: Hello, at milliseconds: Int64) throws -> Bool {
    try database.write { database in
      guard let line = try RevisionTable.line(of: hello.controller, database),
        let controller = ControllerID(hello.controller)
      else { return false }
      let config = try ConfigurationTable.revision(of: controller, database)
      let present = try Self.find(hello.controller, database)
      let isAhead =
        hello.highestCredentialRevision > line.last || hello.highestConfigRevision > config
      let hasMore = try EventTable.correction(hello, database) != nil
      if present?.isWaiting != true {
        guard isAhead || hasMore else { return false }
        try Self.begin(
          hello, own: (config, line.last), at: milliseconds, database)
      } else if present?.epoch != hello.logEpoch {
        try Self.meetLog(hello, database)
      }
      if isAhead || present?.isWaiting != true {
        try RevisionTable.overtake(hello, database)
        try ConfigurationTable.overtake(hello, of: controller, database)
      }
      try Self.settle(hello.controller, at: milliseconds, database)
      return true
    }
  }

  private static func begin(
    _ hello: Hello, own: (config: UInt64, credentials: UInt64), at milliseconds: Int64,
    _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO restored
        SELECT ?, ?, '', 0, ?, ?, ?, ?, IFNULL((SELECT MAX(position) FROM event), 0), 0, NULL, NULL
        """,
      arguments: [
        hello.controller, milliseconds, Int64(clamping: hello.highestConfigRevision),
        Int64(clamping: hello.highestCredentialRevision), Int64(clamping: own.config),
        Int64(clamping: own.credentials),
      ])
    try meetLog(hello, database)
  }

  /// Waits for this log from now on. One that is not known here is asked for from its beginning.
  private static func meetLog(_ hello: Hello, _ database: Database) throws {
    let isKnown = try database.finds(
      sql: "SELECT 1 FROM log WHERE controller = ? AND epoch = ?",
      arguments: [hello.controller, hello.logEpoch])
    try database.execute(
      sql: "INSERT OR IGNORE INTO log (controller, epoch, through) VALUES (?, ?, 0)",
      arguments: [hello.controller, hello.logEpoch])
    try database.execute(
      sql: "UPDATE restored SET epoch = ?, lastEvent = ?, otherLog = ? WHERE controller = ?",
      arguments: [
        hello.logEpoch, Int64(clamping: hello.lastEvent), !isKnown, hello.controller,
      ])
  }

  // MARK: What the events tell

  /// Revokes here what the new events of a batch say was stopped, in the transaction that stores
  /// them. `dropped` came before them and is gone; `known` are ids that another log of this
  /// controller brought before.
  static func take(
    _ events: [CloudEvent], dropped: ClosedRange<UInt64>?, known: Set<String>,
    of controller: String, at milliseconds: Int64, _ database: Database
  ) throws {
    guard let standing = try find(controller, database), standing.isWaiting else { return }
    func note(_ missing: String) throws {
      try database.execute(
        sql: "UPDATE restored SET missing = IFNULL(missing, ?) WHERE controller = ?",
        arguments: [missing, controller])
    }
    let joins = standing.isOtherLog && events.contains { known.contains($0.id) }
    if joins {
      try database.execute(
        sql: "UPDATE restored SET otherLog = 0 WHERE controller = ?", arguments: [controller])
    }
    // Before the place where both logs meet, this cloud has what is gone.
    if let dropped, !joins, !standing.isOtherLog {
      try note(
        "events \(dropped.lowerBound) to \(dropped.upperBound) are gone at the controller")
    }
    for event in events {
      try RestoredRecords.stop(what: event, at: controller, database)
      if event.type == EventType.recordsStopped.wireName {
        try note(
          "\(event.data.detail["count"] ?? "some") keys and people stopped that no event names")
      }
    }
    try settle(controller, at: milliseconds, database)
  }

  /// Lets everything be sent once all events are here and nothing is missing.
  private static func settle(
    _ controller: String, at milliseconds: Int64, _ database: Database
  ) throws {
    guard let standing = try find(controller, database), standing.isWaiting,
      standing.needsWord == nil, try through(standing, database) >= standing.lastEvent
    else { return }
    try send(controller, at: milliseconds, database)
  }

  // MARK: Sending

  private static func send(
    _ controller: String, at milliseconds: Int64, _ database: Database
  ) throws {
    try database.execute(
      sql: "UPDATE restored SET sent = ? WHERE controller = ?",
      arguments: [milliseconds, controller])
    // The server looks at it again.
    try RevisionTable.touch(controller, database)
  }

  /// A person says that everything may be sent, whatever events are missing. Throws for a controller
  /// that does not wait; then none is sent to. Returns the controllers, all that wait where none is
  /// named.
  func send(_ controllers: [String], at milliseconds: Int64) throws -> [String] {
    try database.write { database in
      let waiting = try String.fetchAll(
        database, sql: "SELECT controller FROM restored WHERE sent IS NULL ORDER BY controller")
      if let other = controllers.first(where: { !waiting.contains($0) }) {
        throw CloudProblem("\(other) does not wait; see posterncloud restored")
      }
      let chosen = controllers.isEmpty ? waiting : controllers
      for controller in chosen { try Self.send(controller, at: milliseconds, database) }
      return chosen
    }
  }
}

extension RestoredTable.Standing {
  init(_ row: Row) throws {
    func number(_ column: String) throws -> UInt64 {
      UInt64(clamping: try row.decode(Int64.self, forColumn: column))
    }
    controller = try row.decode(forColumn: "controller")
    noticedMilliseconds = try row.decode(forColumn: "noticed")
    epoch = try row.decode(forColumn: "epoch")
    lastEvent = try number("lastEvent")
    configRevision = try number("config")
    credentialRevision = try number("credentials")
    ownConfigRevision = try number("ownConfig")
    ownCredentialRevision = try number("ownCredentials")
    position = try row.decode(forColumn: "position")
    isOtherLog = try row.decode(forColumn: "otherLog")
    missing = try row.decode(forColumn: "missing")
    sentMilliseconds = try row.decode(forColumn: "sent")
  }
}
