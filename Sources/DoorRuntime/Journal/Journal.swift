import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation

/// The events of this controller on their way to the disk: which were handed over, which are there,
/// and whether the log takes any at the moment. The disk's own work is ``EventWriter``'s.
struct Journal {
  /// A disk that has not answered for so long is said to have failed; it is asked on.
  static let stallMilliseconds = 10_000

  /// Time until an acknowledgement is written again that the disk refused.
  static let acknowledgeMilliseconds = 1_000

  /// How far the log has come, for whoever waits for an event.
  struct Progress: Sendable, Hashable {
    /// The ticket of the newest event.
    var last: UInt64
    /// Every event up to and with this ticket was tried on the disk.
    var committed: UInt64
    /// The log refused the last events; they wait in memory.
    var isBroken: Bool
  }

  /// Where the log stands on the disk.
  private(set) var position: LogPosition
  /// Why the log takes no events; nil while it does.
  private(set) var error: PortError?
  private var lastTicket: UInt64 = 0
  private var committedTicket: UInt64 = 0
  /// Since when the disk owes an answer; nil while it owes none.
  private var owedSince: MonotonicInstant?
  /// The disk refused to note what the cloud has: when it is asked again.
  private var acknowledgeAt: MonotonicInstant?
  private var anomalies = AnomalyWatch()
  private var lane: BrokerLane
  private var coils = CoilWatch()
  private var watchers: [UUID: AsyncStream<StoredEvent>.Continuation] = [:]

  init(position: LogPosition, lane: BrokerLane = BrokerLane()) {
    self.position = position
    self.lane = lane
  }

  /// The log's position, when it could be read only after the start.
  mutating func adopt(_ read: LogPosition) {
    let last = position.last
    position = read
    position.last = max(read.last, last)
  }

  var progress: Progress {
    Progress(last: lastTicket, committed: committedTicket, isBroken: error != nil)
  }

  /// Events that wait to be on disk.
  var waiting: Int { Int(clamping: lastTicket - min(committedTicket, lastTicket)) }

  /// The number under which the next event is handed to the writer.
  mutating func nextTicket(at now: MonotonicInstant) -> UInt64 {
    if waiting == 0 { owedSince = now }
    lastTicket += 1
    return lastTicket
  }

  /// The writer's report. Locks that waited for these events may move after its wishes, see
  /// ``progress``.
  mutating func committed(_ report: CommitReport, at now: MonotonicInstant) -> [Wish] {
    var wishes = note(report.error)
    if report.error == nil {
      if let last = report.stored.last { position.last = last.number }
      for event in report.stored {
        for watcher in watchers.values { watcher.yield(event) }
      }
      let urgent = report.stored.filter(\.draft.isUrgent)
      if !urgent.isEmpty { wishes.append(.publishUrgent(urgent)) }
      wishes.append(.session(.eventsCommitted(last: position.last)))
    }
    committedTicket = max(committedTicket, report.throughTicket)
    owedSince = waiting > 0 ? now : nil
    return wishes
  }

  /// The log failed, or takes events again. That it failed is the first event after the ones that
  /// could not be written, with the time at which it happened.
  private mutating func note(_ error: PortError?) -> [Wish] {
    defer { self.error = error }
    switch (self.error, error) {
    case (nil, let error?):
      return [
        .log(.error, "the event log failed: \(error)"),
        .record(.alarm(.eventLog, raised: true, ["cause": "\(error)"])),
      ]
    case (_?, nil):
      return [
        .log(.notice, "the event log takes events again"),
        .record(.alarm(.eventLog, raised: false)),
      ]
    case (nil, nil), (_?, _?):
      return []
    }
  }

  /// The cloud has everything up to and with `number`.
  mutating func acknowledged(through number: UInt64) {
    position.acknowledged = max(position.acknowledged, number)
  }

