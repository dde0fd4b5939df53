import CGpiod
public import DoorCore
public import DoorPorts
import DoorRules
import Foundation
import Glibc
import Synchronization

/// The lines of a controller on libgpiod. Outputs are requested inactive at creation and held until
/// ``stop()``. A line that is missing or busy is a fault with its reason; the others are served,
/// and the missing lines are requested again.
public final class GPIODPort: GPIOPort {
  /// How often missing lines are requested again.
  public static let retryMilliseconds: Int32 = 5_000

  public let isSimulated = false
  private let plan: LinePlan
  private let state: Mutex<State>
  /// A pipe; its write end wakes the edge thread.
  private let wake: (read: Int32, write: Int32)
  /// Only one thread reads at a time, which keeps the edges in order.
  private let reading = Mutex(EdgeReading())
  /// How long an edge waits for an older one of another line: each line has a descriptor and a
  /// kernel thread of its own, and these do not run in the order of the timestamps. Shorter than
  /// the pause that ends a frame, so that no decision waits for it.
  static let orderingMicroseconds = 2_000
  /// How long edges are gathered before they are read, so that a card wakes the thread a dozen
  /// times and not with each pulse. No decision waits for it: the end of a frame first reads the
  /// pending edges. With libgpiod 1.x the kernel queues only 16 edges of a line.
  static let gatherMilliseconds: Int32 = GPIOLine.numbersEdges ? 4 : 1
  /// From 1 to 99; the interrupt threads of the kernel have 50.
  static let realTimePriority: Int32 = 20

  private struct State {
    var inputs: [InputLine: Owned] = [:]
    /// Counts the changes of `inputs`, so that the edge thread reads them only then.
    var generation = 0
    var outputs: [OutputLine: Owned] = [:]
    var faults: [String: LineFault] = [:]
    var finder = ChipFinder()
    var isStopped = false
    var isRealTime = false
    var onEdge: (@Sendable (LineEdge) -> Void)?
  }

  /// Allows a request inside the lock.
  struct Owned: @unchecked Sendable {
    // Every use is inside the port's lock, except that the edge thread reads its own inputs.
    let line: GPIOLine
    let offset: Int
  }

  public init(plan: LinePlan) {
    self.plan = plan
    var ends: [Int32] = [-1, -1]
    // Without a pipe (no descriptors left) the thread ends only with the process.
    _ = pipe(&ends)
    wake = (ends[0], ends[1])
    state = Mutex(State())
    state.withLock { Self.request(plan, &$0) }
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  private static func request(_ plan: LinePlan, _ state: inout State) {
    let chips = ChipScan().chips()
    func chip(of place: LinePlan.Place) throws(PortError) -> Chip {
      try state.finder.find(place.chip, among: chips, for: "request \(place)")
    }
    for output in plan.outputs where state.outputs[output.line] == nil {
      let name = output.line.words
      do throws(PortError) {
        state.outputs[output.line] = Owned(
          line: try GPIOLine(output: output, on: chip(of: output.place)),
          offset: output.place.offset)
        state.faults[name] = nil
      } catch {
        state.faults[name] = LineFault(line: name, place: "\(output.place)", error: error)
      }
    }
    let missing = plan.inputs.filter { state.inputs[$0.line] == nil }
    for pair in pairs(of: missing) {
      // A line that fails is reported below, where each is requested alone.
      guard let line = try? GPIOLine(inputs: pair, on: chip(of: pair[0].place)) else { continue }
      for input in pair { hold(input, line, &state) }
    }
    for input in missing where state.inputs[input.line] == nil {
      do throws(PortError) {
        hold(input, try GPIOLine(inputs: [input], on: chip(of: input.place)), &state)
      } catch {
        let name = input.line.words
        state.faults[name] = LineFault(line: name, place: "\(input.place)", error: error)
      }
    }
  }

  private static func hold(_ input: LinePlan.Input, _ line: GPIOLine, _ state: inout State) {
    state.inputs[input.line] = Owned(line: line, offset: input.place.offset)
    state.faults[input.line.words] = nil
    state.generation += 1
  }

  /// The data lines of each reader, where one request can have both.
  private static func pairs(of inputs: [LinePlan.Input]) -> [[LinePlan.Input]] {
    guard GPIOLine.linesMax >= 2 else { return [] }
    return inputs.compactMap { first in
      guard case .data0(let reader) = first.line,
        let second = inputs.first(where: { $0.line == .data1(reader) }),
        second.place.chip == first.place.chip
      else { return nil }
      return [first, second]
    }
  }

  public var faults: [LineFault] {
    state.withLock { $0.faults.values.sorted { $0.line < $1.line } }
  }

  public func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {
    state.withLock { $0.onEdge = onEdge }
    let thread = Thread { [self] in watch(onEdge) }
    thread.name = "postern.lines"
    thread.start()
  }

  public func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    try state.withLock { state throws(PortError) in
      guard let owned = state.outputs[line] else { throw Self.missing(line, plan, state) }
      guard let code = owned.line.set(active: active) else { return }
      let error = PortError(
        .inputOutput, operation: "drive \(line.words)",
        detail: String(cString: strerror(code)))
      // The chip is gone: release the line, so that it can be requested again. Held lines would
      // also keep the name of the chip from being reused.
      state.outputs[line] = nil
      let place = plan.outputs.first { $0.line == line }.map { "\($0.place)" } ?? "?"
      state.faults[line.words] = LineFault(line: line.words, place: place, error: error)
      rouse()
      throw error
    }
  }

