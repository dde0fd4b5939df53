import CloudProtocol
import DoorPorts
import Foundation
import GRDB
import Synchronization

/// The oldest events go, so that the file does not grow for ever. What is on a spoiled page cannot
/// be removed and stays; what comes behind it goes.
final class EventRemoval: Sendable {
  /// Acknowledged events removed for each new one, at most: more than one, so that what an outage
  /// left over goes in time, and few, because whoever stands at the door waits for this commit.
  static let prunedPerEvent = 4
  /// And in one commit, at most.
  static let prunedPerCommitMax = 64
  /// Events that go in one commit because the log is too long, at most: a log far above its limit
  /// shrinks with each event that comes, and none of them waits for all of it.
  static let droppedPerCommitMax = 5_000

  private let acknowledgedKept: Int
  private let unacknowledgedMax: Int
  private let droppedPerCommitMax: Int
  /// Events below this number stay until the next start tries again: removing them met a spoiled
  /// page.
  private let removableFrom = Atomic<Int64>(0)

  init(acknowledgedKept: Int, unacknowledgedMax: Int, droppedPerCommitMax: Int) {
    self.acknowledgedKept = acknowledgedKept
    self.droppedPerCommitMax = droppedPerCommitMax
    self.unacknowledgedMax = unacknowledgedMax
  }

  /// What one commit removes.
  func begin() -> Step { Step(from: removableFrom.load(ordering: .relaxed)) }

  /// Lets the events up to and with this number stay.
  func skip(through number: Int64) { removableFrom.store(number + 1, ordering: .relaxed) }

  /// What one commit removes.
  struct Step {
    /// Lower events stay.
    let from: Int64
    /// Up to where it went last, or failed to go; nil before it began.
    private(set) var tried: Int64?

    init(from: Int64) { self.from = from }

    /// Removes at most `most` of the oldest events, none above `due`; returns through which.
    fileprivate mutating func remove(
      _ database: Database, through due: Int64, most: Int
    ) throws -> Int64 {
      tried = due
      let oldest = try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT MIN(number) FROM event WHERE number >= ?"),
        arguments: [from])
      guard let oldest, oldest <= due else { return due }
      let through = min(due, oldest + Int64(most) - 1)
      tried = through
      try database.execute(
        sql: "DELETE FROM event WHERE number BETWEEN ? AND ?", arguments: [oldest, through])
      return through
    }
  }

  /// An event that the cloud does not have never goes here.
  func prune(
    _ database: Database, acknowledged: UInt64, for added: Int, _ step: inout Step?
  ) throws {
    guard acknowledged > acknowledgedKept else { return }
    _ = try step?.remove(
      database, through: Int64(clamping: acknowledged - UInt64(acknowledgedKept)),
      most: min(added * Self.prunedPerEvent, Self.prunedPerCommitMax))
  }

  /// Makes room for a while at once when the cloud lacks too many, so that not every commit has to,
  /// and writes down what went. The next commit goes on; what the cloud has goes first.
  func drop(
    _ database: Database, _ position: LogPosition, last: UInt64, like draft: EventDraft,
    _ step: inout Step?
  ) throws {
    let unacknowledgedMax = UInt64(self.unacknowledgedMax)
    let from = position.settled + 1
    guard last - position.settled > unacknowledgedMax else { return }
    let due = last - unacknowledgedMax + unacknowledgedMax / 100
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
