public import DoorRules

/// One change of a reader's data line, as the kernel stamped it.
public struct DataEdge: Sendable, Hashable {
  /// A pulse on `data0` is a zero, on `data1` a one.
  public enum Line: Sendable, Hashable { case data0, data1 }

  public var line: Line
  /// True when the pulse begins; polarity is applied where the line is configured.
  public var isActive: Bool
  public var at: MonotonicInstant
  /// The kernel's count of edges on this line; nil where its interface has none (libgpiod 1.x).
  public var sequence: UInt32?

  public init(line: Line, isActive: Bool, at: MonotonicInstant, sequence: UInt32? = nil) {
    self.line = line
    self.isActive = isActive
    self.at = at
    self.sequence = sequence
  }
}
