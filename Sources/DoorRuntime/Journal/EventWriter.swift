import CloudProtocol
import DoorPorts
import DoorRules
import Synchronization

/// What became of events handed to the log.
package struct CommitReport: Sendable {
  /// Everything submitted up to this ticket is on disk, unless `error` is set.
  var throughTicket: UInt64
  var stored: [StoredEvent]
  var error: PortError?
  /// How long the disk took.
  var tookMicroseconds = 0
}

/// Commits events on a thread of its own, several at once when the disk is slower than the
/// door. When the log fails they wait here, up to a limit, and are tried again.
final class EventWriter: Sendable {
  /// The most events that wait in memory while the log is broken; the oldest go first.
  static let pendingMax = 10_000
  /// The most of them that somebody at the broker can cause; these go for their own kind only.
  static let pendingOfBrokerMax = 500
  /// The most events of one commit.
  static let batchMax = 256
  /// Time between tries while the log is broken.
  static let retryMilliseconds = 1_000

  private struct State {
    var pending: [(ticket: UInt64, draft: EventDraft)] = []
    /// How many of them are of the broker's lane.
    var pendingOfBroker = 0
    /// How many of the first are being committed, and so are not lost.
    var committing = 0
    var dropped = 0
    var isWorking = false

    /// Drops the oldest event of a lane that has too many; none that is being committed.
    mutating func limit(_ lane: EventLane) {
      let waiting = lane == .broker ? pendingOfBroker : pending.count - pendingOfBroker
      guard waiting > (lane == .broker ? pendingOfBrokerMax : pendingMax),
        let oldest = pending[committing...].firstIndex(where: { $0.draft.lane == lane })
      else { return }
      remove(oldest...oldest)
      dropped += 1
    }

    mutating func remove(_ range: ClosedRange<Int>) {
      pendingOfBroker -= pending[range].count { $0.draft.lane == .broker }
      pending.removeSubrange(range)
    }
  }

  private let log: any EventLog
  private let inbox: Inbox
  private let lanes: any WorkLanes
  private let now: @Sendable () -> MonotonicInstant
  private let state = Mutex(State())
  /// Makes the event that reports how many were dropped, before the event that follows it.
  private let describeDrop: @Sendable (Int, EventDraft) -> EventDraft

  init(
    log: any EventLog, inbox: Inbox, lanes: any WorkLanes,
    now: @escaping @Sendable () -> MonotonicInstant,
    describeDrop: @escaping @Sendable (Int, EventDraft) -> EventDraft
  ) {
    self.log = log
    self.lanes = lanes
    self.now = now
    self.inbox = inbox
    self.describeDrop = describeDrop
  }

  /// Takes an event for commit; its report comes through the inbox.
  func submit(_ draft: EventDraft, ticket: UInt64) {
    let mustStart = state.withLock { state in
      state.pending.append((ticket, draft))
      if draft.lane == .broker { state.pendingOfBroker += 1 }
      state.limit(draft.lane)
      defer { state.isWorking = true }
      return !state.isWorking
    }
    if mustStart { lanes.perform(.events) { self.work() } }
  }

  /// Waits until everything submitted so far was tried once.
  func drain() {
    lanes.perform(.events) { self.work() }
    lanes.drain(.events)
  }

  private func report(_ report: CommitReport) { inbox.push(.job(.committed(report))) }

  private func work() {
    while true {
      let (batch, dropped) = state.withLock { state in
        if state.pending.isEmpty { state.isWorking = false }
        state.committing = min(state.pending.count, Self.batchMax)
        return (Array(state.pending.prefix(state.committing)), state.dropped)
      }
      guard let last = batch.last else { return }
      var drafts = batch.map(\.draft)
      if dropped > 0 { drafts.insert(describeDrop(dropped, drafts[0]), at: 0) }
      do throws(PortError) {
        let began = now()
        let numbers = try log.append(drafts)
        state.withLock { state in
          state.remove(0...state.committing - 1)
          state.committing = 0
          state.dropped -= dropped
        }
        report(
          CommitReport(
            throughTicket: last.ticket,
            stored: zip(numbers, drafts).map { StoredEvent(number: $0, draft: $1) }, error: nil,
            tookMicroseconds: now().microseconds(since: began)))
      } catch {
        state.withLock { $0.committing = 0 }
        report(CommitReport(throughTicket: last.ticket, stored: [], error: error))
        lanes.perform(.events, afterMilliseconds: Self.retryMilliseconds) { self.work() }
        return
      }
    }
  }
}
