public import DoorPorts
import Foundation
import GRDB
import Synchronization

/// `events.sqlite`: what happened, what the cloud has of it, which commands were begun, and small
/// values that survive a restart. This file cannot be fetched again.
public final class EventDatabase: Sendable {
  /// Name of the file in the state folder.
  public static let fileName = "events.sqlite"
  /// Acknowledged events kept for search on site, at least.
  public static let acknowledgedKeptMin = 100_000
  /// Acknowledged events removed for each new one, at most: more than one, so that what an outage
  /// left over goes in time, and few, because whoever stands at the door waits for this commit.
  static let prunedPerEvent = 4
  /// And in one commit, at most.
  static let prunedPerCommitMax = 64
  /// Commands remembered whatever the clock says: a clock that ran ahead for a while must not
  /// make the ledger forget one that is still signed.
  static let commandsKeptMin = 1_000

  /// Events that the cloud does not have, at most; the oldest of more go, and an event says so.
  /// About 300 MB.
  public static let unacknowledgedMax = 500_000

  /// A count with more than these is no sound one.
  static let lackedSoundMax = UInt64(2 * unacknowledgedMax)

  /// Events that go in one commit because the log is too long, at most: a log far above its limit
  /// shrinks with each event that comes, and none of them waits for all of it.
  static let droppedPerCommitMax = 5_000

  let pool: DatabasePool
  let acknowledgedKept: Int
  let unacknowledgedMax: Int
  let droppedPerCommitMax: Int
  /// Events below this number stay until the next start tries again: removing them met a spoiled
  /// page.
  let removableFrom = Atomic<Int64>(0)
  /// True once a page was found bad; what to do about it comes with the next start.
  let isSpoiled = Atomic(false)
  /// The read for the cloud that the disk refused last, and how many times in a row.
  let refused = Mutex((after: UInt64(0), times: 0))
  /// Where a damaged file was moved, when this start found one, and whether what could be read of
  /// it was carried over; if not, a new log with a new epoch was begun. Nil is good.
  public let recovered: DamagedFile?

  /// Opens or creates the file below `folder`. A damaged one is replaced, see ``recovered``;
  /// throws when the disk does not take part.
  public convenience init(folder: String) throws(PortError) {
    try self.init(folder: folder, acknowledgedKept: Self.acknowledgedKeptMin)
  }

  init(
    folder: String, acknowledgedKept: Int, unacknowledgedMax: Int = unacknowledgedMax,
    droppedPerCommitMax: Int = droppedPerCommitMax
  ) throws(PortError) {
    self.droppedPerCommitMax = droppedPerCommitMax
    self.unacknowledgedMax = max(unacknowledgedMax, 100)
    self.acknowledgedKept = acknowledgedKept
    (pool, recovered) = try DatabaseFile.open(
      Self.fileName, in: folder, migrator: Self.migrator, check: Self.check,
      salvage: Self.salvage)
  }

  /// Ends with everything in the file itself and nothing in its write-ahead log. Nothing can be
  /// asked afterwards.
  public func close() throws(PortError) { try pool.fold("close the event log") }

  /// No event above the count, or a number would be given twice; below it, what is missing is told
  /// when its turn comes, see ``giveUpSpoiled(after:note:)``. Touches each table; a look at every
  /// page would delay the door.
  private static func check(_ database: Database) throws {
    let position = try position(database)
    let newest = try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM event") ?? 0
    guard newest <= Int64(clamping: position.last), position.lacked <= lackedSoundMax else {
      throw PortError(
        .damaged, operation: "open the event log",
        detail: """
          it counts to \(position.last), of which the cloud lacks \(position.lacked), but its newest \
          event is \(newest)
          """)
    }
    _ = try Row.fetchOne(database, sql: "\(events.select) LIMIT 0")
    for table in smallTables { _ = try Row.fetchOne(database, sql: "\(table.select) LIMIT 1") }
  }

  /// Only ever appended to.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 events, ledger, state") { database in
      try database.execute(
        sql: """
          CREATE TABLE log (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch TEXT NOT NULL,
            last INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL,
            CHECK (0 <= acknowledged AND acknowledged <= last)
          ) STRICT;
          CREATE TABLE event (
            number INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            type TEXT NOT NULL,
            door TEXT,
            person TEXT,
            reason TEXT,
            draft BLOB NOT NULL
          ) STRICT;
          CREATE INDEX event_by_type ON event (type);
          CREATE INDEX event_by_door ON event (door) WHERE door IS NOT NULL;
          CREATE INDEX event_by_person ON event (person) WHERE person IS NOT NULL;
          CREATE TABLE command (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            begun INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            result BLOB,
            confirmed INTEGER NOT NULL DEFAULT 0,
            CHECK (confirmed = 0 OR result IS NOT NULL)
          ) STRICT;
          CREATE INDEX command_unconfirmed ON command (number) WHERE confirmed = 0;
          CREATE INDEX command_by_expiry ON command (expires) WHERE confirmed = 1;
          CREATE TABLE state (
            key TEXT PRIMARY KEY,
            value BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
      try database.execute(
        sql: "INSERT INTO log VALUES (1, ?, 0, 0)",
        arguments: [UUID().uuidString.lowercased()])
    }
    migrator.registerMigration("2 chain, urgency, dropped events") { database in
      try database.execute(
        sql: """
          ALTER TABLE event ADD COLUMN chain BLOB;
          ALTER TABLE event ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX event_urgent ON event (number) WHERE urgent = 1;
          ALTER TABLE log ADD COLUMN chain BLOB;
          ALTER TABLE log ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
          """)
    }
    migrator.registerMigration("3 keys that were issued here") { database in
      try database.execute(
        sql: """
          CREATE TABLE issued (
            id TEXT PRIMARY KEY,
            body BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE issuer (
            issuer TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            lastOrder TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }
}
