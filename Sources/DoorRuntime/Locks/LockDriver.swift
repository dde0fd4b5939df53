import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The movements of the locks: which of them waits for its event to be on disk, for how long, and
/// what the lines answered. It decides when a relay moves; the shell moves it.
struct LockDriver {
  /// A movement of one lock.
  struct Movement: Sendable, Hashable {
    var door: DoorID
    var level: LockLevel
    /// The command that waits for it; nil for none.
    var order: String?
  }

  private struct Waiting {
    var movement: Movement
    /// The last event that must be on disk first.
    var ticket: UInt64
    var deadline: MonotonicInstant
  }

  private var waiting: [Waiting] = []
  private var errors: [OutputLine: PortError] = [:]
  private let failSafeDoors: Set<DoorID>
  private let commitDeadlineMilliseconds: Int

  /// `failSafeDoors` hold their lock closed by power; `commitDeadlineMilliseconds` is the longest
  /// that a movement waits for the disk.
  init(failSafeDoors: Set<DoorID>, commitDeadlineMilliseconds: Int) {
    self.failSafeDoors = failSafeDoors
    self.commitDeadlineMilliseconds = commitDeadlineMilliseconds
  }

  /// The core requires this level of a lock. `events` is how far the log has come.
  mutating func set(
    _ movement: Movement, _ urgency: ControllerEffect.Urgency, events: Journal.Progress,
    at now: Moment
  ) -> [Wish] {
    switch urgency {
    case .atOnce:
      // Skip the periodic re-assert while the same movement still waits for its event.
      let isWaiting = waiting.contains {
        $0.movement.door == movement.door && $0.movement.level == movement.level
      }
      return isWaiting ? [] : [.moveLock(movement)]
    case .afterRecords:
      // While the log is broken no release waits for it.
      guard events.committed < events.last, !events.isBroken else { return [.moveLock(movement)] }
      waiting.append(
        Waiting(
          movement: movement, ticket: events.last,
          deadline: now.monotonic.advanced(byMilliseconds: commitDeadlineMilliseconds)))
      return []
    }
  }

  /// The disk has every event up to and with `ticket`.
  mutating func committed(through ticket: UInt64) -> [Wish] {
    guard !waiting.isEmpty else { return [] }
    let ready = waiting.filter { $0.ticket <= ticket }
    waiting.removeAll { $0.ticket <= ticket }
    return ready.map { .moveLockIfRequired($0.movement) }
  }

  /// Moves the locks whose time for waiting is up, and records that the disk was late.
  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    guard !waiting.isEmpty else { return [] }
    let overdue = waiting.filter { $0.deadline <= now }
    guard !overdue.isEmpty else { return [] }
    waiting.removeAll { $0.deadline <= now }
    return overdue.flatMap { wait -> [Wish] in
      [
        .moveLockIfRequired(wait.movement),
        .record(
          EventRecord(
            .logCommitLate, door: wait.movement.door,
            detail: ["deadlineMilliseconds": String(commitDeadlineMilliseconds)])),
      ]
    }
  }

  var nextDeadline: MonotonicInstant? { waiting.lazy.map(\.deadline).min() }

  /// The relay's level for a lock: the relay of a fail-safe lock is active while it is secured.
  func isRelayActive(for movement: Movement) -> Bool {
    (movement.level == .released) != failSafeDoors.contains(movement.door)
  }

  /// Why the door's relay did not follow the last time; nil when it did.
  func relayError(of door: DoorID) -> PortError? { errors[.relay(door)] }

  /// A line took its level.
  mutating func succeeded(_ line: OutputLine) {
    if !errors.isEmpty { errors[line] = nil }
  }

  /// A line did not take its level. True when that is new: the level is driven again every second,
  /// and the log names each cause once.
  mutating func failed(_ line: OutputLine, _ error: PortError) -> Bool {
    defer { errors[line] = error }
    return errors[line] != error
  }
}
