/// Who says what time it is.
public enum ClockSource: String, Sendable, Hashable, CaseIterable {
  /// The system's clock, with nothing behind it: a board without a battery clock, or one whose
  /// battery clock says something else.
  case none
  /// The system's clock, with a battery clock that ran while the power was off.
  case battery
  /// The system's clock while a time source disciplines it, such as a time server.
  case timeServer
  /// The cloud, in a message that it signed for this session.
  case cloud
  /// A person on site, who has compared the system's clock with their own.
  case technician

  /// What stands behind a clock that is to be trusted so, for development.
  public init(assumed trust: ClockTrust) {
    switch trust {
    case .synchronised: self = .timeServer
    case .holdover: self = .battery
    case .doubtful, .unknown: self = .none
    }
  }
}

/// A time, and who says so.
public struct ClockReading: Sendable, Hashable {
  public var at: WallInstant
  public var source: ClockSource
  /// For how long the machine has slept since its start, while the steady clock stood still.
  public var asleepMilliseconds: Int64

  public init(_ at: WallInstant, _ source: ClockSource, asleepMilliseconds: Int64 = 0) {
    self.at = at
    self.source = source
    self.asleepMilliseconds = asleepMilliseconds
  }

  /// How far it can be trusted if nothing else is known.
  public var trustAlone: ClockTrust {
    guard at >= ClockLimits.builtAt else { return .unknown }
    return switch source {
    case .none: .unknown
    case .battery, .cloud, .technician: .holdover
    case .timeServer: .synchronised
    }
  }
}
