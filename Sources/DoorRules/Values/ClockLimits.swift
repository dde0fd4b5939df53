/// The figures of the clock's table.
public enum ClockLimits {
  /// 2026-01-01: an earlier time is none, since this program did not exist. Set on with releases.
  public static let builtAt = WallInstant(secondsSince1970: 1_767_225_600)
  /// 30 years later: this program is not in use any more.
  public static let plausibleUntil = builtAt.advanced(bySeconds: 30 * 365 * 86_400)
  /// Up to this difference a clock agrees with the door's own time: it is being disciplined.
  public static let steadySeconds: Int64 = 2
  /// Up to this difference a time server corrects the door's own time at once.
  public static let correctionSeconds: Int64 = 3_600
  /// A time server that says something else for so long without a break is believed.
  public static let heldSeconds: Int64 = 900
  /// A word of the cloud is so exact: it has been on its way, and counts only if it answers a hello
  /// that is no older.
  public static let cloudSeconds: Int64 = 60
  /// For so long, a day, no time server contradicts a word of the cloud by more than that.
  public static let saidSeconds: Int64 = 86_400
  /// A battery clock may lag so far behind what the door last knew.
  public static let lagSeconds: Int64 = 300
  /// A power cut that seems longer than this, a year, is taken for a wrong clock.
  public static let absenceSeconds: Int64 = 365 * 86_400
}
