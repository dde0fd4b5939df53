/// What the controller does when its supply has lost mains.
public struct PowerSettings: Sendable, Hashable {
  /// How long mains may be lost, in minutes.
  public static let minutesRange = 0...1_440

  /// After how many minutes without mains a low battery counts as about to fail.
  public var failingMinutes = 5
  /// After how many minutes without mains ``shed`` is switched off.
  public var shedMinutes = 10
  /// What is switched off then.
  public var shed: Set<PowerLoad> = []

  public init() {}
}

/// What may be switched off to save the battery. Locks, exit inputs, fire and contacts cannot.
public enum PowerLoad: String, Sendable, Hashable, CaseIterable {
  /// The lamps of readers, as far as the controller lights them.
  case lamps
  /// Their beepers.
  case beepers
  /// Telemetry, which goes out every quarter of an hour at most.
  case heartbeat
}

/// What the lock of a door does when the battery is about to fail.
public enum LowBatteryRule: String, Sendable, Hashable, CaseIterable {
  /// Nothing: it stays as the door needs it for as long as there is current.
  case keep
  /// It is released while there is still current to say so.
  case release
}
