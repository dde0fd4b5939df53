import Foundation

/// How long a test waits for what must come.
///
/// All tests of a run share a few threads, so on a busy machine minutes can pass between two looks at a
/// condition. Hence it ends only when the time is over *and* the condition was looked at often enough.
public struct Patience: Sendable {
  /// Long: only a test that fails waits for its end.
  public static let seconds = 180.0
  private static let looksMin = 300

  private let end: Date
  private var looks = 0

  public init(seconds: Double = Patience.seconds) { end = Date(timeIntervalSinceNow: seconds) }

  /// To be asked before each look at the condition; false when it is time to give up.
  public mutating func lasts() -> Bool {
    looks += 1
    return looks <= Self.looksMin || Date.now < end
  }
}