  /// The disk took an acknowledgement, or refused it. A refusal is no trouble: after a restart the
  /// cloud would say it again.
  mutating func acknowledgementKept(_ error: PortError?, at now: MonotonicInstant) -> [Wish] {
    guard let error else {
      acknowledgeAt = nil
      return []
    }
    acknowledgeAt = now.advanced(byMilliseconds: Self.acknowledgeMilliseconds)
    return [.log(.error, "an acknowledgement was not kept, tried again: \(error)")]
  }

  private mutating func acknowledgeAgain(at now: MonotonicInstant) -> [Wish] {
    guard let due = acknowledgeAt, due <= now else { return [] }
    acknowledgeAt = nil
    return [.job(.acknowledge(through: position.acknowledged))]
  }

  /// The log has a new name or other numbers, or could not be given them.
  mutating func epochBegun(_ answer: Result<LogPosition, PortError>) -> [Wish] {
    switch answer {
    case .success(let new):
      let isNew = new.epoch != position.epoch
      position = new
      var wishes: [Wish] = [
        .session(
          .epochBegun(epoch: new.epoch, last: new.last, acknowledged: new.acknowledged))
      ]
      if new.dropped > new.acknowledged {
        wishes.append(.session(.eventsDropped(through: new.dropped)))
      }
      return wishes + [
        .record(
          EventRecord(
            isNew ? .logEpochBegun : .logRewound,
            detail: ["epoch": new.epoch, "acknowledged": String(new.acknowledged)]))
      ]
    case .failure(let error):
      // The next connection finds the same, and tries again.
      return [.log(.error, "no new epoch could be begun: \(error)")]
    }
  }

  /// What the door did may be an anomaly, which is an event too.
  mutating func anomalies(of occurrence: Occurrence, at now: MonotonicInstant) -> [Wish] {
    Self.wishes(anomalies.note(occurrence, at: now))
  }

  mutating func commandRepeated(at now: MonotonicInstant) -> [Wish] {
    Self.wishes(anomalies.noteRepeatedCommand(at: now))
  }

  mutating func clockSetBack(at now: MonotonicInstant) -> [Wish] {
    Self.wishes(anomalies.noteClockSetBack(at: now))
  }

  /// Inputs that a switching relay disturbs.
  var chatter: [CoilWatch.Finding] { coils.findings }

  mutating func noteInput(_ edge: LineEdge) { coils.note(edge) }

  /// A relay switched; inputs that it was found to disturb are an anomaly.
  mutating func relaySwitched(of door: DoorID, at now: MonotonicInstant) -> [Wish] {
    coils.switched(door, at: now).map { finding in
      .record(
        EventRecord(
          .anomalyCoilChatter, door: finding.door, detail: ["input": finding.input.words]))
    }
  }

  private static func wishes(_ anomalies: [Anomaly]) -> [Wish] {
    anomalies.map { .record(EventRecord($0)) }
  }

  // MARK: What the broker can cause

  /// Whether an event of this type is recorded; one that is not is counted.
  mutating func admits(_ type: EventType, at now: MonotonicInstant) -> Bool {
    lane.admits(type, at: now)
  }

  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    lane.advance(to: now) + noteStall(at: now) + acknowledgeAgain(at: now)
  }

  /// A disk that takes nothing and says nothing is as bad as one that refuses.
  private mutating func noteStall(at now: MonotonicInstant) -> [Wish] {
    guard let due = stallAt, due <= now else { return [] }
    return note(
      PortError(
        .busy, operation: "write events",
        detail: "the disk has not answered for \(Self.stallMilliseconds / 1_000) s; check it"))
  }

  private var stallAt: MonotonicInstant? {
    error == nil ? owedSince?.advanced(byMilliseconds: Self.stallMilliseconds) : nil
  }

  /// What was counted and not recorded, before the program ends.
  mutating func recordCount(at now: MonotonicInstant) -> [Wish] { lane.end(at: now) }

  var nextDeadline: MonotonicInstant? { .earliest(lane.nextDeadline, stallAt, acknowledgeAt) }

  // MARK: Watchers

  mutating func watch(_ id: UUID, _ watcher: AsyncStream<StoredEvent>.Continuation?) {
    watchers[id] = watcher
  }

  func end() {
    for watcher in watchers.values { watcher.finish() }
  }
}
