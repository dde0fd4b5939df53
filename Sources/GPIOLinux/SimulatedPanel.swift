public import DoorCore
public import DoorPorts
public import DoorRules
import Foundation
import Synchronization
import WiegandCodec

/// Simulated hardware: readers and contacts produce edges, so that the real decoder is tested, and
/// outputs remember their level.
///
/// It adds no faults: edges arrive in order, each with its timestamp, as from the kernel. Play
/// damaged edges to make faults.
public final class SimulatedPanel: GPIOPort {
  /// The most edges that may wait to be played.
  public static let edgesMax = 20_000
  /// How long edges are gathered before they are delivered; as in ``GPIODPort``.
  static let gatherMicroseconds = 4_000

  public let isSimulated = true
  public let faults: [LineFault] = []
  public let polled: [PolledInput] = []
  /// What becomes of a lock.
  public enum LockHealth: Sendable, Hashable {
    case works
    /// It draws nothing: a broken coil, a fuse, an emergency switch.
    case dead
    /// It draws current whatever its relay does.
    case stuck
  }

  private let state = Mutex(State())
  private let clock: any MonotonicClock
  /// Doors with an input that sees the lock's current.
  private let sensedLocks: Set<DoorID>
  private let signal = DispatchSemaphore(value: 0)
  private let delivery = Mutex(())

  private struct State {
    var edges: [LineEdge] = []
    var inputs: [InputLine: Bool] = [:]
    var outputs: [OutputLine: Bool] = [:]
    var movements: [OutputLine: Int] = [:]
    /// When the last action on a reader or input ends.
    var busyUntil: [String: MonotonicInstant] = [:]
    var locks: [DoorID: LockHealth] = [:]
    var isStopped = false
    var onEdge: (@Sendable (LineEdge) -> Void)?

    /// The input that sees the lock's current follows the relay, or what became of the lock.
    mutating func followCurrent(of door: DoorID, at now: MonotonicInstant) {
      let draws =
        switch locks[door, default: .works] {
        case .works: outputs[.relay(door), default: false]
        case .dead: false
        case .stuck: true
        }
      let edge = LineEdge(line: .lockCurrent(door), isActive: draws, at: now)
      let place = edges.firstIndex { now < $0.at } ?? edges.count
      edges.insert(edge, at: place)
    }
  }

  /// `clock` must be the one that the edges are compared with.
  /// `sensedLocks` are the doors with an input that sees the lock's current.
  public init(clock: any MonotonicClock, sensedLocks: Set<DoorID> = []) {
    self.clock = clock
    self.sensedLocks = sensedLocks
  }

  public func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {
    state.withLock { $0.onEdge = onEdge }
    let thread = Thread { [self] in play(onEdge) }
    thread.name = "postern.panel"
    thread.start()
  }

