import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Synchronization

/// Removes the oldest events, so that the file does not grow for ever. Events on a damaged page
/// cannot be removed and stay; later ones are removed.
final class EventRemoval: Sendable {
  /// The most unacknowledged events that one commit drops: a log far above its limit shrinks with
  /// each new event, and no event waits for all of it.
  static let droppedPerCommitMax = 5_000

  /// The most unacknowledged events of the broker's lane that are kept beside the others.
  static let ofBrokerMax = 50_000

  private let unacknowledgedMax: Int
  private let ofBrokerMax: Int
  private let droppedPerCommitMax: Int
  /// Events below this number stay until the next start tries again: removing them met a damaged
  /// page.
  private let removableFrom = Atomic<Int64>(0)
  /// How many of the unacknowledged events were of the broker's lane when they were last counted.
  private let ofBroker = Atomic<Int>(0)
  /// So many acknowledged events stay.
  private let acknowledgedKept: UInt64
  private let pruning: Mutex<LogPruning>

  init(
    acknowledgedKept: Int, unacknowledgedMax: Int, droppedPerCommitMax: Int, ofBrokerMax: Int
  ) {
    self.ofBrokerMax = ofBrokerMax
    let kept = UInt64(max(acknowledgedKept, 0))
    self.acknowledgedKept = kept
    pruning = Mutex(LogPruning(kept: kept))
    self.droppedPerCommitMax = droppedPerCommitMax
    self.unacknowledgedMax = unacknowledgedMax
  }

  /// What one commit removes.
  func begin() -> Step { Step(from: removableFrom.load(ordering: .relaxed)) }

  /// Keeps the events up to and including this number.
  func skip(through number: Int64) { removableFrom.store(number + 1, ordering: .relaxed) }

  /// What one commit removes.
  struct Step {
    /// Lower events stay.
    let from: Int64
    /// The last number that it removed or failed to remove; nil before it began.
    private(set) var tried: Int64?

    init(from: Int64) { self.from = from }

    /// The number of the oldest event that can be removed, none above `due`.
    fileprivate mutating func oldest(_ database: Database, upTo due: Int64) throws -> Int64? {
      tried = due
      return try Int64.fetchOne(
        database.cachedStatement(
          sql: "SELECT MIN(number) FROM event WHERE number BETWEEN ? AND ?"),
        arguments: [from, due])
    }

    /// Removes at most `most` of the oldest events, none above `due`; returns the last number.
    fileprivate mutating func remove(
      _ database: Database, through due: Int64, most: Int
    ) throws -> Int64 {
      guard let oldest = try oldest(database, upTo: due) else { return due }
      let through = min(due - oldest, Int64(most) - 1) + oldest
      tried = through
      try database.execute(
        sql: "DELETE FROM event WHERE number BETWEEN ? AND ?", arguments: [oldest, through])
      return through
    }
  }

  /// Removes acknowledged events only, now and then.
  func prune(
    _ database: Database, acknowledged: UInt64, for added: Int, _ step: inout Step?
  ) throws {
    guard acknowledged > acknowledgedKept else { return }
    let due = Int64(clamping: acknowledged - acknowledgedKept)
    guard let oldest = try step?.oldest(database, upTo: due) else { return }
    let last = pruning.withLock {
      $0.last(adding: added, acknowledged: acknowledged, oldest: UInt64(clamping: oldest))
    }
    guard let last else { return }
    _ = try step?.remove(database, through: Int64(clamping: last), most: .max)
  }

  /// How many unacknowledged events may stay when there are too many; nil while there are not. Those
  /// of the broker's lane come on top of the limit, so that they displace no other.
  private func kept(
    _ database: Database, after settled: UInt64, through last: UInt64
  ) throws -> UInt64? {
    func most() -> UInt64 { UInt64(unacknowledgedMax + ofBroker.load(ordering: .relaxed)) }
    guard last - settled > most() else { return nil }
    // Counted again only when the last count no longer explains how many there are.
    let names = EventType.brokerWireNames
    let places = names.map { _ in "?" }.joined(separator: ", ")
    let counted = try Int.fetchOne(
      database.cachedStatement(
        sql: "SELECT COUNT(*) FROM event WHERE type IN (\(places)) AND number > ?"),
      arguments: StatementArguments(names) + [Int64(clamping: settled)])
    ofBroker.store(min(counted ?? 0, ofBrokerMax), ordering: .relaxed)
    return last - settled > most() ? most() : nil
  }

  /// Drops the oldest events when too many are unacknowledged, and records the range. Drops one
  /// percent at a time, so that not every commit has to. Acknowledged events are removed first; the
  /// next commit continues.
  func drop(
    _ database: Database, _ position: LogPosition, last: UInt64, like draft: EventDraft,
    _ step: inout Step?
  ) throws {
    let from = position.settled + 1
    guard let kept = try kept(database, after: position.settled, through: last) else { return }
    let due = last - kept + UInt64(unacknowledgedMax) / 100
    let through = try step?.remove(
      database, through: Int64(clamping: due), most: droppedPerCommitMax)
    guard let through = through.map({ UInt64(clamping: $0) }), through >= from else { return }
    let note = EventDraft(
      id: UUID().uuidString.lowercased(), type: EventType.eventsDropped.wireName,
      timeMilliseconds: draft.timeMilliseconds, clockTrust: draft.clockTrust,
      simulated: draft.simulated, reason: "logFull")
    _ = try EventTable.passOver(from...through, note: note, after: last, database)
  }
}
