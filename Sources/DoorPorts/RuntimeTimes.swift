/// The times of the runtime that an installer may set: each with its range and its default.
public enum RuntimeTimes {
  /// A number with the range that it may have, and what it is unless set.
  public struct Setting: Sendable, Hashable {
    /// The allowed values, in the unit of the setting's name.
    public let range: ClosedRange<Int>
    /// The default.
    public let standard: Int

    /// The value of the range that is nearest to `value`.
    public func nearest(to value: Int) -> Int {
      min(max(value, range.lowerBound), range.upperBound)
    }
  }

  /// How long an unlock waits for its event to be on disk.
  public static let commitDeadlineMilliseconds = Setting(range: 0...1_000, standard: 50)
  /// How long a card, a PIN or a phone waits for the credential store.
  public static let lookUpDeadlineMilliseconds = Setting(range: 100...10_000, standard: 2_000)
  /// How often an input is read whose chip reports no edges.
  public static let pollMilliseconds = Setting(range: 5...200, standard: 20)
  /// How far apart the outputs of doors switch for which nobody waits; 0 switches them together.
  public static let staggerMilliseconds = Setting(range: 0...250, standard: 50)
  /// How often the controller publishes telemetry.
  public static let heartbeatSeconds = Setting(range: 5...86_400, standard: 60)
  /// How often the clock's watermark and the last contact with the cloud are written to disk,
  /// and the time zone and certificates are read again.
  public static let housekeepingSeconds = Setting(range: 1...86_400, standard: 60)
}
