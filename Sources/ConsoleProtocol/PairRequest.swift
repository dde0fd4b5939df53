/// A person pairs a reader on an OSDP line. It is recorded with their name, and ends by itself.
public struct PairRequest: Sendable, Hashable, Codable {
  /// The longest time, and the time when none is named, in seconds.
  public static let secondsMax = 900
  public static let secondsStandard = 180

  /// The door whose reader it is; a door with several needs ``reader``.
  public var door: String?
  public var reader: String?
  /// For how long the key of an unpaired reader is taken, 1 to ``secondsMax``.
  public var seconds: Int?
  public var by: String

  public init(door: String?, reader: String?, seconds: Int?, by: String) {
    self.door = door
    self.reader = reader
    self.seconds = seconds
    self.by = by
  }
}

/// Which reader is paired, and for how long.
public struct PairAnswer: Sendable, Hashable, Codable {
  public var reader: String
  public var seconds: Int

  public init(reader: String, seconds: Int) {
    self.reader = reader
    self.seconds = seconds
  }
}
