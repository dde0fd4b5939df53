public import CloudProtocol
public import DoorRules

/// The kernel's monotonic clock, the one of the edge stamps.
public protocol MonotonicClock: Sendable {
  func now() -> MonotonicInstant
}

/// The system's clock, and what stands behind it. Whether it is believed is not for the port to say.
public protocol WallClock: Sendable {
  func read() -> ClockReading
}

/// Where the rules of time zones come from. Both methods read files: never on the door's thread.
public protocol ZoneSource: Sendable {
  /// The zone of this name, an old one too. Throws ``PortError`` when it has no rules here:
  /// `invalid` for text that names no zone, `damaged` for a file that is none.
  func zone(named name: String) throws(PortError) -> CompiledZone

  /// For an old name such as `US/Eastern` the one that it stands for; nil for any other.
  func currentName(of name: String) -> String?
}
