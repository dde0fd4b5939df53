public import DoorRules

/// The kernel's monotonic clock, the one of the edge stamps.
public protocol MonotonicClock: Sendable {
  func now() -> MonotonicInstant
}

/// Civil time with its trust.
public protocol WallClock: Sendable {
  func read() -> (at: WallInstant, trust: ClockTrust)
}

/// Where the rules of time zones come from.
public protocol ZoneSource: Sendable {
  /// Throws ``PortError`` when the zone has no rules here.
  func rules(for identifier: String) throws(PortError) -> ZoneRules
}
