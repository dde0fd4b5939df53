public import DoorCore

/// The chip, the offset and the polarity of each line: the only place for them.
public struct LinePlan: Sendable, Hashable {
  /// A line of a chip.
  public struct Place: Sendable, Hashable, CustomStringConvertible {
    /// Its name, path, label, or the address that stays (`postern lines chips`).
    public var chip: String
    /// The number of the line on the chip.
    public var offset: Int

    public init(chip: String, offset: Int) {
      self.chip = chip
      self.offset = offset
    }

    public var description: String { "line \(offset) of \(chip)" }
  }

  /// The pull of an input.
  public enum Bias: String, Sendable, Hashable, CaseIterable {
    case asIs, pullUp, pullDown, disabled
  }

  /// An input and where it is.
  public struct Input: Sendable, Hashable {
    public var line: InputLine
    public var place: Place
    public var activeLow: Bool
    public var bias: Bias

    public init(line: InputLine, place: Place, activeLow: Bool, bias: Bias = .asIs) {
      self.line = line
      self.place = place
      self.activeLow = activeLow
      self.bias = bias
    }
  }

  /// An output and where it is.
  public struct Output: Sendable, Hashable {
    public var line: OutputLine
    public var place: Place
    public var activeLow: Bool

    public init(line: OutputLine, place: Place, activeLow: Bool) {
      self.line = line
      self.place = place
      self.activeLow = activeLow
    }
  }

  public var inputs: [Input]
  public var outputs: [Output]

  public init(inputs: [Input], outputs: [Output]) {
    self.inputs = inputs
    self.outputs = outputs
  }
}

extension InputLine {
  /// The line's meaning in words, for faults and lists.
  public var words: String {
    switch self {
    case .data0(let reader): "data 0 of reader \(reader)"
    case .data1(let reader): "data 1 of reader \(reader)"
    case .contact(let door): "contact of door \(door)"
    case .requestToExit(let door): "request to exit of door \(door)"
    case .lockCurrent(let door): "current of the lock of door \(door)"
    case .fire: "fire alarm"
    case .tamper: "tamper switch of the box"
    case .plan: "button that starts plans"
    case .mains: "supply's signal that mains is lost"
    case .battery: "supply's signal that its battery is low"
    case .auxiliary(let input): "auxiliary input \(input)"
    }
  }
}

extension OutputLine {
  /// The line's meaning in words, for faults and lists.
  public var words: String {
    switch self {
    case .relay(let door): "relay of door \(door)"
    case .led(let reader): "lamp of reader \(reader)"
    case .beeper(let reader): "beeper of reader \(reader)"
    case .auxiliary(let output): "auxiliary output \(output)"
    }
  }
}
