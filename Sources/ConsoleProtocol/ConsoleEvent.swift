/// An event as the console shows it.
public struct ConsoleEvent: Sendable, Hashable, Codable {
  public var number: UInt64
  public var type: String
  public var timeMilliseconds: Int64
  public var simulated: Bool
  public var door: String?
  public var reader: String?
  public var person: String?
  public var credential: String?
  public var reason: String?
  public var detail: [String: String]
  /// The cloud has it.
  public var acknowledged: Bool

  public init(
    number: UInt64, type: String, timeMilliseconds: Int64, simulated: Bool, door: String?,
    reader: String?, person: String?, credential: String?, reason: String?,
    detail: [String: String], acknowledged: Bool
  ) {
    self.number = number
    self.type = type
    self.timeMilliseconds = timeMilliseconds
    self.simulated = simulated
    self.door = door
    self.reader = reader
    self.person = person
    self.credential = credential
    self.reason = reason
    self.detail = detail
    self.acknowledged = acknowledged
  }
}

/// What to look for; nil is no filter.
public struct ConsoleEventQuery: Sendable, Hashable, Codable {
  public var before: UInt64?
  public var after: UInt64?
  public var door: String?
  public var person: String?
  public var type: String?
  public var reason: String?
  /// Milliseconds since 1970, the first inside and the last outside.
  public var fromMilliseconds: Int64?
  public var untilMilliseconds: Int64?
  /// 1 to 500.
  public var limit: Int

  public init(
    before: UInt64? = nil, after: UInt64? = nil, door: String? = nil, person: String? = nil,
    type: String? = nil, reason: String? = nil, fromMilliseconds: Int64? = nil,
    untilMilliseconds: Int64? = nil, limit: Int = 50
  ) {
    self.reason = reason
    self.fromMilliseconds = fromMilliseconds
    self.untilMilliseconds = untilMilliseconds
    self.before = before
    self.after = after
    self.door = door
    self.person = person
    self.type = type
    self.limit = limit
  }
}

/// Something done to the simulated panel. A nil reader or door means the first one.
public enum PanelAction: Sendable, Hashable, Codable {
  /// Holds up a card: the frame of `format` with these numbers.
  case badge(reader: String?, format: String, facility: UInt64?, card: UInt64, timing: PulseTiming)
  /// Sends these bits as they are, `0` and `1`, first bit first.
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
