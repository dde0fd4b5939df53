import DoorPorts
import Foundation
import GRDB

/// Opens SQLite files as a controller needs them: with a write-ahead log, and with every commit on
/// the disk when it returns.
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

  /// Opens or creates a file below `folder`, which is created when it is missing.
  ///
  /// `check` verifies what must always be in the file, and must be quick. A file that is no
  /// database, or that fails the check as `damaged`, is moved aside, never deleted, and a new one
  /// is created; `salvage` may copy what can be read of the damaged one, all or nothing; where it
  /// cannot, `salvageRest` may. Throws any other failure.
  static func open(
    _ name: String, in folder: String, migrator: DatabaseMigrator,
    check: (Database) throws -> Void, salvage: Salvage? = nil, salvageRest: Salvage? = nil
  ) throws(PortError) -> (pool: DatabasePool, damaged: DamagedFile?) {
    let path = "\(folder)/\(name)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(.unavailable, operation: "create folder \(folder)", detail: "\(error)")
    }
    do throws(PortError) {
      try finishCarryOver(path)
      var damaged: DamagedFile?
      if let salvage, exists(path + spoiledSuffix) {
        remove(path + spoiledSuffix)
        damaged = try carryOver(path, migrator, check, salvage, isWhole: true)
      }
      return (try connect(path, migrator, check), damaged)
    } catch {
      guard error.code == .damaged else { throw error }
      var damaged: DamagedFile?
      for (copy, isWhole) in [(salvage, true), (salvageRest, false)] {
        guard damaged == nil, let copy else { continue }
        damaged = try carryOver(path, migrator, check, copy, isWhole: isWhole)
      }
      if damaged == nil { damaged = DamagedFile(path: try moveAside(path), isSalvaged: false) }
      return (try connect(path, migrator, check), damaged)
    }
  }

  private static let salvagedSuffix = ".salvaged"
  private static let spoiledSuffix = ".spoiled"

  /// Marks the file, so that the next start copies what can be read into a new one.
  static func noteSpoiled(_ path: String) {
    // If this fails, the next read of the damaged page tries again.
    _ = FileManager.default.createFile(
      atPath: path + spoiledSuffix, contents: nil, attributes: [.posixPermissions: 0o600])
  }

  /// Completes a carry-over that a power cut interrupted between its two moves.
  private static func finishCarryOver(_ path: String) throws(PortError) {
    if exists(path) { return remove(path + salvagedSuffix) }
    guard exists(path + salvagedSuffix) else { return }
    // They belong to the damaged file, and SQLite would apply them to the new one.
    removeCompanions(path)
    try move(path + salvagedSuffix, to: path)
  }

  /// Replaces the damaged file by a copy of what can be read of it; nil, and nothing changes, when
  /// `salvage` or the check fails.
  private static func carryOver(
    _ path: String, _ migrator: DatabaseMigrator, _ check: (Database) throws -> Void,
    _ salvage: Salvage, isWhole: Bool
  ) throws(PortError) -> DamagedFile? {
    let salvaged = path + salvagedSuffix
    remove(salvaged)
    do {
      let old = try DatabaseQueue(path: path, configuration: damagedConfiguration)
      let new = try connect(salvaged, migrator) { _ in }
      // No transaction on the old file: SQLite cannot commit one that met a damaged page.
      try old.unsafeRead { old in
        // The migrator traps on a damaged schema, so its table is read directly.
        let known = Set(migrator.migrations)
        let applied = try String.fetchAll(old, sql: "SELECT identifier FROM grdb_migrations")
        guard known.isSuperset(of: applied) else { throw newer(path) }
        try new.write { new in try salvage(old, new) }
      }
      try new.read(check)
      try new.fold("close \(salvaged)")
    } catch {
      remove(salvaged)
      return nil
    }
    // They are empty, and would stay behind when the file is renamed.
    removeCompanions(salvaged)
    // The file itself first: without its write-ahead log it would look like a sound, older one.
    let aside = try moveAside(path, in: ["", "-wal", "-shm"])
    try finishCarryOver(path)
    return DamagedFile(path: aside, isSalvaged: isWhole)
  }

  private static func connect(
    _ path: String, _ migrator: DatabaseMigrator, _ check: (Database) throws -> Void
  ) throws(PortError) -> DatabasePool {
    let isNew = try create(path)
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { try prepareWriter($0, path) }
      guard try !pool.read(migrator.hasBeenSuperseded) else {
        throw newer(path)
      }
      try migrator.migrate(pool)
      try pool.read(check)
      return pool
    } catch {
      // Or the next start would take the unfinished file for a damaged one.
      if isNew { remove(path) }
      throw PortError(error, during: "open \(path)")
    }
  }

  private static func newer(_ path: String) -> PortError {
    PortError(
      .invalid, operation: "open \(path)",
      detail: "a newer version wrote it; install that version or a later one")
  }

  /// Creates the file, readable for its owner only; SQLite gives its companions the same mode.
  /// False when it exists already. Throws `damaged` for an empty file: SQLite would take it for a
  /// new one, and the loss would not be reported.
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
    removeCompanions(path)
    // A failure to remove it shows at the next start.
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func removeCompanions(_ path: String) {
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }

  /// For reading a damaged file once: SQLite opens a file that was cut short only while its schema
  /// is writable.
  /// https://www.sqlite.org/pragma.html#pragma_writable_schema
  private static var damagedConfiguration: GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA writable_schema = ON")
    }
    return configuration
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

  /// GRDB sets NORMAL on the writer of a WAL file. Only FULL survives a power cut, and SQLite
  /// accepts it only outside a transaction.
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

  /// Moves the companions first: after a power cut in between, the damaged file is still found.
  private static func moveAside(
    _ path: String, in order: [String] = ["-wal", "-shm", ""]
  ) throws(PortError) -> String {
    var number = 1
    while exists("\(path).damaged-\(number)") { number += 1 }
    let aside = "\(path).damaged-\(number)"
    for suffix in order where exists(path + suffix) {
      remove(aside + suffix)
      try move(path + suffix, to: aside + suffix)
    }
    return aside
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  private static func move(_ path: String, to new: String) throws(PortError) {
    do { try FileManager.default.moveItem(atPath: path, toPath: new) } catch {
      throw PortError(.inputOutput, operation: "move \(path) to \(new)", detail: "\(error)")
    }
  }
}

/// Copies what can be read of a damaged file into a new one; throws when that is not enough.
typealias Salvage = (_ damaged: Database, _ new: Database) throws -> Void

/// A file that could not be used and was moved out of the way.
public struct DamagedFile: Sendable, Hashable {
  /// Where it is now.
  public let path: String
  /// True when the new file has the events that could be read; false when it has none.
  public let isSalvaged: Bool
}
