import DoorPorts
import GRDB
import Synchronization

/// The file of the event log, as its tables use it: errors in the terms of the ports, and a page
/// that was found bad is remembered for the next start.
final class EventFile: Sendable {
  let pool: DatabasePool
  /// True once a page was found bad; what to do about it comes with the next start.
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

  /// A page that SQLite or the disk calls bad has the next start carry the log over into a new file.
  private func noting<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError where error.isOfSpoiledPage {
      noteSpoiled()
      throw error
    }
  }

  func noteSpoiled() {
    if !isSpoiled.exchange(true, ordering: .relaxed) { DatabaseFile.noteSpoiled(pool.path) }
  }
}
