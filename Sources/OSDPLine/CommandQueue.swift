import DoorRules
import OSDPCodec

/// Commands that wait for their turn at one reader. Of lamp, beeper, text and each output only the last
/// waits: what was wished before is past. Outputs come first: one of them may be a door's lock, and whoever
/// leaves waits for no lamp and no list of abilities.
struct CommandQueue: Sendable {
  /// The most commands that wait.
  static let commandsMax = 16

  private var commands: [OSDPCommand] = []
  /// What each output was told last.
  private var told: [UInt8: OSDPOutput] = [:]
  /// Since when a change of an output waits: somebody stands at its door. An output that is told the same
  /// again, so that its timer does not end, changes nothing.
  private(set) var changeSince: MonotonicInstant?

  var isEmpty: Bool { commands.isEmpty }

  /// False when it is full.
  mutating func add(_ command: OSDPCommand, at now: MonotonicInstant) -> Bool {
    if case .output(let outputs) = command {
      guard add(command, outputs) else { return false }
      if outputs.contains(where: { told[$0.number] != $0 }) { changeSince = changeSince ?? now }
      for output in outputs { told[output.number] = output }
      return true
    }
    if let place = commands.firstIndex(where: { Self.replaces(command, $0) }) {
      commands[place] = command
      return true
    }
    guard commands.count < Self.commandsMax else { return false }
    commands.append(command)
    return true
  }

  /// What an output goes back to after its timer is said even if it shall be something else for now.
  private mutating func add(_ command: OSDPCommand, _ outputs: [OSDPOutput]) -> Bool {
    let isForNow = outputs.contains { !$0.isLasting }
    commands.removeAll { old in
      guard Self.replaces(command, old), case .output(let before) = old else { return false }
      return !isForNow || before.contains { !$0.isLasting }
    }
    guard commands.count < Self.commandsMax else { return false }
    commands.insert(command, at: outputCount)
    return true
  }

  private var outputCount: Int {
    commands.prefix { if case .output = $0 { true } else { false } }.count
  }

  mutating func takeFirst() -> OSDPCommand? {
    defer { if outputCount == 0 { changeSince = nil } }
    return commands.isEmpty ? nil : commands.removeFirst()
  }

  /// The reader does not answer: others have doors too.
  mutating func giveWay() { changeSince = nil }

  mutating func clear() {
    commands = []
    changeSince = nil
  }

  private static func replaces(_ new: OSDPCommand, _ old: OSDPCommand) -> Bool {
    if let place = place(of: new) { return place == Self.place(of: old) }
    return new == old
  }

  /// What a command sets, where only the last one counts.
  private static func place(of command: OSDPCommand) -> [UInt8]? {
    switch command {
    case .lamp(let lamps): [command.code] + lamps.map(\.lamp)
    case .output(let outputs): [command.code] + outputs.map(\.number)
    case .buzzer, .text: [command.code]
    case .poll, .identify, .capabilities, .localStatus, .inputStatus, .outputStatus, .readerStatus,
      .line, .key, .challenge, .cryptogram, .receiveSize, .keepActive, .manufacturer:
      nil
    }
  }
}
