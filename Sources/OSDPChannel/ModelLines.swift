public import OSDPCodec

/// The inputs and outputs of a ``ModelReader``.
public struct ModelLines: Sendable {
  /// The levels of its inputs. A change is told when it is asked for them.
  public var inputs: [Bool]
  /// Whether it answers a command to its outputs with their levels, or only takes it.
  public var tellsOutputs = true
  /// Whether it knows commands for inputs and outputs at all.
  public var isThere = true
  /// The levels of its outputs that stay.
  public private(set) var lasting: [Bool]
  /// Levels that a timer holds until ``endTimers()``.
  private var timed: [Bool?]
  /// How often a timer was begun, and how long the last one lasts.
  public private(set) var timers: (count: Int, tenths: UInt16) = (0, 0)

  public init(inputs: Int = 1, outputs: Int = 1) {
    self.inputs = [Bool](repeating: false, count: inputs)
    lasting = [Bool](repeating: false, count: outputs)
    timed = [Bool?](repeating: nil, count: outputs)
  }

  /// The levels of its outputs now.
  public var outputs: [Bool] { zip(lasting, timed).map { $1 ?? $0 } }

  /// The timers of its outputs are over.
  public mutating func endTimers() { timed = timed.map { _ in nil } }

  /// The power went and came back.
  mutating func restart() {
    lasting = lasting.map { _ in false }
    endTimers()
  }

  mutating func answer(_ commands: [OSDPOutput]) -> OSDPReply {
    guard isThere else { return .refused(.unknownCommand) }
    guard commands.allSatisfy({ lasting.indices.contains(Int($0.number)) }) else {
      return .refused(.unableToProcess)
    }
    for command in commands { drive(command) }
    return tellsOutputs ? .outputs(outputs) : .acknowledged
  }

  private mutating func drive(_ command: OSDPOutput) {
    let number = Int(command.number)
    switch command.action {
    case .leave: break
    case .offAtOnce, .onAtOnce:
      lasting[number] = command.action == .onAtOnce
      timed[number] = nil
    case .offAfterTimer, .onAfterTimer: lasting[number] = command.action == .onAfterTimer
    case .onFor, .offFor:
      timed[number] = command.action == .onFor
      timers = (timers.count + 1, command.tenths)
    }
  }
}