  public func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    try state.withLock { state throws(PortError) in
      // Like a line that was released: it cannot be driven any more.
      guard !state.isStopped else {
        throw PortError(
          .unavailable, operation: "drive \(line.words)", detail: "the panel was stopped")
      }
      let isChange = state.outputs[line, default: false] != active
      if isChange { state.movements[line, default: 0] += 1 }
      state.outputs[line] = active
      if isChange, case .relay(let door) = line, sensedLocks.contains(door) {
        state.followCurrent(of: door, at: clock.now())
        signal.signal()
      }
    }
  }

  public func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    state.withLock { $0.outputs[line, default: false] }
  }

  public func isActive(_ line: InputLine) throws(PortError) -> Bool {
    state.withLock { $0.inputs[line, default: false] }
  }

  /// How often an output has changed its level.
  public func movements(of line: OutputLine) -> Int {
    state.withLock { $0.movements[line, default: 0] }
  }

  public func stop() {
    state.withLock { state in
      state.isStopped = true
      for line in state.outputs.keys { state.outputs[line] = false }
    }
    signal.signal()
  }

  // MARK: What a person does

  /// Sends bursts of bits from a reader, `betweenMilliseconds` apart, after what it is still
  /// sending; a card is one burst, each key is one. Throws `full` beyond ``edgesMax``.
  public func send(
    _ bursts: [[Bool]], from reader: ReaderID, widthMicroseconds: Int, spacingMicroseconds: Int,
    betweenMilliseconds: Int
  ) throws(PortError) {
    try enqueue(on: "reader \(reader)", quietMilliseconds: betweenMilliseconds) { start in
      var next = start
      return bursts.flatMap { bits -> [LineEdge] in
        let played = pulses(
          for: bits, startingAt: next, widthMicroseconds: widthMicroseconds,
          spacingMicroseconds: spacingMicroseconds)
        next = (played.last?.at ?? next).advanced(byMilliseconds: betweenMilliseconds)
        return played.map { edge in
          let line: InputLine = edge.line == .data0 ? .data0(reader) : .data1(reader)
          return LineEdge(line: line, isActive: edge.isActive, at: edge.at)
        }
      }
    }
  }

  /// Opens or closes a leaf, with the bounce of a real contact.
  public func setContact(of door: DoorID, open: Bool) throws(PortError) {
    try enqueue(on: "contact \(door)", quietMilliseconds: 30) { start in
      [(0, open), (2, !open), (4, open)].map { delay, level in
        LineEdge(
          line: .contact(door), isActive: level, at: start.advanced(byMilliseconds: delay))
      }
    }
  }

  /// Presses the exit button for a moment.
  public func pressExit(of door: DoorID, holdMilliseconds: Int = 200) throws(PortError) {
    try enqueue(on: "exit \(door)", quietMilliseconds: 50) { start in
      [
        LineEdge(line: .requestToExit(door), isActive: true, at: start),
        LineEdge(
          line: .requestToExit(door), isActive: false,
          at: start.advanced(byMilliseconds: holdMilliseconds)),
      ]
    }
  }

  /// Switches an input that belongs to no door: the fire alarm, the box's tamper switch.
  public func setSite(_ line: InputLine, active: Bool) throws(PortError) {
    try enqueue(on: line.name, quietMilliseconds: 10) { start in
      [LineEdge(line: line, isActive: active, at: start)]
    }
  }

  /// Breaks a door's lock, or mends it.
  public func setLock(of door: DoorID, _ health: LockHealth) throws(PortError) {
    guard sensedLocks.contains(door) else {
      throw PortError(
        .invalid, operation: "act on the lock of \(door)",
        detail: "nothing sees the current of its lock: set door.\(door).hasLockCurrent")
    }
    state.withLock {
      $0.locks[door] = health
      $0.followCurrent(of: door, at: clock.now())
    }
    signal.signal()
  }

  private func enqueue(
    on source: String, quietMilliseconds: Int, _ make: (MonotonicInstant) -> [LineEdge]
  ) throws(PortError) {
    let now = clock.now()
    try state.withLock { state throws(PortError) in
      let start = max(now, state.busyUntil[source] ?? now)
      let edges = make(start)
      guard state.edges.count + edges.count <= Self.edgesMax else {
        throw PortError(
          .full, operation: "play on \(source)",
          detail: "\(state.edges.count) edges wait already; at most \(Self.edgesMax) may")
      }
      state.busyUntil[source] = edges.last?.at.advanced(byMilliseconds: quietMilliseconds)
      state.edges = (state.edges + edges).sorted { $0.at < $1.at }
    }
    signal.signal()
  }

  /// The thread of the panel: delivers edges soon after their time.
  private func play(_ onEdge: @Sendable (LineEdge) -> Void) {
    while true {
      deliver(onEdge)
      let (next, isStopped) = state.withLock { ($0.edges.first?.at, $0.isStopped) }
      if isStopped { return }
      if let next {
        let wait = next.microseconds(since: clock.now()) + Self.gatherMicroseconds
        _ = signal.wait(timeout: .now() + .microseconds(wait))
      } else {
        signal.wait()
      }
    }
  }

  public func deliverPending() {
    guard let onEdge = state.withLock({ $0.onEdge }) else { return }
    deliver(onEdge)
  }

  /// Delivers the due edges; one thread at a time, which keeps their order.
  private func deliver(_ onEdge: @Sendable (LineEdge) -> Void) {
    delivery.withLock { _ in
      let now = clock.now()
      let due = state.withLock { state -> [LineEdge] in
        guard !state.isStopped else { return [] }
        let count = state.edges.firstIndex { $0.at > now } ?? state.edges.count
        let due = Array(state.edges.prefix(count))
        state.edges.removeFirst(count)
        for edge in due { state.inputs[edge.line] = edge.isActive }
        return due
      }
      for edge in due { onEdge(edge) }
    }
  }
}
