/// Bounds of the talk with the cloud.
public enum SyncLimits {
  /// Most event batches that are sent and not acknowledged.
  public static let batchesInFlightMax = 8
  /// How long a sent batch may stay without any acknowledgement before it is sent again.
  public static let acknowledgementMilliseconds = 10_000
  /// The longest that this wait grows to while the cloud stays silent; it doubles each time.
  public static let acknowledgementMillisecondsMax = 60_000
  /// Wait before a failed read of log or ledger is tried again.
  public static let readRetryMilliseconds = 1_000
  /// Shortest time between two hellos on one connection.
  public static let helloIntervalMilliseconds = 5_000
  /// Most events that overtake the backlog when a connection begins.
  public static let urgentPerConnectMax = 500
  /// Wait for a chunk of a snapshot before it is asked for again.
  public static let pullRetryMilliseconds = 10_000
  /// Most command results that the broker has not taken.
  public static let resultsInFlightMax = 16

  /// The wait for an acknowledgement after `timeouts` silent waits in a row.
  static func acknowledgementMilliseconds(timeouts: Int) -> Int {
    var wait = acknowledgementMilliseconds
    for _ in 0..<min(max(timeouts, 0), 8) {
      wait = min(wait * 2, acknowledgementMillisecondsMax)
    }
    return wait
  }
}
