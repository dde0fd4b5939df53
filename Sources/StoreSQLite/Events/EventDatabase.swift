public import DoorPorts
import GRDB

/// `events.sqlite`: what happened, what the cloud has of it, which commands were begun, and small
/// values that survive a restart. This file cannot be fetched again.
public final class EventDatabase: EventAccess, Sendable {
  /// Name of the file in the state folder.
  public static let fileName = "events.sqlite"
  /// Acknowledged events kept for search on site, at least.
  public static let acknowledgedKeptMin = 100_000
  /// Events that the cloud does not have, at most; the oldest of more go, and an event says so.
  /// About 300 MB.
  public static let unacknowledgedMax = 500_000
  /// A count with more than these is no sound one.
  static let lackedSoundMax = UInt64(2 * unacknowledgedMax)

  let file: EventFile
  /// Where a damaged file was moved, when this start found one, and whether what could be read of
  /// it was carried over; if not, a new log with a new epoch was begun. Nil is good.
  public let recovered: DamagedFile?
  let log: EventTable
  let reader: EventReader

  /// Opens or creates the file below `folder`. A damaged one is replaced, see ``recovered``;
  /// throws when the disk does not take part.
  public convenience init(folder: String) throws(PortError) {
    try self.init(folder: folder, acknowledgedKept: Self.acknowledgedKeptMin)
  }

  init(
    folder: String, acknowledgedKept: Int, unacknowledgedMax: Int = unacknowledgedMax,
    droppedPerCommitMax: Int = EventRemoval.droppedPerCommitMax
  ) throws(PortError) {
    let (pool, recovered) = try DatabaseFile.open(
      Self.fileName, in: folder, migrator: EventMigrations.migrator, check: Self.check,
      salvage: EventSalvage.salvage)
    self.recovered = recovered
    file = EventFile(pool: pool)
    log = EventTable(
      file: file,
      removal: EventRemoval(
        acknowledgedKept: acknowledgedKept, unacknowledgedMax: max(unacknowledgedMax, 100),
        droppedPerCommitMax: droppedPerCommitMax))
    reader = EventReader(file: file)
  }

  var pool: DatabasePool { file.pool }
  var issued: IssuedTable { IssuedTable(file: file) }
  var ledger: LedgerTable { LedgerTable(file: file) }
  var state: StateTable { StateTable(file: file) }

  public func opened() -> EventDatabase { self }

  /// Ends with everything in the file itself and nothing in its write-ahead log. Nothing can be
  /// asked afterwards.
  public func close() throws(PortError) { try pool.fold("close the event log") }

  /// No event above the count, or a number would be given twice; below it, what is missing is told
  /// when its turn comes, see ``giveUpSpoiled(after:note:)``. Touches each table; a look at every
  /// page would delay the door.
  private static func check(_ database: Database) throws {
    let position = try EventTable.position(database)
    let newest = try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM event") ?? 0
    guard newest <= Int64(clamping: position.last), position.lacked <= lackedSoundMax else {
      throw PortError(
        .damaged, operation: "open the event log",
        detail: """
          it counts to \(position.last), of which the cloud lacks \(position.lacked), but its newest \
          event is \(newest)
          """)
    }
    _ = try Row.fetchOne(database, sql: "\(EventSalvage.events.select) LIMIT 0")
    for table in EventSalvage.smallTables {
      _ = try Row.fetchOne(database, sql: "\(table.select) LIMIT 1")
    }
  }
}
