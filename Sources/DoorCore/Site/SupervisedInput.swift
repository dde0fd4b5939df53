/// What a supervised input says: two resistors at the far end of its cable make a cut and a short
/// different from a switch. Boards that can tell hand in the state; where only levels are known
/// an input is never cut or shorted.
public enum SupervisedState: String, Sendable, Hashable, CaseIterable {
  case idle
  case active
  /// The cable is open.
  case cut
  /// The cable's wires touch.
  case shorted

  /// The level, where there is one.
  public var level: Bool? {
    switch self {
    case .idle: false
    case .active: true
    case .cut, .shorted: nil
    }
  }
}

/// The resistance of a loop with one resistor across the switch and one in series, as a state.
/// With 1 kΩ in series and 1 kΩ across a switch that opens when active: 1 kΩ idle, 2 kΩ active.
public struct SupervisionBands: Sendable, Hashable {
  /// Below this the cable is shorted, in ohms.
  public var shortedBelowOhms: Int
  /// Below this the switch is closed.
  public var closedBelowOhms: Int
  /// From this on the cable is cut.
  public var cutFromOhms: Int
  /// True for a switch that opens when it is active, as a door contact does.
  public var opensWhenActive: Bool

  public init(
    shortedBelowOhms: Int = 500, closedBelowOhms: Int = 1_500, cutFromOhms: Int = 3_000,
    opensWhenActive: Bool = true
  ) {
    self.shortedBelowOhms = shortedBelowOhms
    self.closedBelowOhms = max(closedBelowOhms, shortedBelowOhms)
    self.cutFromOhms = max(cutFromOhms, self.closedBelowOhms)
    self.opensWhenActive = opensWhenActive
  }

  public func state(ohms: Int) -> SupervisedState {
    if ohms < shortedBelowOhms { return .shorted }
    if ohms >= cutFromOhms { return .cut }
    return (ohms >= closedBelowOhms) == opensWhenActive ? .active : .idle
  }
}
