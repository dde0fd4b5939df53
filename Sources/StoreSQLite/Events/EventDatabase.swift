public import DoorPorts
import GRDB

/// `events.sqlite`: the event log, how far the cloud acknowledged it, which commands were begun,
/// and small values that survive a restart. The cloud cannot send this file again.
public final class EventDatabase: EventAccess, Sendable {
  /// Name of the file in the state folder.
  public static let fileName = "events.sqlite"
  /// At least so many acknowledged events are kept, for searches on site.
  public static let acknowledgedKeptMin = 100_000
  /// The most unacknowledged events. Beyond that the oldest are dropped, and an event records it.
  /// About 300 MB.
  public static let unacknowledgedMax = 500_000
  /// A log that counts more unacknowledged events than this is damaged.
  static let lackedSoundMax = UInt64(2 * unacknowledgedMax)

  let file: EventFile
  /// Where this start moved a damaged file, and whether its readable events were carried over; if
  /// not, a new log with a new epoch began. Nil when the file was not damaged.
  public let recovered: DamagedFile?
  let log: EventTable
  let reader: EventReader

  /// Opens or creates the file below `folder`. A damaged one is replaced, see ``recovered``; throws
  /// when the disk fails.
  public convenience init(folder: String) throws(PortError) {
    try self.init(folder: folder, acknowledgedKept: Self.acknowledgedKeptMin)
  }

  /// The same with other limits.
  package init(
    folder: String, acknowledgedKept: Int, unacknowledgedMax: Int = unacknowledgedMax,
    droppedPerCommitMax: Int? = nil, ofBrokerMax: Int? = nil
  ) throws(PortError) {
    let (pool, recovered) = try DatabaseFile.open(
      Self.fileName, in: folder, migrator: EventMigrations.migrator, check: Self.check,
      salvage: EventSalvage.salvage, salvageRest: EventSalvage.salvageMemory)
    self.recovered = recovered
    file = EventFile(pool: pool)
    log = EventTable(
      file: file,
      removal: EventRemoval(
        acknowledgedKept: acknowledgedKept, unacknowledgedMax: max(unacknowledgedMax, 100),
        droppedPerCommitMax: droppedPerCommitMax ?? EventRemoval.droppedPerCommitMax,
        ofBrokerMax: ofBrokerMax ?? EventRemoval.ofBrokerMax))
    reader = EventReader(file: file)
  }

  var pool: DatabasePool { file.pool }
  var issued: IssuedTable { IssuedTable(file: file) }
  var ledger: LedgerTable { LedgerTable(file: file) }
  var state: StateTable { StateTable(file: file) }

  public func opened() -> EventDatabase { self }

  /// Writes everything into the file itself, empties its write-ahead log, and closes it.
  public func close() throws(PortError) { try pool.fold("close the event log") }

  /// No event may have a number above the count, or that number would be used twice. Events that
  /// are missing below it are handled when they are read, see
  /// ``EventReader/giveUpSpoiled(after:note:)``. Reads one row of each table; checking every page
  /// would delay the door.
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
