import CloudAPI
import GRDB
import Logging

/// Clears away what is old and done, a little at a time, so that no door waits for it.
///
/// Nothing goes that a notice for a webhook may still name: the oldest notice holds back everything
/// from a day before it on.
struct RetentionSweep: Sendable {
  let database: DatabasePool
  let keeps: Retention

  /// Most rows of one kind that one transaction removes.
  static let batchMax = 500
  /// Records that a controller is to forget are remembered one by one up to so many; a controller
  /// that is behind the others gets everything.
  static let withdrawnMax = 5_000
  /// Most controllers whose withdrawn records one round shortens.
  private static let controllersMax = 50
  private static let dayMilliseconds: Int64 = 86_400_000

  /// What is cleared away, by table.
  enum Kind: String, CaseIterable {
    case event, urgent, command, unlock, issued, audit, snapshot, withdrawn
  }

  /// Clears away for as long as the task lives.
  func run(_ logger: Logger) async throws {
    while true {
      var isMore = false
      do { isMore = try await clear(at: CloudClock.now()) } catch {
        guard !Task.isCancelled else { return }
        logger.error("cannot clear away what is old: \(error)")
      }
      try await Task.sleep(for: isMore ? .milliseconds(500) : .seconds(600))
    }
  }

  /// One round, with the notices that hold back what they name. Returns whether there may be more.
  func clear(at now: Int64) async throws -> Bool {
    let hadNotices = try await WebhookWorker.clearNotices(
      in: SQLitePlatform(database: database), at: now)
    let removed = try round(at: now)
    return hadNotices || removed.values.contains { $0 >= Self.batchMax }
  }

  /// One round at `now`, in milliseconds since 1970: a small transaction for each kind. Returns how
  /// many rows it removed.
  @discardableResult
  func round(at now: Int64) throws -> [Kind: Int] {
    var removed: [Kind: Int] = [:]
    for kind in Kind.allCases {
      removed[kind] = try database.write { try remove(kind, at: now, $0) }
    }
    return removed
  }

  private func remove(_ kind: Kind, at now: Int64, _ database: Database) throws -> Int {
    let needed =
      try Int64.fetchOne(database, sql: "SELECT at FROM notice ORDER BY position LIMIT 1").map {
        $0 - Self.dayMilliseconds
      } ?? .max
    func end(_ days: Int) -> Int64 { min(now - Int64(days) * Self.dayMilliseconds, needed) }
    switch kind {
    case .event:
      // The latest stays: its position must not be given again. A step of the clock hides some for
      // a while, since they are taken in the order of arrival.
      return try delete(
        """
        FROM event WHERE position IN (
          SELECT position FROM (SELECT position, arrived FROM event ORDER BY position LIMIT ?2)
          WHERE arrived < ?1 AND position < (SELECT MAX(position) FROM event))
        """, before: end(keeps.keepEvents), database)
    case .urgent:
      // One whose turn in the log has not come is all that there is of it.
      return try delete(
        """
        FROM urgent WHERE rowid IN (
          SELECT urgent.rowid FROM urgent JOIN log USING (controller, epoch)
          WHERE arrived < ?1 AND urgent.number <= log.through ORDER BY arrived LIMIT ?2)
        """, before: end(keeps.keepEvents), database)
    case .command:
      return try delete(
        """
        FROM command WHERE id IN (
          SELECT id FROM command WHERE made < ?1 AND (result IS NOT NULL OR runsOut < ?1)
          ORDER BY made LIMIT ?2)
        """, before: end(keeps.keepCommands), database)
    case .unlock:
      return try delete(
        """
        FROM document WHERE kind = 'unlock' AND id IN (
          SELECT id FROM document WHERE kind = 'unlock' AND changed < ?1
          ORDER BY changed LIMIT ?2)
        """, before: end(keeps.keepCommands), database)
    case .issued:
      return try delete(
        """
        FROM issued WHERE id IN (
          SELECT id FROM issued WHERE stored < ?1 AND NOT EXISTS (
            SELECT 1 FROM credential WHERE credential.id = issued.id AND active
              AND COALESCE(json_extract(CAST(record AS TEXT), '$.validUntil') * 1000, ?1) >= ?1)
          ORDER BY stored LIMIT ?2)
        """, before: end(keeps.keepIssued), database)
    case .audit:
      return try delete(
        """
        FROM platformLog WHERE position IN (
          SELECT position FROM (
            SELECT position, at FROM platformLog WHERE log = 'audit' ORDER BY position LIMIT ?2)
          WHERE at < ?1)
        """, before: end(keeps.keepAudit), database)
    case .snapshot:
      return try delete(
        "FROM snapshot WHERE controller IN (SELECT controller FROM snapshot WHERE made < ?1 LIMIT ?2)",
        before: now - SnapshotTable.keptMilliseconds, database)
    case .withdrawn: return try shortenWithdrawn(database)
    }
  }

  private func delete(_ what: String, before end: Int64, _ database: Database) throws -> Int {
    try database.execute(sql: "DELETE \(what)", arguments: [end, Self.batchMax])
    return database.changesCount
  }

  /// Records of erased people stay until their controller has removed them.
  private func shortenWithdrawn(_ database: Database) throws -> Int {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT controller, COUNT(*) FROM withdrawn WHERE NOT isErased
        GROUP BY controller HAVING COUNT(*) > ? LIMIT \(Self.controllersMax)
        """, arguments: [Self.withdrawnMax])
    var removed = 0
    for row in rows where removed < Self.batchMax {
      let controller: String = try row.decode(atIndex: 0)
      let all: Int = try row.decode(atIndex: 1)
      let count = min(all - Self.withdrawnMax, Self.batchMax - removed)
      let last = try Int64.fetchOne(
        database,
        sql: """
          SELECT revision FROM withdrawn WHERE controller = ? AND NOT isErased ORDER BY revision
          LIMIT 1 OFFSET ?
          """, arguments: [controller, count - 1])
      guard let last else { continue }
      try database.execute(
        sql: "DELETE FROM withdrawn WHERE controller = ? AND revision <= ? AND NOT isErased",
        arguments: [controller, last])
      removed += database.changesCount
      // A controller below it no longer learns of them one by one.
      try database.execute(
        sql: "UPDATE line SET floor = MAX(floor, ?) WHERE controller = ?",
        arguments: [last, controller])
    }
    return removed
  }
}
