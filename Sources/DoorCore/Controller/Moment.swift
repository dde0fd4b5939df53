public import DoorRules

/// Both clocks at one point, never mixed: deadlines use `monotonic`; schedules and validity use
/// `wall`, as far as `trust` allows.
public struct Moment: Sendable, Hashable {
  public var monotonic: MonotonicInstant
  public var wall: WallInstant
  public var trust: ClockTrust
  /// Seconds since the last contact with the cloud; 0 while connected.
  public var cacheAgeSeconds: Int64

  public init(
    monotonic: MonotonicInstant, wall: WallInstant, trust: ClockTrust, cacheAgeSeconds: Int64 = 0
  ) {
    self.monotonic = monotonic
    self.wall = wall
    self.trust = trust
    self.cacheAgeSeconds = cacheAgeSeconds
  }
}
