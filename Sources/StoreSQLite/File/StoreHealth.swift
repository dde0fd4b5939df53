public import DoorPorts
import Foundation
import GRDB

/// The state of a database, for diagnosis.
public struct StoreHealth: Sendable, Hashable {
  public var path: String
  /// Why it cannot be used; nil when it can.
  public var failure: PortError?
  /// Where a damaged file was moved when it was last opened.
  public var recovered: String?
  /// `ok`, or what SQLite finds; nil for a file that is too large to check while the door is
  /// served.
  public var integrity: String?
  /// With its write-ahead log.
  public var bytes: Int64?
  /// Rows of each table, for support.
  public var rows: [String: Int] = [:]
}

/// A database with a file of its own.
protocol StoreFile: Sendable {
  var pool: DatabasePool { get }
  var recovered: DamagedFile? { get }
}

extension EventDatabase: StoreFile {}
extension CacheDatabase: StoreFile {}

extension StoreHealth {
  /// A larger file is not checked. 256 MiB.
  static let checkedBytesMax: Int64 = 268_435_456
  /// The most faults that are reported.
  static let faultsMax = 3

  /// Opens the database where it is not open yet.
  static func of(
    _ open: () throws(PortError) -> some StoreFile
  ) -> StoreHealth {
    do throws(PortError) { return of(try open()) } catch {
      return StoreHealth(path: error.operation, failure: error)
    }
  }

  /// The file of a daemon that is not running, opened read-only; nil when there is none.
  public static func ofFile(_ name: String, in folder: String) -> StoreHealth? {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Configuration()
    configuration.readonly = true
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      return try queue.read { try look($0, path: path, recovered: nil) }
    } catch {
      return StoreHealth(path: path, failure: PortError(error, during: "read \(path)"))
    }
  }

  private static func of(_ file: some StoreFile) -> StoreHealth {
    let path = file.pool.path
    let recovered = file.recovered?.path
    do {
      return try file.pool.read { try look($0, path: path, recovered: recovered) }
    } catch {
      return StoreHealth(
        path: path, failure: PortError(error, during: "read \(path)"), recovered: recovered)
    }
  }

  private static func look(
    _ database: Database, path: String, recovered: String?
  ) throws -> StoreHealth {
    let bytes = ["", "-wal"].reduce(Int64(0)) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return sum + ((attributes?[.size] as? Int64) ?? Int64((attributes?[.size] as? Int) ?? 0))
    }
    var health = StoreHealth(path: path, recovered: recovered, bytes: bytes)
    guard bytes <= checkedBytesMax else { return health }
    let found = try String.fetchAll(database, sql: "PRAGMA quick_check(\(faultsMax))")
    health.integrity = found == ["ok"] ? "ok" : found.joined(separator: "; ")
    let tables = try String.fetchAll(
      database,
      sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in tables {
      // The names come from the file's own schema, so they are quoted.
      let quoted = table.replacing("\"", with: "\"\"")
      health.rows[table] = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \"\(quoted)\"")
    }
    return health
  }
}
