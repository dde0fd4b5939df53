import CGpiod
import DoorPorts

/// An edge as the kernel reports it.
typealias KernelEdge = postern_edge

/// Lines that were requested and are held until the last reference goes.
protocol HeldLine: AnyObject {
  /// Becomes readable with an edge; -1 for an output, and for an input whose level is read.
  var descriptor: Int32 { get }
  /// Nil, or the error's number.
  func set(active: Bool) -> Int32?
  /// The level of the line at `offset`; nil when it cannot be read.
  func get(_ offset: Int) -> Bool?
  /// Reads the pending edges into `edges`, which has room for ``GPIOLine/readMax``, and returns their
  /// number; nil when the line is gone.
  func read(_ edges: UnsafeMutablePointer<KernelEdge>) -> Int?
}

/// Where lines come from.
protocol LineSource: Sendable {
  /// The chips that are there now.
  func chips() -> [Chip]
  func output(_ output: LinePlan.Output, on chip: Chip) throws(PortError) -> any HeldLine
  /// `inputs` are 1 to ``GPIOLine/linesMax`` of one chip. A chip without interrupts gives a line
  /// whose level must be read.
  func inputs(_ inputs: [LinePlan.Input], on chip: Chip) throws(PortError) -> any HeldLine
}

/// The kernel's lines.
struct KernelLines: LineSource {
  func chips() -> [Chip] { ChipScan().chips() }

  func output(_ output: LinePlan.Output, on chip: Chip) throws(PortError) -> any HeldLine {
    try GPIOLine(output: output, on: chip)
  }

  func inputs(_ inputs: [LinePlan.Input], on chip: Chip) throws(PortError) -> any HeldLine {
    try GPIOLine.input(inputs, on: chip)
  }
}
