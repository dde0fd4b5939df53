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
  /// One thread reads at a time, so that edges keep their order.
  private let reading = Mutex(())

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
      // The chip went away: let go, so that it can be asked for again.
      state.outputs[line] = nil
      throw PortError(
        .inputOutput, operation: "drive \(line.words)",
        detail: String(cString: strerror(code)))
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
    try state.withLock { state throws(PortError) in
      guard let level = state.inputs[line]?.line.get() else {
        let name = line.words
        throw state.faults[name]?.error
          ?? PortError(.unavailable, operation: "read \(name)", detail: "it is not wired")
      }
      return level
    }
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
    var byte: UInt8 = 1
    _ = write(wake.write, &byte, 1)
  }

  /// The edge thread: waits on every input at once.
  private func watch(_ onEdge: @Sendable (LineEdge) -> Void) {
    while true {
      let (isStopped, isWhole) = state.withLock { ($0.isStopped, $0.faults.isEmpty) }
      if isStopped { return }
      let ready = waitForEdges(milliseconds: isWhole ? -1 : Self.retryMilliseconds)
      if ready.count == 0 {
        state.withLock { if !$0.isStopped { Self.request(plan, &$0) } }
      } else {
        read(onEdge)
      }
    }
  }

  public func deliverPending() {
    guard let onEdge = state.withLock({ $0.onEdge }) else { return }
    read(onEdge)
  }

  /// Inputs with edges, and how many descriptors were ready in all.
  private func waitForEdges(
    milliseconds: Int32
  ) -> (count: Int32, inputs: [(line: InputLine, owned: Owned)]) {
    let lines = state.withLock { $0.inputs.map { (line: $0.key, owned: $0.value) } }
    var descriptors = [pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
    descriptors += lines.map {
      pollfd(fd: $0.owned.line.descriptor, events: Int16(POLLIN), revents: 0)
    }
    let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    return (count, zip(lines, descriptors.dropFirst()).filter { $1.revents != 0 }.map(\.0))
  }

  /// Hands on what is there in the order of the stamps, since two descriptors are read one after
  /// the other.
  private func read(_ onEdge: @Sendable (LineEdge) -> Void) {
    reading.withLock { _ in
      var edges: [LineEdge] = []
      for (line, owned) in waitForEdges(milliseconds: 0).inputs {
        guard let read = owned.line.read() else {
          lose(line)
          continue
        }
        edges += read.map {
          LineEdge(
            line: line, isActive: $0.active, at: MonotonicInstant(nanoseconds: $0.nanoseconds),
            sequence: $0.has_sequence ? $0.sequence : nil)
        }
      }
      for edge in edges.sorted(by: { $0.at < $1.at }) { onEdge(edge) }
    }
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
