/// How far a number may rise of which the highest wins, such as a revision. A number that nothing can
/// follow would stay for ever; so one message takes at most half of what is left, and a single wrong
/// number never uses up all of them.
public enum RevisionLimits {
  /// The highest revision: up to here JSON readers of all languages keep a whole number exact.
  public static let revisionMax: UInt64 = 9_007_199_254_740_991

  /// The highest that may follow `current`, which is 0 before the first. A controller that was above
  /// ``revisionMax`` before there was that limit goes on as far as its store can.
  public static func highest(after current: UInt64) -> UInt64 {
    let last = current <= revisionMax ? revisionMax : DocumentReader.revisionMax
    guard current < last else { return last }
    // Rounded up: the very next one is always within it.
    return current + (last - current + 1) / 2
  }

  /// Why `revision` may not follow `current`; nil where it may, or does not rise.
  public static func problem(of revision: UInt64, after current: UInt64) -> String? {
    let highest = highest(after: current)
    guard revision > max(highest, current) else { return nil }
    if revision > revisionMax, current <= revisionMax {
      return "\(revision) is above 2^53 - 1, the highest"
        + (current < revisionMax ? "; send \(current + 1)" : "")
    }
    return
      "\(revision) is too far ahead: after \(current) at most \(highest) is taken, "
      + "so that higher ones stay; send \(current + 1)"
  }
}
