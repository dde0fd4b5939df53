import OSDPCodec

/// Commands that wait for their turn at one reader. Of lamp, beeper, text and each output only the last
/// waits: what was wished before is past.
struct CommandQueue: Sendable {
  /// The most commands that wait.
  static let commandsMax = 16

  private var commands: [OSDPCommand] = []

  var isEmpty: Bool { commands.isEmpty }

  /// False when it is full.
  mutating func add(_ command: OSDPCommand) -> Bool {
    if let place = commands.firstIndex(where: { replaces(command, $0) }) {
      commands[place] = command
      return true
    }
    guard commands.count < Self.commandsMax else { return false }
    commands.append(command)
    return true
  }

  mutating func takeFirst() -> OSDPCommand? { commands.isEmpty ? nil : commands.removeFirst() }

  mutating func clear() { commands = [] }

  private func replaces(_ new: OSDPCommand, _ old: OSDPCommand) -> Bool {
    if let place = place(of: new) { return place == self.place(of: old) }
    return new == old
  }

  /// What a command sets, where only the last one counts.
  private func place(of command: OSDPCommand) -> [UInt8]? {
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
