/// Limits of the conversation with the cloud.
public enum SyncLimits {
  /// Most event batches that are sent and not acknowledged.
  public static let batchesInFlightMax = 8
  /// How long a sent batch may wait for an acknowledgement before it is sent again.
  public static let acknowledgementMilliseconds = 10_000
  /// The longest wait; it doubles each time the cloud does not answer.
  public static let acknowledgementMillisecondsMax = 60_000
  /// Wait before a failed read of log or ledger is tried again.
  public static let readRetryMilliseconds = 1_000
  /// Shortest time between two hellos on one connection.
  public static let helloIntervalMilliseconds = 5_000
  /// Most events that overtake the backlog when a connection begins.
  public static let urgentPerConnectMax = 500
  /// Wait for a chunk of a snapshot before it is asked for again.
  public static let pullRetryMilliseconds = 10_000
  /// Most command results in flight, which the broker has not confirmed.
  public static let resultsInFlightMax = 16

  /// The wait for an acknowledgement after `timeouts` waits in a row without one.
  static func acknowledgementMilliseconds(timeouts: Int) -> Int {
    var wait = acknowledgementMilliseconds
    for _ in 0..<min(max(timeouts, 0), 8) {
      wait = min(wait * 2, acknowledgementMillisecondsMax)
    }
    return wait
  }
}
