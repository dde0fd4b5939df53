/// Limits of the conversation with the cloud.
public enum SyncLimits {
  /// The longest that a cloud may keep events waiting, by ``EventAcknowledgement/retryAfterSeconds``.
  public static let retryAfterSecondsMax = 3_600
  /// Most ids of requests that one answer names; those that asked first are left out.
  public static let requestIDsMax = 16
  /// Most event batches that are sent and not acknowledged.
  public static let batchesInFlightMax = 8
  /// How long a sent batch may wait for an acknowledgement before it is sent again, on this connection
  /// or the next.
  public static let acknowledgementMilliseconds = 10_000
  /// The same wait after a word of the cloud, for what an earlier connection sent and for the one
  /// event that is sent while none are acknowledged.
  public static let probeMilliseconds = 1_000
  /// Wait before a failed read of log or ledger is tried again.
  public static let readRetryMilliseconds = 1_000
  /// Shortest time between two hellos on one connection.
  public static let helloIntervalMilliseconds = 5_000
  /// Most events that overtake the backlog when a connection begins.
  public static let urgentPerConnectMax = 500
  /// Wait for a chunk of a snapshot before it is asked for again; it doubles each time, up to
  /// ``repeatMillisecondsMax``.
  public static let pullRetryMilliseconds = 10_000
  /// Most command results in flight, which the broker has not confirmed.
  public static let resultsInFlightMax = 16
  /// Wait before a hello, an answer or a result is sent again that the broker refused, or a hello
  /// that nobody answered; it doubles each time.
  public static let repeatMilliseconds = 5_000
  /// The longest of these waits.
  public static let repeatMillisecondsMax = 300_000
  /// Most answers that wait to be sent again; the oldest is dropped, and the next hello has the
  /// revision that it told.
  public static let answersWaitingMax = 16

  /// The wait before the next repetition after `count` of them.
  static func repeatMilliseconds(after count: Int) -> Int {
    doubled(repeatMilliseconds, count)
  }

  /// The wait for a chunk that was asked for again `count` times.
  static func pullMilliseconds(after count: Int) -> Int { doubled(pullRetryMilliseconds, count) }

  private static func doubled(_ milliseconds: Int, _ count: Int) -> Int {
    min(milliseconds << min(max(count, 0), 16), repeatMillisecondsMax)
  }
}
