import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The tables `event` and `log`: the events, their chain, and how many there are. ``EventReader``
/// reads them for the cloud.
struct EventTable {
  let file: EventFile
  let removal: EventRemoval

  /// A log that counts further is damaged: no door has so many events, and numbers must go on.
  private static let numberMost: UInt64 = 1 << 53

  /// Where the log stands.
  func position() throws(PortError) -> LogPosition {
    try file.reading("read the log's position") { try Self.position($0) }
  }

  static func position(_ database: Database) throws -> LogPosition {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT epoch, last, acknowledged, dropped FROM log"),
      let last = UInt64(exactly: try row.decode(Int64.self, atIndex: 1)),
      let acknowledged = UInt64(exactly: try row.decode(Int64.self, atIndex: 2)),
      let dropped = UInt64(exactly: try row.decode(Int64.self, atIndex: 3)),
      acknowledged <= last, dropped <= last, last <= Self.numberMost
    else {
      throw PortError(
        .damaged, operation: "read the log's position",
        detail: "the row that counts the events is not there or not sound")
    }
    return LogPosition(
      epoch: try row.decode(atIndex: 0), last: last, acknowledged: acknowledged,
      dropped: dropped)
  }

  /// Commits the events together, fsync included, and returns their numbers in order. Also removes
  /// a few of the oldest acknowledged events, once there are more than
  /// ``EventDatabase/acknowledgedKeptMin`` of them.
  func append(_ drafts: [EventDraft]) throws(PortError) -> [UInt64] {
    if drafts.isEmpty { return [] }
    let operation = "append \(drafts.count) events"
    let bodies: [[UInt8]]
    do { bodies = try drafts.map(JSONCoding.encode) } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    var step: EventRemoval.Step? = removal.begin()
    do throws(PortError) {
      return try append(drafts, bodies, operation, &step)
    } catch {
      // A damaged page among the old events must not stop new ones.
      guard error.isOfSpoiledPage, let tried = step?.tried else { throw error }
      step = nil
      let numbers = try append(drafts, bodies, operation, &step)
      removal.skip(through: tried)
      return numbers
    }
  }

  private func append(
    _ drafts: [EventDraft], _ bodies: [[UInt8]], _ operation: String,
    _ step: inout EventRemoval.Step?
  ) throws(PortError) -> [UInt64] {
    try file.writing(operation) { database in
      // Numbers and events are written in one transaction, so that a failure leaves no gap.
      let position = try Self.position(database)
      try Self.insert(zip(drafts, bodies), after: position.last, database)
      let last = position.last + UInt64(drafts.count)
      try removal.prune(
        database, acknowledged: position.acknowledged, for: drafts.count, &step)
      try removal.drop(database, position, last: last, like: drafts[0], &step)
      return Array(position.last + 1...last)
    }
  }

  private static func insert(
    _ events: some Sequence<(EventDraft, [UInt8])>, after last: UInt64, _ database: Database
  ) throws {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO event (number, time, type, door, person, reason, draft, chain, urgent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let kept = try Data.fetchOne(database, sql: "SELECT chain FROM log")
    var link = kept.map { Array($0) } ?? EventChain.start
    var number = last
    for (draft, body) in events {
      number += 1
      link = EventChain.link(after: link, json: body)
      try insert.execute(arguments: [
        Int64(clamping: number), draft.timeMilliseconds, draft.type, draft.door, draft.person,
        draft.reason, Data(body), Data(link), draft.isUrgent,
      ])
    }
    try database.execute(
      sql: "UPDATE log SET last = ?, chain = ?", arguments: [Int64(clamping: number), Data(link)])
  }

  /// Marks these events as dropped, and adds `note` with their range. Returns the stored note.
  static func passOver(
    _ gone: ClosedRange<UInt64>, note: EventDraft, after last: UInt64, _ database: Database
  ) throws -> EventDraft {
    try database.execute(
      sql: "UPDATE log SET dropped = ?", arguments: [Int64(clamping: gone.upperBound)])
    var note = note
    note.detail["from"] = String(gone.lowerBound)
    note.detail["to"] = String(gone.upperBound)
    try insert([(note, try JSONCoding.encode(note))], after: last, database)
    return note
  }

  /// Takes back acknowledgements above `number`, because the cloud lost those events. Those that
  /// were removed here count as dropped.
  func rewind(through number: UInt64) throws(PortError) -> LogPosition {
    try file.writing("take back acknowledgements above \(number)") { database in
      let position = try Self.position(database)
      guard number < position.acknowledged else { return position }
      let oldest = try Int64.fetchOne(database, sql: "SELECT MIN(number) FROM event")
      let gone = oldest.map { UInt64(clamping: max($0, 1) - 1) } ?? position.last
      // Events that were given up as unreadable are tried again.
      try database.execute(
        sql: "UPDATE log SET acknowledged = ?, dropped = ?",
        arguments: [Int64(clamping: number), Int64(clamping: gone > number ? gone : 0)])
      return try Self.position(database)
    }
  }

  /// Gives the log a new name, because the cloud has other events under its numbers. Nothing is
  /// lost and numbers go on; what the cloud acknowledged before stays acknowledged.
  func beginEpoch() throws(PortError) -> LogPosition {
    try file.writing("begin a new epoch of the log") { database in
      try database.execute(
        sql: "UPDATE log SET epoch = ?", arguments: [UUID().uuidString.lowercased()])
      return try Self.position(database)
    }
  }

  /// Marks everything up to and including `number` as acknowledged. A lower number changes nothing;
  /// one above the last event is refused as `invalid`.
  func acknowledge(through number: UInt64) throws(PortError) {
    let operation = "acknowledge event \(number)"
    try file.writing(operation) { database in
      let position = try Self.position(database)
      guard number <= position.last else {
        throw PortError(
          .invalid, operation: operation, detail: "the newest event is \(position.last)")
      }
      guard number > position.acknowledged else { return }
      try database.execute(
        sql: "UPDATE log SET acknowledged = ?", arguments: [Int64(clamping: number)])
    }
  }

  /// Events that match every filter: newest first; with `after`, oldest first.
  func page(_ query: EventQuery) throws(PortError) -> [StoredEvent] {
    var conditions: [String] = []
    var arguments: [(any DatabaseValueConvertible)?] = []
    func filter(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(condition)
      arguments.append(value)
    }
    filter("number < ?", query.before.map { Int64(clamping: $0) })
    filter("number > ?", query.after.map { Int64(clamping: $0) })
    filter("door = ?", query.door)
    filter("person = ?", query.person)
    filter("type = ?", query.type)
    filter("reason = ?", query.reason)
    filter("time >= ?", query.fromMilliseconds)
    filter("time < ?", query.untilMilliseconds)
    let order = query.after == nil ? "DESC" : "ASC"
    let matching = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    arguments.append(min(max(query.limit, 1), EventQuery.pageLimitMax))
    let sql = "SELECT number, draft, chain FROM event \(matching) ORDER BY number \(order) LIMIT ?"
    let values = StatementArguments(arguments)
    return try file.reading("search events") { database in
      try Row.fetchAll(database.cachedStatement(sql: sql), arguments: values).map(StoredEvent.init)
    }
  }
}
