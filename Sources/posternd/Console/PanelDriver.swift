import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import GPIOLinux
import OSDPCodec
import SerialLinux
import Settings
import WiegandCodec

/// Carries out a person's actions on the simulated panel, after checking every value.
struct PanelDriver {
  /// The most keys of one request.
  static let keysMax = 64

  let panel: SimulatedPanel
  /// Nil without simulated readers on an OSDP line.
  let line: SimulatedLine?
  let settings: DaemonSettings

  func act(_ action: PanelAction) throws(ConsoleProblem) {
    do throws(PortError) {
      switch action {
      case .badge(let reader, let format, let facility, let card, let timing):
        try play(reader, timing) { () throws(PortError) in
          .cards([try bits(format, facility?.value, card.value)])
        }
      case .bits(let reader, let text, let timing):
        try play(reader, timing) { () throws(PortError) in .cards([try bits(text)]) }
      case .keys(let reader, let keys, let timing):
        try play(reader, timing) { () throws(PortError) in .keys(try self.keys(keys)) }
      case .contact(let door, let open):
        try panel.setContact(of: self.door(door), open: open)
      case .exit(let door):
        try panel.pressExit(of: self.door(door))
      case .fire(let active):
        try panel.setSite(.fire, active: active)
      case .box(let open):
        try panel.setSite(.tamper, active: open)
      case .planButton(let pressed):
        try panel.setSite(.plan, active: pressed)
      case .lock(let door, let state):
        let health: SimulatedPanel.LockHealth =
          switch state {
          case .works: .works
          case .dead: .dead
          case .stuck: .stuck
          }
        try panel.setLock(of: self.door(door), health)
      case .mains(let lost):
        try panel.setSite(.mains, active: lost)
      case .battery(let low):
        try panel.setSite(.battery, active: low)
      case .input(let name, let active):
        try panel.setSite(.auxiliary(input(name)), active: active)
      }
    } catch {
      throw ConsoleProblem(error.code == .invalid ? .invalid : .refused, error.detail)
    }
  }

  /// What somebody does at a reader.
  private enum Deed {
    case cards([[Bool]])
    case keys([KeypadKey])

    /// As pulses on data lines.
    var bursts: [[Bool]] {
      switch self {
      case .cards(let cards): cards
      case .keys(let keys): keys.map { keypadBits(for: $0, dialect: .automatic) }
      }
    }

    /// As a reader on an OSDP line says it.
    var replies: [OSDPReply] {
      switch self {
      case .cards(let cards): cards.map { .card(OSDPCard(bits: $0)) }
      case .keys(let keys): keys.map { .keys(reader: 0, keys: [$0.onOSDP]) }
      }
    }
  }

  private func play(
    _ name: String?, _ timing: PulseTiming, _ deed: () throws(PortError) -> Deed
  ) throws(PortError) {
    let ranges = [
      ("widthMicroseconds", timing.widthMicroseconds, 20...1_000),
      ("spacingMicroseconds", timing.spacingMicroseconds, 200...20_000),
      ("betweenKeysMilliseconds", timing.betweenKeysMilliseconds, 50...10_000),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw invalid("\(name): \(value) is outside \(range.lowerBound) to \(range.upperBound)")
    }
    guard timing.widthMicroseconds < timing.spacingMicroseconds else {
      throw invalid("the pulse must be shorter than the spacing")
    }
    let reader = try reader(name)
    if let osdp = settings.readers.first(where: { $0.id == reader })?.osdp,
      settings.device(of: osdp) == settings.simulatedLine, let line
    {
      return try line.show(deed().replies, at: UInt8(clamping: osdp.address))
    }
    try panel.send(
      deed().bursts, from: reader, widthMicroseconds: timing.widthMicroseconds,
      spacingMicroseconds: timing.spacingMicroseconds,
      betweenMilliseconds: timing.betweenKeysMilliseconds)
  }

  private func bits(
    _ format: String, _ facility: UInt64?, _ card: UInt64
  ) throws(PortError) -> [Bool] {
    do throws(EncodeError) {
      return try settings.formats.encode(format: format, facility: facility, card: card)
    } catch {
      throw invalid("\(error)")
    }
  }

  private func bits(_ text: String) throws(PortError) -> [Bool] {
    guard (1...WiegandLimits.frameBitsMax * 2).contains(text.count),
      text.allSatisfy({ $0 == "0" || $0 == "1" })
    else { throw invalid("bits: 1 to \(WiegandLimits.frameBitsMax * 2) zeros and ones") }
    return text.map { $0 == "1" }
  }

  private func keys(_ keys: String) throws(PortError) -> [KeypadKey] {
    guard (1...Self.keysMax).contains(keys.count) else {
      throw invalid("keys: must be 1 to \(Self.keysMax) keys")
    }
    var pressed: [KeypadKey] = []
    for character in keys {
      let key: KeypadKey
      switch character {
      case "*": key = .star
      case "#": key = .pound
      default:
        guard character.isASCII, let digit = UInt8(String(character)) else {
          throw invalid("keys: \"\(character)\" is not one of 0 to 9, * and #")
        }
        key = .digit(digit)
      }
      pressed.append(key)
    }
    return pressed
  }

  private func reader(_ name: String?) throws(PortError) -> ReaderID {
    let found =
      name.map { name in settings.readers.first { $0.id.rawValue == name } }
      ?? settings.readers.first
    guard let found else { throw invalid("there is no reader \(name ?? "at all")") }
    return found.id
  }

  private func door(_ name: String?) throws(PortError) -> DoorID {
    let found =
      name.map { name in settings.doors.first { $0.id.rawValue == name } }
      ?? settings.doors.first
    guard let found else { throw invalid("there is no door \(name ?? "at all")") }
    return found.id
  }

  private func input(_ name: String) throws(PortError) -> InputID {
    let all = settings.hardware.auxiliaryInputs.map(\.id)
    guard let found = all.first(where: { $0.rawValue == name }) else {
      let known = all.isEmpty ? "none" : all.map(\.rawValue).joined(separator: ", ")
      throw invalid("there is no input \(name.prefix(64)); `inputs` of the settings has: \(known)")
    }
    return found
  }

  private func invalid(_ detail: String) -> PortError {
    PortError(.invalid, operation: "act on the panel", detail: detail)
  }
}

extension KeypadKey {
  /// As a reader on an OSDP line numbers it.
  fileprivate var onOSDP: UInt8 {
    switch self {
    case .digit(let digit): UInt8(ascii: "0") + digit
    case .star: 0x7F
    case .pound: 0x0D
    case .other(let code): code
    }
  }
}
