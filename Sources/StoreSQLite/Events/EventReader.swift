import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Synchronization

/// Reads the log for the cloud. A damaged page loses the events on it, and no others.
final class EventReader: Sendable {
  private let file: EventFile
  /// The last read that the disk refused, and how many times in a row.
  private let refused = Mutex((after: UInt64(0), times: 0))

  init(file: EventFile) { self.file = file }

  /// The most unreadable events that one transaction passes over.
  static let spoiledPerCommitMax = 10_000

  /// After so many failed reads an event counts as lost; the session tries once a second.
  static let refusedReadsMax = 10

  func events(after number: UInt64, limit: Int) throws(PortError) -> [StoredEvent] {
    let read = try read("number > ?", after: number, limit: limit)
    let (start, position) = (max(number, read.position.dropped), read.position)
    // Acknowledged events may have been removed; after them no number is missing.
    let next = (read.events.first?.number).map {
      max(start + 1, min($0, position.acknowledged + 1))
    }
    let unbroken = read.events.enumerated().prefix { next == $1.number - UInt64($0) }
      .map(\.element)
    if !unbroken.isEmpty || limit < 1 || start >= position.last { return unbroken }
    // A lookup by number may find the event even when the index is damaged.
    if let event = try event(start + 1) { return [event] }
    if let trouble = read.trouble {
      throw read.isRefused ? lasting(trouble, after: start) : trouble
    }
    throw PortError(
      .damaged, operation: "read event \(start + 1)",
      detail: "it is not in the log, which counts to \(position.last)")
  }

  /// Committed urgent events above `number`, lowest first, up to the first that cannot be read.
  func urgentEvents(
    after number: UInt64, limit: Int
  ) throws(PortError) -> [StoredEvent] {
    try read("urgent = 1 AND number > ?", after: number, limit: limit).events
  }

  func giveUpSpoiled(
    after number: UInt64, note: EventDraft
  ) throws(PortError) -> SpoiledEvents? {
    let position = try file.reading("read the log's position") { try EventTable.position($0) }
    guard number == position.settled else { return nil }
    let most = min(number + UInt64(Self.spoiledPerCommitMax), position.last)
    var through = number
    while through < most, try event(through + 1) == nil { through += 1 }
    guard through > number else { return nil }
    return try file.writing("give up spoiled events after \(number)") { database in
      let position = try EventTable.position(database)
      guard number == position.settled else { return nil }
      let kept = try EventTable.passOver(
        number + 1...through, note: note, after: position.last, database)
      return SpoiledEvents(
        through: through, note: StoredEvent(number: position.last + 1, draft: kept))
    }
  }

  /// A page that fails ``refusedReadsMax`` times in a row is lost; before that a retry may succeed.
  /// SQLite reports both an EIO of the disk and a wrong page as malformed.
  private func lasting(_ trouble: PortError, after number: UInt64) -> PortError {
    let times = refused.withLock { refused in
      refused = (number, refused.after == number ? refused.times + 1 : 1)
      return refused.times
    }
    return PortError(
      times < Self.refusedReadsMax ? .inputOutput : .damaged, operation: trouble.operation,
      detail: "\(trouble.detail), \(times) times in a row")
  }

  /// The events that could be read, in rising order.
  private struct Sound {
    var position = LogPosition(epoch: "", last: 0, acknowledged: 0)
    var events: [StoredEvent] = []
    /// Why the next event could not be read.
    var trouble: PortError?
    /// True when the disk refused the read, so that a retry may succeed.
    var isRefused = false

    mutating func next(of rows: RowCursor) throws -> Row? {
      do { return try rows.next() } catch {
        isRefused = true
        throw error
      }
    }
  }

  /// Returns the readable events through a variable: SQLite fails the commit of a transaction that
  /// met a damaged page, even of one that only reads.
  private func read(
    _ condition: String, after number: UInt64, limit: Int
  ) throws(PortError) -> Sound {
    var sound = Sound()
    do throws(PortError) {
      try file.reading("read events after \(number)") { database in
        sound.position = try EventTable.position(database)
        let start = max(number, sound.position.dropped)
        let rows = try Row.fetchCursor(
          database.cachedStatement(
            sql: """
              SELECT number, draft, chain FROM event WHERE \(condition)
              ORDER BY number LIMIT ?
              """),
          arguments: [Int64(clamping: start), max(limit, 0)])
        while let row = try sound.next(of: rows) {
          let event = try StoredEvent(row)
          guard event.number > sound.events.last?.number ?? start else {
            throw PortError(
              .damaged, operation: "read event \(event.number)", detail: "it is out of order")
          }
          sound.events.append(event)
        }
      }
    } catch {
      guard error.isOfSpoiledPage, !sound.position.epoch.isEmpty else { throw error }
      sound.trouble = error
    }
    return sound
  }

  /// Nil for an event that is missing or cannot be read.
  private func event(_ number: UInt64) throws(PortError) -> StoredEvent? {
    do throws(PortError) {
      return try file.reading("read event \(number)") { database in
        try Row.fetchOne(
          database.cachedStatement(
            sql: "SELECT number, draft, chain FROM event WHERE number = ?"),
          arguments: [Int64(clamping: number)]
        ).map(StoredEvent.init)
      }
    } catch {
      guard error.isOfSpoiledPage else { throw error }
      return nil
    }
  }
}

extension StoredEvent {
  init(_ row: Row) throws {
    let number = try row.decode(Int64.self, atIndex: 0)
    guard let exact = UInt64(exactly: number) else {
      throw PortError(.damaged, operation: "read an event", detail: "its number is \(number)")
    }
    let body: Data = try row.decode(atIndex: 1)
    let chain = try row.decode(Data?.self, atIndex: 2)
    do {
      self.init(
        number: exact, draft: try JSONCoding.decoder().decode(EventDraft.self, from: body),
        chain: chain.map { Array($0) })
    } catch {
      throw PortError(
        .damaged, operation: "read event \(exact)", detail: "event.draft cannot be used: \(error)")
    }
  }
}
