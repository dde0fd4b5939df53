import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

/// The movements of the locks: which of them waits for its event to be on disk, or for its turn after
/// the other doors, for how long, and what the lines answered. It decides when a relay moves; the
/// shell moves it.
struct LockDriver {
  /// The longest that a movement waits for its turn, however many doors there are.
  static let turnMillisecondsMax = 1_000

  /// The longest that a reader may take to say that its relay has moved.
  static let answerMilliseconds = 2_000

  /// A movement of one lock.
  struct Movement: Sendable, Hashable {
    var door: DoorID
    var level: LockLevel
    /// The command that waits for it; nil for none.
    var order: String?
  }

  private struct Waiting {
    enum Cause: Hashable {
      /// The last event that must be on disk first.
      case events(UInt64)
      /// The outputs of other doors switch first: all coils of a building at once pull the supply
      /// down.
      case turn
    }

    var movement: Movement
    var cause: Cause
    var deadline: MonotonicInstant

    func isReady(through ticket: UInt64) -> Bool {
      switch cause {
      case .events(let last): last <= ticket
      case .turn: false
      }
    }
  }

  /// A command to a relay at a reader that the reader has not answered.
  private struct Unanswered {
    var order: String
    var movement: Movement
    var deadline: MonotonicInstant
  }

  private var waiting: [Waiting] = []
  private var unanswered: [Unanswered] = []
  private var errors: [OutputLine: PortError] = [:]
  /// The level that each lock was driven to last.
  private var driven: [DoorID: LockLevel] = [:]
  /// When each lock switched last, or will in its turn.
  private var switchesAt: [DoorID: MonotonicInstant] = [:]
  private let failSafeDoors: Set<DoorID>
  private let commitDeadlineMilliseconds: Int
  private let staggerMilliseconds: Int

  /// `failSafeDoors` hold their lock closed by power; `commitDeadlineMilliseconds` is the longest
  /// that a movement waits for the disk, `staggerMilliseconds` is how far apart movements are for which
  /// nobody waits.
  init(
    failSafeDoors: Set<DoorID>, commitDeadlineMilliseconds: Int, staggerMilliseconds: Int
  ) {
    self.failSafeDoors = failSafeDoors
    self.commitDeadlineMilliseconds = commitDeadlineMilliseconds
    self.staggerMilliseconds = staggerMilliseconds
  }

  /// The core requires this level of a lock. `present` is the level that its relay really has: a board
  /// that fell off and came back has all its outputs inactive. Nil where nobody can read it. `events`
  /// is how far the log has come.
  mutating func set(
    _ movement: Movement, _ urgency: ControllerEffect.Urgency, present: LockLevel? = nil,
    events: Journal.Progress, at now: Moment
  ) -> [Wish] {
    if let present { driven[movement.door] = present }
    let same = waiting.filter {
      $0.movement.door == movement.door && $0.movement.level == movement.level
    }
    switch urgency {
    case .atOnce:
      // Skip the periodic re-assert while the same movement still waits for its event, or to lock in
      // its turn. A release at once does not wait for its turn any more.
      if same.contains(where: { $0.cause != .turn || movement.level == .secured }) { return [] }
      forgetTurns(of: movement.door)
      return [.moveLock(movement)]
    case .inTurn:
      // It keeps the turn that it has.
      if same.contains(where: { $0.cause == .turn }) { return [] }
      forgetTurns(of: movement.door)
      let turn = turn(of: movement.door, at: now.monotonic)
      guard driven[movement.door] != movement.level, turn > now.monotonic else {
        return [.moveLock(movement)]
      }
      switchesAt[movement.door] = turn
      waiting.append(Waiting(movement: movement, cause: .turn, deadline: turn))
      return []
    case .afterRecords:
      // While the log is broken no release waits for it.
      guard events.committed < events.last, !events.isBroken else { return [.moveLock(movement)] }
      waiting.append(
        Waiting(
          movement: movement, cause: .events(events.last),
          deadline: now.monotonic.advanced(byMilliseconds: commitDeadlineMilliseconds)))
      return []
    }
  }

  private mutating func forgetTurns(of door: DoorID) {
    waiting.removeAll { $0.cause == .turn && $0.movement.door == door }
  }

  /// When the outputs of all other doors will have switched, within ``turnMillisecondsMax``.
  private func turn(of door: DoorID, at now: MonotonicInstant) -> MonotonicInstant {
    let last = switchesAt.lazy.filter { $0.key != door }.map(\.value).max()
    guard let last else { return now }
    return min(
      last.advanced(byMilliseconds: staggerMilliseconds),
      now.advanced(byMilliseconds: Self.turnMillisecondsMax))
  }

