/// An action on the simulated panel. A nil reader or door is the first one.
public enum PanelAction: Sendable, Hashable, Codable {
  /// Holds up a card: the frame of `format` with these numbers.
  case badge(
    reader: String?, format: String, facility: CardNumber?, card: CardNumber, timing: PulseTiming)
  /// Sends exactly these bits, `0` and `1`, first bit first.
  case bits(reader: String?, bits: String, timing: PulseTiming)
  /// Types keys, one burst each, out of `0`-`9`, `*` and `#`.
  case keys(reader: String?, keys: String, timing: PulseTiming)
  /// Opens or closes the door leaf.
  case contact(door: String?, open: Bool)
  /// Presses the exit button for a moment.
  case exit(door: String?)
  /// Begins or ends the building's fire alarm.
  case fire(active: Bool)
  /// Opens or closes the controller's box.
  case box(open: Bool)
  /// Presses the button that starts plans, or lets it go.
  case planButton(pressed: Bool)
  /// Breaks a lock so that it draws nothing, or draws whatever its relay does; or mends it.
  case lock(door: String?, state: LockState)
  /// Pulls the supply's plug, or puts it back.
  case mains(lost: Bool)
  /// Empties the supply's battery, or fills it.
  case battery(low: Bool)
  /// Switches an auxiliary input.
  case input(input: String, active: Bool)
}

/// What became of a simulated lock.
public enum LockState: String, Sendable, Hashable, Codable, CaseIterable {
  case works, dead, stuck
}

/// How the simulated reader forms its pulses.
public struct PulseTiming: Sendable, Hashable, Codable {
  /// Length of a pulse; 20 to 1000.
  public var widthMicroseconds: Int
  /// Start of a pulse to start of the next; 200 to 20000, more than the width.
  public var spacingMicroseconds: Int
  /// Between two keys; 50 to 10000.
  public var betweenKeysMilliseconds: Int

  public init(
    widthMicroseconds: Int = 100, spacingMicroseconds: Int = 2000,
    betweenKeysMilliseconds: Int = 120
  ) {
    self.widthMicroseconds = widthMicroseconds
    self.spacingMicroseconds = spacingMicroseconds
    self.betweenKeysMilliseconds = betweenKeysMilliseconds
  }
}
