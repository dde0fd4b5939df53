public import DoorRules

/// An input of the controller, by what it means. Which chip and offset it has is wiring.
public enum InputLine: Sendable, Hashable {
  case data0(ReaderID)
  case data1(ReaderID)
  /// Active while the door stands open.
  case contact(DoorID)
  /// Active while somebody asks to leave.
  case requestToExit(DoorID)
}

/// An output of the controller, by what it means.
public enum OutputLine: Sendable, Hashable {
  /// Active while the door may be opened.
  case relay(DoorID)
  case led(ReaderID)
  case beeper(ReaderID)
}

/// One change of an input.
public struct LineEdge: Sendable, Hashable {
  public var line: InputLine
  /// Logical level after the edge; polarity lives in the wiring only.
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
