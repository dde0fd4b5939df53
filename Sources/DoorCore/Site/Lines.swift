public import DoorRules

/// An input of the controller, by its meaning. The wiring defines its chip and offset.
public enum InputLine: Sendable, Hashable {
  case data0(ReaderID)
  case data1(ReaderID)
  /// Active while the door stands open.
  case contact(DoorID)
  /// Active while somebody asks to leave.
  case requestToExit(DoorID)
  /// Active while the door's lock draws current.
  case lockCurrent(DoorID)
  /// Active while the building's fire alarm sounds: every door is released.
  case fire
  /// Active while the controller's box stands open.
  case tamper
  /// Active while somebody presses the button that starts plans.
  case plan
  /// Active while the supply has lost mains.
  case mains
  /// Active while the supply's battery is low, missing or broken.
  case battery
  /// An auxiliary input: it means what automations make of it.
  case auxiliary(InputID)
}

extension InputLine {
  /// Those that belong to no door and no reader.
  public static let ofSite: [InputLine] = [.fire, .tamper, .plan, .mains, .battery]

  /// The door that it belongs to, for a door's own inputs.
  public var door: DoorID? {
    switch self {
    case .contact(let door), .requestToExit(let door), .lockCurrent(let door): door
    case .data0, .data1, .fire, .tamper, .plan, .mains, .battery, .auxiliary: nil
    }
  }

  /// The reader that it belongs to, for its data lines.
  public var reader: ReaderID? {
    switch self {
    case .data0(let reader), .data1(let reader): reader
    case .contact, .requestToExit, .lockCurrent, .fire, .tamper, .plan, .mains, .battery,
      .auxiliary:
      nil
    }
  }

  /// Its name in texts.
  public var name: String {
    switch self {
    case .data0: "data0"
    case .data1: "data1"
    case .contact: "contact"
    case .requestToExit: "requestToExit"
    case .lockCurrent: "lockCurrent"
    case .fire: "fire"
    case .tamper: "tamper"
    case .plan: "plan"
    case .mains: "mains"
    case .battery: "battery"
    case .auxiliary(let input): "input \(input)"
    }
  }
}

/// An output of the controller, by what it means.
public enum OutputLine: Sendable, Hashable {
  /// Active while the door may be opened.
  case relay(DoorID)
  case led(ReaderID)
  case beeper(ReaderID)
  /// An auxiliary output: only automations drive it.
  case auxiliary(OutputID)
}

extension OutputLine {
  /// Its name in texts.
  public var name: String {
    switch self {
    case .relay: "relay"
    case .led: "led"
    case .beeper: "beeper"
    case .auxiliary(let output): "output \(output)"
    }
  }
}

/// One change of an input.
public struct LineEdge: Sendable, Hashable {
  public var line: InputLine
  /// Logical level after the edge; polarity is part of the wiring.
  public var isActive: Bool
  public var at: MonotonicInstant
  /// The kernel's count of edges on this line; nil where its interface has none.
  public var sequence: UInt32?

  public init(line: InputLine, isActive: Bool, at: MonotonicInstant, sequence: UInt32? = nil) {
    self.line = line
    self.isActive = isActive
    self.at = at
    self.sequence = sequence
  }
}
