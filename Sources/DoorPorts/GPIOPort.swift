public import DoorCore

/// The lines of a controller as owned objects. Outputs are requested once, at start, at their
/// inactive level, and held for the life of the process: the kernel may let a line float when
/// its owner goes.
public protocol GPIOPort: Sendable {
  /// True for simulated hardware; every event and result is then marked as simulated.
  var isSimulated: Bool { get }

  /// Begins to deliver edges, in the order of their stamps per line, from a thread of the port's
  /// own. `onEdge` must not block. Called once; a line that could not be requested is in `faults`.
  func start(onEdge: @escaping @Sendable (LineEdge) -> Void)

  /// Delivers, before it returns, every edge that the kernel has already, so that a frame is not
  /// ended while its last pulses wait for a busy processor.
  func deliverPending()

  /// Sets an output. Throws when the line is not held or the kernel refused.
  func drive(_ line: OutputLine, active: Bool) throws(PortError)

  /// Reads an input's present level, or an output's level as driven.
  func isActive(_ line: InputLine) throws(PortError) -> Bool
  func isActive(_ line: OutputLine) throws(PortError) -> Bool

  /// Lines that could not be requested or were lost, with chip, offset and reason.
  var faults: [LineFault] { get }

  /// Inputs whose chip reports no edges, so that their level is read again and again.
  var polled: [PolledInput] { get }

  /// Drives every output inactive and ends the edge thread.
  func stop()
}

/// A line that could not be requested or was lost.
public struct LineFault: Sendable, Hashable {
  /// The line's meaning, such as "relay of door front".
  public var line: String
  /// The chip and offset that were asked for.
  public var place: String
  public var error: PortError

  public init(line: String, place: String, error: PortError) {
    self.line = line
    self.place = place
    self.error = error
  }
}

/// An input whose chip reports no edges.
public struct PolledInput: Sendable, Hashable {
  /// The line's meaning, such as "contact of door front".
  public var line: String
  /// Its chip and offset.
  public var place: String
  /// How often its level is read. A shorter press may be missed.
  public var everyMilliseconds: Int

  public init(line: String, place: String, everyMilliseconds: Int) {
    self.line = line
    self.place = place
    self.everyMilliseconds = everyMilliseconds
  }

  /// For status and diagnosis.
  public var words: String {
    "\(line), \(place): read every \(everyMilliseconds) ms, since its chip reports no edges"
  }
}
