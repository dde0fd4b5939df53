public import DoorRules

/// What a run keeps of its time for the next one.
public struct ClockMemory: Sendable, Hashable {
  /// The door's own time at a moment of the steady clock.
  public struct Own: Sendable, Hashable {
    public var wall: WallInstant
    public var at: MonotonicInstant
    /// Who vouched for it; ``DoorRules/ClockSource/none`` for nobody since the power returned.
    public var by: ClockSource
    /// Names the boot of the machine whose steady clock ``at`` is on; empty when that is not known.
    public var boot: String

    public init(wall: WallInstant, at: MonotonicInstant, by: ClockSource, boot: String) {
      self.wall = wall
      self.at = at
      self.by = by
      self.boot = boot
    }
  }

  /// The latest time known; nil for none.
  public var mark: WallInstant?
  /// The same time, with where it is from; nil as earlier versions wrote it.
  public var own: Own?

  public init(mark: WallInstant? = nil, own: Own? = nil) {
    self.mark = mark
    self.own = own
  }

  /// Both records agree, so neither was damaged or written by a version that had only the mark.
  var isProved: Bool { own.map { $0.wall == mark } ?? false }

  static func isPlausible(_ wall: WallInstant) -> Bool {
    (ClockLimits.builtAt...ClockLimits.plausibleUntil).contains(wall)
  }
}
