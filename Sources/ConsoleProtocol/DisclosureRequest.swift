/// Somebody wants to see card numbers, bits and keys in the live view. That is recorded with their
/// name, and ends by itself.
public struct DisclosureRequest: Sendable, Hashable, Codable {
  /// The longest time, and the time when none is named, in seconds.
  public static let secondsMax = 900
  public static let secondsStandard = 300

  public var by: String
  /// For how long, 1 to ``secondsMax``.
  public var seconds: Int?

  public init(by: String, seconds: Int? = nil) {
    self.by = by
    self.seconds = seconds
  }
}

/// For how long it is shown.
public struct DisclosureAnswer: Sendable, Hashable, Codable {
  public var seconds: Int

  public init(seconds: Int) { self.seconds = seconds }
}
