import CloudProtocol
import DoorRules
import GRDB

/// The tables `event`, `log` and `dropped`: the events of each controller's log, and how far each
/// log was acknowledged.
struct EventTable {
  let database: DatabasePool

  /// Stores the new events of a batch, and returns the acknowledgement to send.
  func take(_ batch: EventBatch, from controller: ControllerID) throws -> EventAcknowledgement {
    try database.write { database in
      let log = try Row.fetchOne(
        database, sql: "SELECT through, chain FROM log WHERE controller = ? AND epoch = ?",
        arguments: [controller.rawValue, batch.epoch])
      // A new epoch of a known log continues where the previous one was acknowledged.
      let isKnown = try Self.hasLog(of: controller.rawValue, database)
      let through =
        log.map { UInt64(clamping: $0["through"] as Int64) }
        ?? (isKnown ? batch.acknowledged : 0)
      // A controller whose log lost its end reuses numbers for other events.
      let isSame = try batch.events.allSatisfy {
        try Self.agrees($0, with: batch.epoch, of: controller, through: through ?? 0, database)
      }
      guard isSame else {
        return EventAcknowledgement(epoch: batch.epoch, through: through ?? 0, diverged: true)
      }
      var intake = EventIntake(epoch: batch.epoch, through: through ?? 0)
      let answer = try intake.take(batch, from: controller)
      var chain = log?["chain"] as String?
      if answer.dropped != nil { chain = nil }
      for event in answer.fresh {
        guard try event.continues(chain) else {
          return EventAcknowledgement(
            epoch: batch.epoch, through: through ?? 0, diverged: true)
        }
        chain = event.chain
      }
      let hasErased = try ErasedTable.isUsed(database)
      var known: Set<String> = []
      for event in answer.fresh {
        let kept = hasErased ? try event.nameless { try ErasedTable.holds($0, database) } : nil
        // The same event may arrive again in a new epoch; store it once.
        try database.cachedStatement(
          sql: """
            INSERT INTO event (controller, epoch, number, event, id, arrived)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6
            WHERE NOT EXISTS (SELECT 1 FROM event WHERE controller = ?1 AND id = ?5)
            """
        ).execute(arguments: [
          controller.rawValue, batch.epoch, Int64(clamping: event.number ?? 0),
          try storedJSON(kept ?? event), event.id, CloudClock.now(),
        ])
        if database.changesCount == 0 { known.insert(event.id) }
      }
      if let dropped = answer.dropped {
        try database.execute(
          sql: "INSERT INTO dropped VALUES (?, ?, ?, ?)",
          arguments: [
            controller.rawValue, batch.epoch, Int64(clamping: dropped.lowerBound),
            Int64(clamping: dropped.upperBound),
          ])
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO log (controller, epoch, through, chain) VALUES (?, ?, ?, ?)",
        arguments: [controller.rawValue, batch.epoch, Int64(clamping: intake.through), chain])
      try RestoredTable.take(
        answer.fresh, dropped: answer.dropped, known: known, of: controller.rawValue,
        at: CloudClock.now(), database)
      var acknowledgement = answer.acknowledgement
      acknowledgement.chain = chain
      return acknowledgement
    }
  }

  private static func hasLog(of controller: String, _ database: Database) throws -> Bool {
    try database.finds(sql: "SELECT 1 FROM log WHERE controller = ?", arguments: [controller])
  }

  /// False for an event whose number is stored with another event.
  private static func agrees(
    _ event: CloudEvent, with epoch: String, of controller: ControllerID, through: UInt64,
    _ database: Database
  ) throws -> Bool {
    guard let number = event.number, number <= through else { return true }
    let known = try String.fetchOne(
      database.cachedStatement(
        sql: "SELECT id FROM event WHERE controller = ? AND epoch = ? AND number = ?"),
      arguments: [controller.rawValue, epoch, Int64(clamping: number)])
    return known == nil || known == event.id
  }

  /// The answer to a hello that counts more events as acknowledged than are stored; nil when both
  /// agree. A hello whose log ends earlier is no proof of a lost log: the broker may deliver an old
  /// hello again. Other events under the same numbers are a proof.
  func correction(_ hello: Hello) throws -> EventAcknowledgement? {
    try database.read { try Self.correction(hello, $0) }
  }

  static func correction(
    _ hello: Hello, _ database: Database
  ) throws -> EventAcknowledgement? {
    let kept = try Int64.fetchOne(
      database, sql: "SELECT through FROM log WHERE controller = ? AND epoch = ?",
      arguments: [hello.controller, hello.logEpoch])
    // A new epoch of a known controller continues where the previous one was acknowledged.
    if kept == nil, try hasLog(of: hello.controller, database) { return nil }
    let through = UInt64(clamping: kept ?? 0)
    guard through < hello.acknowledgedEvent else { return nil }
    return EventAcknowledgement(epoch: hello.logEpoch, through: through, rewind: true)
  }

  /// The last acknowledgement of a controller's log; nil before its first event.
  func acknowledged(of controller: ControllerID) throws -> EventAcknowledgement? {
    try database.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT epoch, through, chain FROM log WHERE controller = ? ORDER BY rowid DESC LIMIT 1
          """,
        arguments: [controller.rawValue]
      ).map(Self.acknowledgement)
    }
  }

  /// What the answer to a hello states of this log: 0 for one that is not known.
  func acknowledged(of hello: Hello) throws -> EventAcknowledgement {
    let log = try database.read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT epoch, through, chain FROM log WHERE controller = ? AND epoch = ?",
        arguments: [hello.controller, hello.logEpoch])
    }
    return try log.map(Self.acknowledgement)
      ?? EventAcknowledgement(epoch: hello.logEpoch, through: 0)
  }

  private static func acknowledgement(_ log: Row) throws -> EventAcknowledgement {
    EventAcknowledgement(
      epoch: try log.decode(forColumn: "epoch"),
      through: UInt64(clamping: try log.decode(Int64.self, forColumn: "through")),
      chain: try log.decode(forColumn: "chain"))
  }

  /// Newest first; with `after`, only later ones, oldest first. Of all controllers where
  /// `controller` is nil.
  func list(controller: String?, after: Int64?, limit: Int) throws -> [ArrivedEvent] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT position, controller, event FROM event
          WHERE (?1 IS NULL OR controller = ?1) AND (?2 IS NULL OR position > ?2)
          ORDER BY position \(after == nil ? "DESC" : "ASC") LIMIT ?3
          """, arguments: [controller, after, limit]
      ).map { try ArrivedEvent($0, position: "position") }
    }
  }
}
