import GRDB

/// The table `withdrawn`: what stopped working here, and the revision of the message that said so. A
/// message of that revision or an older one cannot bring it back, however often it is played again:
/// old snapshots, repairs and deltas stay well signed for days. What is older than the revision in
/// force is forgotten, since everything that is taken then is newer.
struct Withdrawals {
  enum Table: String, CaseIterable {
    case person, credential

    /// Whether a row works, in SQL.
    var works: String {
      switch self {
      case .person: "access_enabled"
      case .credential: "status = 'active'"
      }
    }
  }

  let database: Database
  /// What the present change stopped, or may have stopped.
  private var stopped: [Table: Set<String>] = [:]

  init(_ database: Database) { self.database = database }

  mutating func stop(_ table: Table, _ ids: some Sequence<String>) {
    stopped[table, default: []].formUnion(ids)
  }

  /// Everything of a bucket that works is about to go; some of it may come back.
  mutating func empty(bucket: Int) throws {
    for table in Table.allCases {
      stop(
        table,
        try String.fetchAll(
          database.cachedStatement(
            sql: "SELECT id FROM \(table) WHERE bucket = ? AND \(table.works)"),
          arguments: [bucket]))
    }
  }

  /// Everything that works is about to go; what is staged comes instead.
  mutating func removeEverything(butStaged isStaged: Bool) throws {
    for table in Table.allCases {
      let working = "SELECT id FROM \(table) WHERE \(table.works)"
      let staged =
        "SELECT 1 FROM staged_\(table) AS s WHERE s.id = \(table).id AND s.\(table.works)"
      let gone = isStaged ? "\(working) AND NOT EXISTS (\(staged))" : working
      stop(table, try String.fetchAll(database, sql: gone))
      guard isStaged else { continue }
      let idle = "SELECT id FROM staged_\(table) WHERE NOT (\(table.works))"
      stop(table, try String.fetchAll(database, sql: idle))
    }
  }

  /// What works now although a message of `revision` cannot bring it back.
  func broughtBack(_ table: Table, by revision: UInt64) throws -> [String] {
    try String.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT id FROM withdrawn AS w WHERE kind = ? AND revision >= ?
            AND EXISTS (SELECT 1 FROM \(table) AS t WHERE t.id = w.id AND t.\(table.works))
          """), arguments: [table.rawValue, Int64(clamping: revision)])
  }

  /// Keeps what the change stopped, as said by a message of revision `told`.
  mutating func keep(told: UInt64, inForce revision: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM withdrawn WHERE revision < ?", arguments: [Int64(clamping: revision)])
    for (table, ids) in stopped {
      let works = try database.cachedStatement(
        sql: "SELECT 1 FROM \(table) WHERE id = ? AND \(table.works)")
      let put = try database.cachedStatement(
        sql: """
          INSERT INTO withdrawn VALUES (?, ?, ?)
          ON CONFLICT DO UPDATE SET revision = excluded.revision
          WHERE excluded.revision > withdrawn.revision
          """)
      for id in ids where try Row.fetchOne(works, arguments: [id]) == nil {
        try put.execute(arguments: [table.rawValue, id, Int64(clamping: told)])
      }
    }
    stopped = [:]
  }

  /// Whether all of these credentials are withdrawn by `told` or something newer.
  static func hold(_ ids: [String], told: UInt64, _ database: Database) throws -> Bool {
    let find = try database.cachedStatement(
      sql: "SELECT 1 FROM withdrawn WHERE kind = 'credential' AND id = ? AND revision >= ?")
    return try ids.allSatisfy {
      try Row.fetchOne(find, arguments: [$0, Int64(clamping: told)]) != nil
    }
  }
}
