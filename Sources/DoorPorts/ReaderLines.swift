public import DoorCore
public import DoorRules
public import OSDPCodec
public import OSDPLine

/// The lines of a door that are at a reader on a line of its own: its contact, its exit input, its relay.
///
/// An output is active for its ``holdTenths`` only, unless it is told so again: the relay of a reader whose
/// line is cut comes to rest by itself.
public struct ReaderLines: Sendable, Hashable {
  /// The numbers of a reader's inputs and of its outputs.
  public static let numbers = 0...31
  /// How long an output stays active by itself: three times as long as it takes to be driven again.
  public static let holdTenths: UInt16 = 30

  public struct Input: Sendable, Hashable {
    public var line: InputLine
    /// As the reader numbers it.
    public var number: Int
    public var activeLow: Bool

    public init(line: InputLine, number: Int, activeLow: Bool = false) {
      self.line = line
      self.number = number
      self.activeLow = activeLow
    }
  }

  public struct Output: Sendable, Hashable {
    public var line: OutputLine
    public var number: Int
    /// At rest the reader's relay is energised.
    public var activeLow: Bool

    public init(line: OutputLine, number: Int, activeLow: Bool = false) {
      self.line = line
      self.number = number
      self.activeLow = activeLow
    }

    func command(active: Bool, holdTenths: UInt16) -> OSDPCommand {
      let rest: OSDPOutput.Action = activeLow ? .onAtOnce : .offAtOnce
      let work: OSDPOutput.Action = activeLow ? .offFor : .onFor
      let action = active ? work : rest
      return .output([
        OSDPOutput(
          number: UInt8(clamping: number), action: action,
          tenths: active ? holdTenths : 0)
      ])
    }

    /// Whether that command makes it active; nil for another output's.
    func isActive(after command: OSDPOutput) -> Bool? {
      guard Int(command.number) == number else { return nil }
      switch command.action {
      case .leave, .offAfterTimer, .onAfterTimer: return nil
      case .onAtOnce, .onFor: return !activeLow
      case .offAtOnce, .offFor: return activeLow
      }
    }
  }

  public var inputs: [Input]
  public var outputs: [Output]
  public var holdTenths: UInt16

  /// A world in which relays are driven less often has another `holdTenths`.
  public init(
    inputs: [Input] = [], outputs: [Output] = [], holdTenths: UInt16 = ReaderLines.holdTenths
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.holdTenths = holdTenths
  }

  /// What makes an output take this level; nil for one that is not here.
  public func command(_ line: OutputLine, active: Bool) -> OSDPCommand? {
    outputs.first { $0.line == line }?.command(active: active, holdTenths: holdTenths)
  }

  /// What brings every output to rest.
  public var rest: [OSDPCommand] {
    outputs.map { $0.command(active: false, holdTenths: holdTenths) }
  }

  /// The lines in words.
  public var words: [String] { outputs.map(\.line.words) + inputs.map(\.line.words) }
}

/// What is known of an input that is at a reader.
public enum ReaderInputLevel: Sendable, Hashable {
  /// The reader has not told it since the start.
  case awaited
  /// The reader is away, or says that it has no such input.
  case lost
  case active
  case inactive
}

/// The lines at one reader, as it told them last.
public struct ReaderLineStates: Sendable {
  private let reader: ReaderID
  public let lines: ReaderLines
  private var inputs: [InputLine: ReaderInputLevel] = [:]
  /// Until when an output is active by itself, as the reader said last.
  private var activeUntil: [OutputLine: MonotonicInstant] = [:]
  private var isServed = false

  public init(_ lines: ReaderLines, of reader: ReaderID) {
    self.lines = lines
    self.reader = reader
  }

  /// Nil for an input that is not here.
  public func level(of line: InputLine) -> ReaderInputLevel? {
    lines.inputs.contains { $0.line == line } ? inputs[line] ?? .awaited : nil
  }

  /// The level that an output has: what the reader said last, or rest when its time has run out since
  /// then. Throws while the reader is away, since nobody can know.
  public func isActive(_ line: OutputLine, at now: MonotonicInstant) throws(PortError) -> Bool {
    guard isServed else { throw away("read", line) }
    return activeUntil[line].map { now < $0 } ?? false
  }

  /// Throws when no command can reach the output now.
  public func canDrive(_ line: OutputLine) throws(PortError) {
    guard isServed else { throw away("drive", line) }
  }

  private func away(_ what: String, _ line: OutputLine) -> PortError {
    PortError(
      .unavailable, operation: "\(what) \(line.words)",
      detail: "it is at the reader \(reader), which is away; `postern status` says why")
  }

  /// Takes what the line tells of the reader; what of it is new for the shell.
  public mutating func take(_ news: ReaderNews, at now: MonotonicInstant) -> [BusReport] {
    switch news {
    case .secured:
      isServed = true
      return []
    case .offline:
      isServed = false
      return loseInputs() + notDriven
    case .inputs(let levels): return take(levels, at: now)
    case .refused(let code, _):
      if code == OSDPCommand.inputStatus.code { return loseInputs() }
      guard code == OSDPCommand.output([]).code else { return [] }
      return notDriven
    case .driven(let commands): return commands.flatMap { take($0, at: now) }
    case .outputs(let levels):
      for output in lines.outputs where levels.indices.contains(output.number) {
        note(output.line, isActive: levels[output.number] != output.activeLow, at: now)
      }
      return []
    case .identity, .capabilities, .card, .formattedCard, .proof, .notProved, .keys, .tamper,
      .powerFailure, .fault,
      .paired, .notPaired:
      return []
    }
  }

  /// A command to outputs is done.
  private mutating func take(_ command: OSDPOutput, at now: MonotonicInstant) -> [BusReport] {
    var reports: [BusReport] = []
    for output in lines.outputs {
      guard let isActive = output.isActive(after: command) else { continue }
      note(output.line, isActive: isActive, at: now)
      reports.append(.driven(reader, output.line, isActive: isActive))
    }
    return reports
  }

  private mutating func note(_ line: OutputLine, isActive: Bool, at now: MonotonicInstant) {
    activeUntil[line] =
      isActive ? now.advanced(byMilliseconds: Int(lines.holdTenths) * 100) : nil
  }

  private var notDriven: [BusReport] {
    lines.outputs.map { BusReport.notDriven(reader, $0.line) }
  }

  private mutating func take(_ levels: [Bool], at now: MonotonicInstant) -> [BusReport] {
    lines.inputs.flatMap { input -> [BusReport] in
      // A reader without such an input can tell nothing of it.
      guard levels.indices.contains(input.number) else { return lose(input.line) }
      let isActive = levels[input.number] != input.activeLow
      let level: ReaderInputLevel = isActive ? .active : .inactive
      guard inputs.updateValue(level, forKey: input.line) != level else { return [] }
      return [.input(reader, LineEdge(line: input.line, isActive: isActive, at: now))]
    }
  }

  private mutating func loseInputs() -> [BusReport] { lines.inputs.flatMap { lose($0.line) } }

  private mutating func lose(_ line: InputLine) -> [BusReport] {
    guard inputs.updateValue(.lost, forKey: line) != .lost else { return [] }
    return [.inputLost(reader, line)]
  }
}
