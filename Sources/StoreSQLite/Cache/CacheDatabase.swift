public import DoorPorts
import GRDB

/// `cache.sqlite`: configuration, persons and credentials. The cloud can send all of it again.
///
/// It contains no card number and no PIN, only digests under a key that is stored elsewhere.
public final class CacheDatabase: CacheAccess, Sendable {
  /// Name of the file in the state folder.
  public static let fileName = "cache.sqlite"

  let pool: DatabasePool
  /// Where this start moved a damaged file; the cache is then empty. Nil when it was not damaged.
  public let recovered: DamagedFile?

  /// Opens or creates the file below `folder`. A damaged one is replaced, see ``recovered``; throws
  /// when the disk fails.
  public init(folder: String) throws(PortError) {
    (pool, recovered) = try DatabaseFile.open(
      Self.fileName, in: folder, migrator: CacheMigrations.migrator, check: Self.check)
  }

  /// Writes everything into the file itself, empties its write-ahead log, and closes it.
  public func close() throws(PortError) { try pool.fold("close the credential cache") }

  public func opened() -> CacheDatabase { self }

  var configurations: ConfigurationTable { ConfigurationTable(pool: pool) }
  var credentials: CredentialTable { CredentialTable(pool: pool) }
  var digests: DigestTable { DigestTable(pool: pool) }
  var lookUps: LookUpReader { LookUpReader(pool: pool) }
  var snapshots: SnapshotTable { SnapshotTable(pool: pool) }
  var stateCopies: StateCopyTable { StateCopyTable(pool: pool) }

  /// Reads one row of each table; checking every page would delay the door.
  private static func check(_ database: Database) throws {
    _ = try CredentialTable.position(database)
    for table in ["configuration", "person", "credential"] {
      _ = try Int.fetchOne(database, sql: "SELECT 1 FROM \(table) LIMIT 1")
    }
  }
}
