/// When a webhook is tried again.
enum WebhookPace {
  /// A receiver that is down: the wait grows to an hour and stays there.
  static let downSeconds: [Int64] = [5, 30, 120, 300, 900, 1_800, 3_600]
  /// A receiver that is down for so long is switched off. Its cursor stays.
  static let downDaysMax: Int64 = 5
  /// A message that was refused: about three days, then it is dead.
  static let refusedSeconds: [Int64] = [
    5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ]
  /// Messages of one receiver that were refused and are tried again. With more than that nothing
  /// new is sent until some of them are through or dead.
  static let refusedMax = 200
  /// Notices that one round looks at for each receiver.
  static let roundMax = 50
  /// Old notices that one round clears away.
  static let clearedMax = 1_000
  /// How long the secret before signs beside the new one.
  static let oldSecretMilliseconds: Int64 = 86_400_000
  /// How long notices and dead messages are kept.
  static let keptMilliseconds: Int64 = 30 * 86_400_000
  /// How long notices are kept that a receiver which is switched on has not had yet.
  static let waitingMilliseconds: Int64 = 90 * 86_400_000

  /// In milliseconds, after so many failures in a row.
  static func wait(afterFailures failures: Int) -> Int64 {
    downSeconds[min(max(failures, 1), downSeconds.count) - 1] * 1_000
  }

  /// In milliseconds, after so many attempts; nil when no more are made.
  static func wait(afterAttempts attempts: Int) -> Int64? {
    refusedSeconds.indices.contains(attempts - 1) ? refusedSeconds[attempts - 1] * 1_000 : nil
  }
}
