import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// The oldest events go, so that the file does not grow for ever. What is on a spoiled page cannot
/// be removed and stays; what comes behind it goes.
extension EventDatabase {
  /// What one commit removes.
  struct Removal {
    /// Lower events stay, see ``EventDatabase/removableFrom``.
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
    _ database: Database, acknowledged: UInt64, for added: Int, _ removal: inout Removal?
  ) throws {
    guard acknowledged > acknowledgedKept else { return }
    _ = try removal?.remove(
      database, through: Int64(clamping: acknowledged - UInt64(acknowledgedKept)),
      most: min(added * Self.prunedPerEvent, Self.prunedPerCommitMax))
  }

  /// Makes room for a while at once when the cloud lacks too many, so that not every commit has to,
  /// and writes down what went. The next commit goes on; what the cloud has goes first.
  func drop(
    _ database: Database, _ position: LogPosition, last: UInt64, like draft: EventDraft,
    _ removal: inout Removal?
  ) throws {
    let unacknowledgedMax = UInt64(self.unacknowledgedMax)
    let from = position.settled + 1
    guard last - position.settled > unacknowledgedMax else { return }
    let due = last - unacknowledgedMax + unacknowledgedMax / 100
    let through = try removal?.remove(
      database, through: Int64(clamping: due), most: droppedPerCommitMax)
    guard let through = through.map({ UInt64(clamping: $0) }), through >= from else { return }
    let note = EventDraft(
      id: UUID().uuidString.lowercased(), type: EventType.eventsDropped.wireName,
      timeMilliseconds: draft.timeMilliseconds, clockTrust: draft.clockTrust,
      simulated: draft.simulated, reason: "logFull")
    _ = try Self.passOver(from...through, note: note, after: last, database)
  }
}
