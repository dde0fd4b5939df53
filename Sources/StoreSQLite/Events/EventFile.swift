import DoorPorts
import GRDB
import Synchronization

/// The event log's file, as its tables use it. Translates errors into ``PortError``, and marks a
/// file with a damaged page for the next start.
final class EventFile: Sendable {
  let pool: DatabasePool
  /// True once a damaged page was found; the next start carries the log over.
  private let isSpoiled = Atomic(false)

  init(pool: DatabasePool) { self.pool = pool }

  func reading<Value>(
    _ operation: String, _ body: (Database) throws -> Value
  ) throws(PortError) -> Value {
    try pool.reading(operation) { database in try noting { try body(database) } }
  }

  func writing<Value>(
    _ operation: String, _ body: (Database) throws -> Value
  ) throws(PortError) -> Value {
    try pool.writing(operation) { database in try noting { try body(database) } }
  }

  /// After a damaged page or row the next start carries the log over into a new file.
  private func noting<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      switch error {
      case let error as DatabaseError where error.isOfSpoiledPage: noteSpoiled()
      case is RowDecodingError: noteSpoiled()
      default: break
      }
      throw error
    }
  }

  func noteSpoiled() {
    if !isSpoiled.exchange(true, ordering: .relaxed) { DatabaseFile.noteSpoiled(pool.path) }
  }
}
