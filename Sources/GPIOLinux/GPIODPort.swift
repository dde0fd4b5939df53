import CGpiod
public import DoorCore
public import DoorPorts
import DoorRules
import Foundation
import Glibc
import Synchronization

/// The lines of a controller on libgpiod. Outputs are requested inactive when this is made and
/// held until ``stop()``. A line that is missing or busy is a fault with its reason; the others
/// are served, and the missing ones tried again.
public final class GPIODPort: GPIOPort {
  /// How often missing lines are tried again.
  public static let retryMilliseconds: Int32 = 5_000

  public let isSimulated = false
  private let plan: LinePlan
  private let state: Mutex<State>
  /// A pipe; its write end wakes the edge thread.
  private let wake: (read: Int32, write: Int32)
  /// One thread reads at a time, so that edges keep their order. What was read and is not handed
  /// on yet, by stamp.
  private let reading = Mutex<[LineEdge]>([])
  /// How long an edge waits for an older one of another line: each line has a descriptor and a
  /// kernel thread of its own, and they do not run in the order of the stamps. Less than the pause
  /// that ends a frame, so that no decision waits for it.
  static let orderingMicroseconds = 2_000

  private struct State {
    var inputs: [InputLine: Owned] = [:]
    var outputs: [OutputLine: Owned] = [:]
    var faults: [String: LineFault] = [:]
    var isStopped = false
    var onEdge: (@Sendable (LineEdge) -> Void)?
  }

  /// Lets a line live inside the lock.
  private struct Owned: @unchecked Sendable {
    // Every use is inside the port's lock, but for the edge thread's reads of its own inputs.
    let line: GPIOLine
  }

  public init(plan: LinePlan) {
    self.plan = plan
    var ends: [Int32] = [-1, -1]
    // Without a pipe (no descriptors left) the thread ends with the process instead.
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
    for output in plan.outputs where state.outputs[output.line] == nil {
      let name = output.line.words
      do throws(PortError) {
        state.outputs[output.line] = Owned(
          line: try GPIOLine(output.place, .output, activeLow: output.activeLow))
        state.faults[name] = nil
      } catch {
        state.faults[name] = LineFault(line: name, place: "\(output.place)", error: error)
      }
    }
    for input in plan.inputs where state.inputs[input.line] == nil {
      let name = input.line.words
      do throws(PortError) {
        state.inputs[input.line] = Owned(
          line: try GPIOLine(input.place, .input(input.bias), activeLow: input.activeLow))
        state.faults[name] = nil
      } catch {
        state.faults[name] = LineFault(line: name, place: "\(input.place)", error: error)
      }
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
      // The chip went away: let go, so that it can be asked for again. Held lines would also keep
      // the name of the old chip from the new one.
      state.outputs[line] = nil
      let place = plan.outputs.first { $0.line == line }.map { "\($0.place)" } ?? "?"
      state.faults[line.words] = LineFault(line: line.words, place: place, error: error)
      rouse()
      throw error
    }
  }

  public func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    try state.withLock { state throws(PortError) in
      guard let level = state.outputs[line]?.line.get() else {
        throw Self.missing(line, plan, state)
      }
      return level
    }
  }

  public func isActive(_ line: InputLine) throws(PortError) -> Bool {
    let (level, isHeld, fault) = state.withLock { state in
      let owned = state.inputs[line]
      return (owned?.line.get(), owned != nil, state.faults[line.words]?.error)
    }
    if let level { return level }
    // Held, and cannot be read: the chip went away.
    if isHeld {
      lose(line)
      rouse()
    }
    throw fault
      ?? PortError(
        .unavailable, operation: "read \(line.words)",
        detail: isHeld ? "the line went away" : "it is not wired")
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

  /// Lets the edge thread look at the state again.
  private func rouse() {
    var byte: UInt8 = 1
    _ = write(wake.write, &byte, 1)
  }

  /// Takes what ``rouse()`` wrote; the thread has the reading end for itself.
  private func takeRousing() {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = Glibc.read(wake.read, &bytes, bytes.count)
  }

  /// The edge thread: waits on every input at once.
  private func watch(_ onEdge: @Sendable (LineEdge) -> Void) {
    while true {
      let (isStopped, isWhole) = state.withLock { ($0.isStopped, $0.faults.isEmpty) }
      if isStopped { return }
      let isWaiting = reading.withLock { !$0.isEmpty }
      let patience = isWaiting ? 1 : isWhole ? -1 : Self.retryMilliseconds
      let ready = waitForEdges(milliseconds: patience)
      if ready.isRoused {
        takeRousing()
      } else if ready.count == 0, !isWaiting {
        state.withLock { if !$0.isStopped { Self.request(plan, &$0) } }
      } else {
        read(onEdge)
      }
    }
  }

  public func deliverPending() {
    guard let onEdge = state.withLock({ $0.onEdge }) else { return }
    read(onEdge, waiting: false)
  }

  /// Inputs with edges, how many descriptors were ready in all, and whether ``rouse()`` was called.
  private func waitForEdges(
    milliseconds: Int32
  ) -> (count: Int32, isRoused: Bool, inputs: [(line: InputLine, owned: Owned)]) {
    let lines = state.withLock { $0.inputs.map { (line: $0.key, owned: $0.value) } }
    var descriptors = [pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
    descriptors += lines.map {
      pollfd(fd: $0.owned.line.descriptor, events: Int16(POLLIN), revents: 0)
    }
    let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    return (
      count, descriptors[0].revents != 0,
      zip(lines, descriptors.dropFirst()).filter { $1.revents != 0 }.map(\.0)
    )
  }

  /// Hands on what is there in the order of the stamps; with `waiting` only what is so old that
  /// no older one can still come.
  private func read(_ onEdge: @Sendable (LineEdge) -> Void, waiting: Bool = true) {
    reading.withLock { held in
      let before = held.count
      for (line, owned) in waitForEdges(milliseconds: 0).inputs {
        guard let read = owned.line.read() else {
          lose(line)
          continue
        }
        held += read.map {
          LineEdge(
            line: line, isActive: $0.active, at: MonotonicInstant(nanoseconds: $0.nanoseconds),
            sequence: $0.has_sequence ? $0.sequence : nil)
        }
      }
      if held.count > before { held.sort { $0.at < $1.at } }
      let limit = Self.now().advanced(byMicroseconds: waiting ? -Self.orderingMicroseconds : 0)
      let due = waiting ? held.prefix { $0.at <= limit }.count : held.count
      for edge in held.prefix(due) { onEdge(edge) }
      held.removeFirst(due)
    }
  }

  /// The clock of the kernel's stamps.
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
      state.faults[name] = LineFault(
        line: name, place: place,
        error: PortError(.inputOutput, operation: "read \(name)", detail: "the line went away"))
    }
  }
}
