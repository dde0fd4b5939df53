import CGpiod
public import DoorCore
public import DoorPorts
import DoorRules
import Foundation
import Glibc
import Synchronization

/// The lines of a controller on libgpiod. Outputs are requested inactive at creation and held until
/// ``stop()``. A line that is missing or busy is a fault with its reason; the others are served. A
/// thread of its own requests missing lines again and reads the level of inputs whose chip reports no
/// edges, so that neither waits for other lines nor holds up their edges.
public final class GPIODPort: GPIOPort {
  public let isSimulated = false
  private let plan: LinePlan
  private let source: any LineSource
  private let pollMilliseconds: Int
  private let state = Mutex(State())
  /// Only the care thread uses it, and the initialiser before it.
  private let care: Mutex<Care>
  private let careSignal = DispatchSemaphore(value: 0)
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
    var lines = HeldLines()
    var isStopped = false
    var isRealTime = false
    var onEdge: (@Sendable (LineEdge) -> Void)?
  }

  private struct Care {
    var finder = ChipFinder()
    var levels = PolledLevels()
    var schedule: CareSchedule
  }

  /// `pollMilliseconds` is how often an input is read whose chip reports no edges.
  public convenience init(
    plan: LinePlan, pollMilliseconds: Int = RuntimeTimes.pollMilliseconds.standard
  ) {
    self.init(plan: plan, pollMilliseconds: pollMilliseconds, source: KernelLines())
  }

  init(plan: LinePlan, pollMilliseconds: Int, source: any LineSource) {
    self.plan = plan
    self.source = source
    self.pollMilliseconds = RuntimeTimes.pollMilliseconds.nearest(to: pollMilliseconds)
    care = Mutex(Care(schedule: CareSchedule(pollMilliseconds: self.pollMilliseconds)))
    var ends: [Int32] = [-1, -1]
    // Without a pipe (no descriptors left) the thread ends only with the process.
    _ = pipe(&ends)
    wake = (ends[0], ends[1])
    care.withLock { requestMissing(&$0) }
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  // MARK: Missing lines

  /// Requests what is missing. The kernel's part is outside of the lock: a slow bus holds up no other
  /// line.
  private func requestMissing(_ care: inout Care) {
    dropDeadOutputs()
    let (inputs, outputs) = state.withLock { state in
      (
        plan.inputs.filter { state.lines.inputs[$0.line] == nil },
        plan.outputs.filter { state.lines.outputs[$0.line] == nil }
      )
    }
    guard !inputs.isEmpty || !outputs.isEmpty else { return }
    let chips = source.chips()
    func chip(of place: LinePlan.Place) throws(PortError) -> Chip {
      try care.finder.find(place.chip, among: chips, for: "request \(place)")
    }
    for output in outputs {
      let held = Result { () throws(PortError) in
        try source.output(output, on: chip(of: output.place))
      }
      state.withLock { if !$0.isStopped { $0.lines.take(output, held) } }
    }
    var taken: Set<InputLine> = []
    func take(_ input: LinePlan.Input, _ held: Result<any HeldLine, PortError>) {
      state.withLock { if !$0.isStopped { $0.lines.take(input, held) } }
      guard case .success = held else { return }
      taken.insert(input.line)
      rouse()
    }
    for pair in Self.pairs(of: inputs) {
      // A line that fails is reported below, where each is requested alone.
      guard let line = try? source.inputs(pair, on: chip(of: pair[0].place)) else { continue }
      for input in pair { take(input, .success(line)) }
    }
    for input in inputs where !taken.contains(input.line) {
      take(
        input,
        Result { () throws(PortError) in
          try source.inputs([input], on: chip(of: input.place))
        })
    }
  }

  /// A chip that lost one line has often lost the others too, and lamps are driven only now and
  /// then.
  private func dropDeadOutputs() {
    let suspects = state.withLock { state in
      let missing = Set(
        plan.outputs.filter { state.lines.outputs[$0.line] == nil }.map(\.place.chip)
          + plan.inputs.filter { state.lines.inputs[$0.line] == nil }.map(\.place.chip))
      return plan.outputs.compactMap { output in
        missing.contains(output.place.chip)
          ? state.lines.outputs[output.line].map { (output, $0) } : nil
      }
    }
    for (output, owned) in suspects where owned.line.get(owned.offset) == nil {
      state.withLock { $0.lines.lose(output, owned, Self.gone("drive \(output.line.words)")) }
    }
  }

  private static func gone(_ operation: String) -> PortError {
    PortError(.inputOutput, operation: operation, detail: "the line is gone")
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
    state.withLock { $0.lines.faults.values.sorted { $0.line < $1.line } }
  }

  public var polled: [PolledInput] {
    let every = pollMilliseconds
    return state.withLock { state in
      plan.inputs.filter { state.lines.inputs[$0.line]?.isPolled == true }.map {
        PolledInput(line: $0.line.words, place: "\($0.place)", everyMilliseconds: every)
      }
    }
  }

  public func start(onEdge: @escaping @Sendable (LineEdge) -> Void) {
    state.withLock { $0.onEdge = onEdge }
    let thread = Thread { [self] in watch(onEdge) }
    thread.name = "postern.lines"
    thread.start()
    let carer = Thread { [self] in takeCare(onEdge) }
    carer.name = "postern.care"
    carer.start()
  }

  public func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    let owned = try held(line)
    guard let code = owned.line.set(active: active) else { return }
    let error = PortError(
      .inputOutput, operation: "drive \(line.words)", detail: String(cString: strerror(code)))
    // The chip is gone: release the line, so that it can be requested again. Held lines would
    // also keep the name of the chip from being reused.
    if let output = plan.outputs.first(where: { $0.line == line }) {
      state.withLock { $0.lines.lose(output, owned, error) }
    }
    careSignal.signal()
    throw error
  }

  public func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    let owned = try held(line)
    guard let level = owned.line.get(owned.offset) else {
      throw PortError(
        .unavailable, operation: "read \(line.words)", detail: "the line cannot be read")
    }
    return level
  }

  private func held(_ line: OutputLine) throws(PortError) -> HeldLines.Owned {
    try state.withLock { state throws(PortError) in
      guard let owned = state.lines.outputs[line] else {
        throw state.lines.faults[line.words]?.error
          ?? PortError(
            .unavailable, operation: "drive \(line.words)", detail: "it is not wired")
      }
      return owned
    }
  }

  public func isActive(_ line: InputLine) throws(PortError) -> Bool {
    let (owned, known, fault) = state.withLock {
      ($0.lines.inputs[line], $0.lines.levels[line], $0.lines.faults[line.words]?.error)
    }
    guard let owned else {
      throw fault
        ?? PortError(
          .unavailable, operation: "read \(line.words)", detail: "it is not wired")
    }
    // A polled input was read just now, and its bus may be slow.
    if let known { return known }
    if let level = owned.line.get(owned.offset) { return level }
    // It is held but cannot be read: the chip is gone.
    lose(line, owned)
    throw Self.gone("read \(line.words)")
  }

  public func stop() {
    let outputs = state.withLock { state in
      state.isStopped = true
      return Array(state.lines.outputs.values)
    }
    for output in outputs { _ = output.line.set(active: false) }
    rouse()
    careSignal.signal()
  }

  // MARK: The care thread

  /// Requests missing lines again and reads polled inputs, each when it is due.
  private func takeCare(_ onEdge: @Sendable (LineEdge) -> Void) {
    while true {
      let (isStopped, isMissing, isPolled) = state.withLock {
        ($0.isStopped, $0.lines.isMissingAny, $0.lines.isPollingAny)
      }
      if isStopped { return }
      let wait = care.withLock { care -> Int? in
        let due = care.schedule.take(at: Self.now(), isMissing: isMissing, isPolled: isPolled)
        if due.retry { requestMissing(&care) }
        if due.poll { poll(&care, onEdge) }
        let (isMissing, isPolled) = state.withLock {
          ($0.lines.isMissingAny, $0.lines.isPollingAny)
        }
        return care.schedule.waitMicroseconds(
          at: Self.now(), isMissing: isMissing, isPolled: isPolled)
      }
      if let wait {
        _ = careSignal.wait(timeout: .now() + .microseconds(wait))
      } else {
        careSignal.wait()
      }
    }
  }

  private func poll(_ care: inout Care, _ onEdge: @Sendable (LineEdge) -> Void) {
    let polled = state.withLock { state in
      plan.inputs.compactMap { input in
        state.lines.inputs[input.line].flatMap { $0.isPolled ? (input.line, $0) : nil }
      }
    }
    for (line, owned) in polled {
      guard let level = owned.line.get(owned.offset) else {
        lose(line, owned)
        continue
      }
      let edge = care.levels.read(line, level, at: Self.now())
      let isStopped = state.withLock { state in
        state.lines.note(level, of: line, owned)
        return state.isStopped
      }
      if let edge, !isStopped { onEdge(edge) }
    }
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
      let isStopped = state.withLock { state in
        if state.lines.generation != generation {
          generation = state.lines.generation
          let inputs = Set(state.lines.inputs.values.map(\.line.descriptor)).filter { $0 >= 0 }
            .sorted()
          descriptors = ([wake.read] + inputs).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
          }
        }
        return state.isStopped
      }
      if isStopped { return }
      let isWaiting = reading.withLock { !$0.held.isEmpty }
      let count = Glibc.poll(&descriptors, nfds_t(descriptors.count), isWaiting ? 1 : -1)
      if descriptors[0].revents != 0 {
        takeRousing()
      } else {
        // ``rouse()`` ends this wait.
        if count > 0 { Glibc.poll(&descriptors, 1, Self.gatherMilliseconds) }
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
        if reading.generation != state.lines.generation {
          reading.watch(state.lines.inputs, generation: state.lines.generation)
        }
      }
      for (line, owned) in reading.take() { lose(line, owned) }
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

  private func lose(_ line: InputLine, _ owned: HeldLines.Owned) {
    guard let input = plan.inputs.first(where: { $0.line == line }) else { return }
    state.withLock { $0.lines.lose(input, owned, Self.gone("read \(line.words)")) }
    rouse()
    careSignal.signal()
  }
}