  /// The disk has every event up to and with `ticket`.
  mutating func committed(through ticket: UInt64) -> [Wish] {
    guard !waiting.isEmpty else { return [] }
    let ready = waiting.filter { $0.isReady(through: ticket) }
    waiting.removeAll { $0.isReady(through: ticket) }
    return ready.map { .moveLockIfRequired($0.movement) }
  }

  /// The relay is at a reader: the order ends when the reader has answered.
  mutating func awaitAnswer(_ order: String, of movement: Movement, at now: MonotonicInstant) {
    unanswered.append(
      Unanswered(
        order: order, movement: movement,
        deadline: now.advanced(byMilliseconds: Self.answerMilliseconds)))
  }

  /// The reader has moved a relay.
  mutating func answered(_ door: DoorID, isActive: Bool) -> [Wish] {
    let done = unanswered.filter {
      $0.movement.door == door && isRelayActive(for: $0.movement) == isActive
    }
    return end(done, .outcome(.confirmed))
  }

  /// The reader with the relay has refused, or is away.
  mutating func notAnswered(_ door: DoorID) -> [Wish] {
    end(unanswered.filter { $0.movement.door == door }, .failed(Self.noAnswer(door)))
  }

  private mutating func end(_ ended: [Unanswered], _ end: OrderEnd) -> [Wish] {
    let orders = Set(ended.map(\.order))
    unanswered.removeAll { orders.contains($0.order) }
    return ended.map { .end(order: $0.order, end) }
  }

  private static func noAnswer(_ door: DoorID) -> PortError {
    PortError(
      .unavailable, operation: "drive \(OutputLine.relay(door).words)",
      detail: "the reader that it is at did not move it; `postern status` says why")
  }

  /// Moves the locks whose time for waiting is up, and records that the disk was late.
  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    var wishes: [Wish] = []
    for late in unanswered where late.deadline <= now {
      let error = Self.noAnswer(late.movement.door)
      wishes += [.log(.error, "\(error)"), .end(order: late.order, .failed(error))]
    }
    unanswered.removeAll { $0.deadline <= now }
    return wishes + moveOverdue(to: now)
  }

  private mutating func moveOverdue(to now: MonotonicInstant) -> [Wish] {
    guard !waiting.isEmpty else { return [] }
    let overdue = waiting.filter { $0.deadline <= now }
    guard !overdue.isEmpty else { return [] }
    waiting.removeAll { $0.deadline <= now }
    return overdue.flatMap { wait -> [Wish] in
      switch wait.cause {
      case .turn: [.moveLockIfRequired(wait.movement)]
      case .events:
        [
          .moveLockIfRequired(wait.movement),
          .record(
            EventRecord(
              .logCommitLate, door: wait.movement.door,
              detail: ["deadlineMilliseconds": String(commitDeadlineMilliseconds)])),
        ]
      }
    }
  }

  var nextDeadline: MonotonicInstant? {
    .earliest(waiting.lazy.map(\.deadline).min(), unanswered.lazy.map(\.deadline).min())
  }

  /// The relay's level for a lock: the relay of a fail-safe lock is active while it is secured.
  func isRelayActive(for movement: Movement) -> Bool {
    LockWiring(failSafe: failSafeDoors.contains(movement.door))
      .isRelayActive(released: movement.level == .released)
  }

  /// The lock's level when its relay is active, or not.
  func level(of door: DoorID, relayActive isActive: Bool) -> LockLevel {
    LockWiring(failSafe: failSafeDoors.contains(door)).isRelayActive(released: true) == isActive
      ? .released : .secured
  }

  /// Why the door's relay did not follow the last time; nil when it did.
  func relayError(of door: DoorID) -> PortError? { errors[.relay(door)] }

  /// For whoever ordered it: the mode, or the time that a door is released, goes on.
  static func goesOn(_ error: PortError) -> PortError {
    PortError(
      error.code, operation: error.operation,
      detail: "\(error.detail); the order is in force, and the relay is tried again every second")
  }

  /// A lock took its level. True when that is another one than before.
  mutating func moved(_ movement: Movement, at now: MonotonicInstant) -> Bool {
    guard driven.updateValue(movement.level, forKey: movement.door) != movement.level else {
      return false
    }
    switchesAt[movement.door] = now
    return true
  }

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
