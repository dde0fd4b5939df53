import DoorPorts
import Foundation
import GRDB

/// Opens SQLite files the way a controller needs them: write-ahead log, every commit on the
/// disk before it is called one.
enum DatabaseFile {
  /// Size to which the write-ahead log is cut back after a large commit. 8 MiB.
  static let journalBytesMax = 8_388_608
  /// Length of the write-ahead log at which a commit also copies it into the file, so that the
  /// log stays short and no single copy takes long. In pages of 4 KiB.
  static let checkpointPages = 1_000
  /// How long a commit waits for another program that holds the file.
  static let busySeconds = 2.0
  /// Reads that may run at one time, beside one commit.
  static let readersMax = 3

  /// Opens or creates a file below `folder`, which is made when it is not there.
  ///
  /// `check` looks at what must always be in the file, and must be quick. A file that is no
  /// database, or that fails the check as `damaged`, is moved aside, never deleted; `damaged`
  /// says where, and the file is new. Any other failure is thrown.
  static func open(
    _ name: String, in folder: String, migrator: DatabaseMigrator,
    check: (Database) throws -> Void
  ) throws(PortError) -> (pool: DatabasePool, damaged: String?) {
    let path = "\(folder)/\(name)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(.unavailable, operation: "create folder \(folder)", detail: "\(error)")
    }
    do throws(PortError) {
      return (try connect(path, migrator, check), nil)
    } catch {
      guard error.code == .damaged else { throw error }
      let aside = try moveAside(path)
      return (try connect(path, migrator, check), aside)
    }
  }

  private static func connect(
    _ path: String, _ migrator: DatabaseMigrator, _ check: (Database) throws -> Void
  ) throws(PortError) -> DatabasePool {
    let isNew = try create(path)
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { try prepareWriter($0, path) }
      guard try !pool.read(migrator.hasBeenSuperseded) else {
        throw PortError(
          .invalid, operation: "open \(path)",
          detail: "a newer version wrote it; install that version or a later one")
      }
      try migrator.migrate(pool)
      try pool.read(check)
      return pool
    } catch {
      // A new file that could not be filled is no damaged one at the next start.
      if isNew { remove(path) }
      throw PortError(error, during: "open \(path)")
    }
  }

  /// Makes the file, readable for its owner only; SQLite gives its companions the same mode.
  /// False when it is there already. Throws `damaged` for one that was cut to nothing: SQLite
  /// would take it for a new one, and nobody would hear of the loss.
  private static func create(_ path: String) throws(PortError) -> Bool {
    if FileManager.default.fileExists(atPath: path) {
      let size: Int?
      do {
        size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      } catch {
        throw PortError(.unavailable, operation: "open \(path)", detail: "\(error)")
      }
      guard size != 0 else {
        throw PortError(.damaged, operation: "open \(path)", detail: "the file is empty")
      }
      return false
    }
    guard
      FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    else {
      throw PortError(
        .unavailable, operation: "create \(path)",
        detail: "the folder is not writable or the disk is full")
    }
    return true
  }

  private static func remove(_ path: String) {
    for file in [path + "-wal", path + "-shm", path] {
      // One that cannot be removed shows at the next start.
      try? FileManager.default.removeItem(atPath: file)
    }
  }

  private static var configuration: GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(busySeconds)
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = readersMax
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    return configuration
  }

  /// GRDB has set NORMAL on the writer of a WAL file; only FULL survives a power cut, and only
  /// outside a transaction is it taken.
  /// https://www.sqlite.org/pragma.html#pragma_synchronous
  private static func prepareWriter(_ database: Database, _ path: String) throws {
    try database.execute(
      sql: """
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = \(checkpointPages);
        PRAGMA journal_size_limit = \(journalBytesMax)
        """)
    let level = try Int.fetchOne(database, sql: "PRAGMA synchronous")
    let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
    guard level == 2, mode == "wal" else {
      throw PortError(
        .inputOutput, operation: "open \(path)",
        detail: "SQLite did not take synchronous=FULL in WAL mode; use a local file system")
    }
  }

  /// The companions go first: after a power cut in between, the damaged file is still found.
  private static func moveAside(_ path: String) throws(PortError) -> String {
    let files = FileManager.default
    var number = 1
    while files.fileExists(atPath: "\(path).damaged-\(number)") { number += 1 }
    let aside = "\(path).damaged-\(number)"
    do {
      for suffix in ["-wal", "-shm", ""] where files.fileExists(atPath: path + suffix) {
        if files.fileExists(atPath: aside + suffix) {
          try files.removeItem(atPath: aside + suffix)
        }
        try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
      }
    } catch {
      throw PortError(.inputOutput, operation: "move damaged \(path) aside", detail: "\(error)")
    }
    return aside
  }
}