  public func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    try state.withLock { state throws(PortError) in
      guard let owned = state.outputs[line], let level = owned.line.get(owned.offset) else {
        throw Self.missing(line, plan, state)
      }
      return level
    }
  }

  public func isActive(_ line: InputLine) throws(PortError) -> Bool {
    let (level, isHeld, fault) = state.withLock { state in
      let owned = state.inputs[line]
      return (
        owned.flatMap { $0.line.get($0.offset) }, owned != nil, state.faults[line.words]?.error
      )
    }
    if let level { return level }
    // It is held but cannot be read: the chip is gone.
    if isHeld {
      lose(line)
      rouse()
    }
    throw fault
      ?? PortError(
        .unavailable, operation: "read \(line.words)",
        detail: isHeld ? "the line is gone" : "it is not wired")
  }

  private static func missing(_ line: OutputLine, _ plan: LinePlan, _ state: State) -> PortError {
    let name = line.words
    return state.faults[name]?.error
      ?? PortError(.unavailable, operation: "drive \(name)", detail: "it is not wired")
  }

  public func stop() {
    state.withLock { state in
      state.isStopped = true
      for output in state.outputs.values { _ = output.line.set(active: false) }
    }
    rouse()
  }

  /// Wakes the edge thread, so that it reads the state again.
  private func rouse() {
    var byte: UInt8 = 1
    _ = write(wake.write, &byte, 1)
  }

  /// Reads what ``rouse()`` wrote; only the edge thread reads from the pipe.
  private func takeRousing() {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = Glibc.read(wake.read, &bytes, bytes.count)
  }

  /// The edge thread: waits on every input at once.
  private func watch(_ onEdge: @Sendable (LineEdge) -> Void) {
    state.withLock { $0.isRealTime = Self.takeRealTimePriority() }
    var descriptors: [pollfd] = []
    var generation = -1
    while true {
      let (isStopped, isWhole) = state.withLock { state in
        if state.generation != generation {
          generation = state.generation
          let inputs = Set(state.inputs.values.map(\.line.descriptor)).sorted()
          descriptors = ([wake.read] + inputs).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
          }
        }
        return (state.isStopped, state.faults.isEmpty)
      }
      if isStopped { return }
      let isWaiting = reading.withLock { !$0.held.isEmpty }
      let patience = isWaiting ? 1 : isWhole ? -1 : Self.retryMilliseconds
      let count = poll(&descriptors, nfds_t(descriptors.count), patience)
      if descriptors[0].revents != 0 {
        takeRousing()
      } else if count == 0, !isWaiting {
        state.withLock { if !$0.isStopped { Self.request(plan, &$0) } }
      } else {
        // ``rouse()`` ends this wait.
        if count > 0 { poll(&descriptors, 1, Self.gatherMilliseconds) }
        read(onEdge)
      }
    }
  }

  /// Above ordinary programs and below the threads of the kernel, so that edges do not wait for a
  /// busy processor. False where the system does not permit it; the port works without.
  private static func takeRealTimePriority() -> Bool {
    var parameters = sched_param()
    parameters.sched_priority = realTimePriority
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0
  }

  /// Whether the edge thread runs at real-time priority; false before ``start(onEdge:)``.
  public var isRealTime: Bool { state.withLock(\.isRealTime) }

  /// Whether edges are numbered, so that a lost edge is detected; false with libgpiod 1.x.
  public static var seesLostEdges: Bool { GPIOLine.numbersEdges }

  public func deliverPending() {
    guard let onEdge = state.withLock({ $0.onEdge }) else { return }
    read(onEdge, waiting: false)
  }

  /// Delivers edges in the order of their timestamps; with `waiting`, only those that are old
  /// enough that no older edge can still arrive.
  private func read(_ onEdge: @Sendable (LineEdge) -> Void, waiting: Bool = true) {
    reading.withLock { reading in
      state.withLock { state in
        if reading.generation != state.generation {
          reading.watch(state.inputs, generation: state.generation)
        }
      }
      for line in reading.take() { lose(line) }
      let limit = Self.now().advanced(byMicroseconds: waiting ? -Self.orderingMicroseconds : 0)
      reading.handOn(upTo: waiting ? limit : nil, onEdge)
    }
  }

  /// The clock of the kernel's timestamps.
  private static func now() -> MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(
      nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  private func lose(_ line: InputLine) {
    let name = line.words
    let place = plan.inputs.first { $0.line == line }.map { "\($0.place)" } ?? "?"
    state.withLock { state in
      state.inputs[line] = nil
      state.generation += 1
      state.faults[name] = LineFault(
        line: name, place: place,
        error: PortError(.inputOutput, operation: "read \(name)", detail: "the line is gone"))
    }
  }
}
