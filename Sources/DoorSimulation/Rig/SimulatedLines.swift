import DoorCore
import DoorPorts
import DoorRules

/// The lines of the controller: the world sets the inputs and observes the outputs. Edges wait until
/// the program fetches them, as in the kernel.
final class SimulatedLines: GPIOPort, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  /// The kernel keeps this many edges, and drops the oldest beyond that.
  static let waitingMax = 2_048

  let isSimulated = true
  let polled: [PolledInput] = []
  private let time: SimulatedTime
  private var levels: [InputLine: Bool] = [:]
  private var outputs: [OutputLine: Bool] = [:]
  private(set) var relays = RelayBoard()
  private var waiting: [LineEdge] = []
  private var sequences: [InputLine: UInt32] = [:]
  private var onEdge: (@Sendable (LineEdge) -> Void)?
  /// Called for each change of an output.
  var onDrive: ((OutputLine, Bool) -> Void)?

  init(time: SimulatedTime) { self.time = time }

  func start(onEdge: @escaping @Sendable (LineEdge) -> Void) { self.onEdge = onEdge }

  func stop() {
    for line in outputs.keys.sorted(by: { "\($0)" < "\($1)" }) {
      try? drive(line, active: false)
    }
    onEdge = nil
  }

  /// The program ended: waiting edges are lost, and the lines keep their levels.
  func abandon() {
    onEdge = nil
    waiting = []
    sequences = [:]
  }

  /// Without power no output is active.
  func losePower() {
    abandon()
    fallInactive()
  }

  /// The board of the outputs falls off; it comes back with every output inactive.
  func loseOutputs() {
    relays.fall()
    fallInactive()
  }

  func regainOutputs() {
    if !relays.isThere { relays.comeBack(at: time.elapsed) }
  }

  private func fallInactive() {
    for line in outputs.keys.sorted(by: { "\($0)" < "\($1)" }) where outputs[line] == true {
      outputs[line] = false
      onDrive?(line, false)
    }
  }

  func deliverPending() {
    guard let onEdge else { return }
    let now = time.now()
    let due = waiting.prefix { $0.at <= now }.count
    for edge in waiting.prefix(due) { onEdge(edge) }
    waiting.removeFirst(due)
  }

  /// Sets an input, not before any other edge of the same burst. The level changes at once; the edge
  /// waits until the program fetches it.
  func set(_ line: InputLine, active: Bool, at: MonotonicInstant) {
    guard levels[line, default: false] != active else { return }
    levels[line] = active
    guard onEdge != nil else { return }
    let sequence = sequences[line, default: 0] &+ 1
    sequences[line] = sequence
    if waiting.count >= Self.waitingMax { waiting.removeFirst() }
    let edge = LineEdge(line: line, isActive: active, at: at, sequence: sequence)
    let place = waiting.lastIndex { $0.at <= at }.map { $0 + 1 } ?? 0
    waiting.insert(edge, at: place)
  }

  var faults: [LineFault] {
    relays.isThere
      ? [] : [LineFault(line: "the outputs", place: "board:0", error: Self.gone("drive a line"))]
  }

  private static func gone(_ operation: String) -> PortError {
    PortError(.inputOutput, operation: operation, detail: "the board is gone")
  }

  func drive(_ line: OutputLine, active: Bool) throws(PortError) {
    guard relays.isThere else { throw Self.gone("drive \(line.words)") }
    guard outputs[line] != active else { return }
    outputs[line] = active
    onDrive?(line, active)
  }

  func isActive(_ line: InputLine) throws(PortError) -> Bool { levels[line, default: false] }

  func isActive(_ line: OutputLine) throws(PortError) -> Bool {
    guard relays.isThere else { throw Self.gone("read \(line.words)") }
    return outputs[line, default: false]
  }
}
