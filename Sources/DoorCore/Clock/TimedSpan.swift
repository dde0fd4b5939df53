/// The spans that a person means as spans. In one run each is measured on the steady clock, so that
/// no jump of the civil clock makes one longer or shorter.
public enum TimedSpan: String, Sendable, Hashable, CaseIterable {
  case modeOpen, modeClosed, lockout, forgetting, hold, quiet, offline
}

/// What becomes of a span over a restart.
public enum SpanAfterRestart: Sendable, Hashable {
  /// What happens when nobody knows how long the door was down.
  public enum Otherwise: Sendable, Hashable { case whole, over }

  /// The time that the door was down counts if the clock was trusted before and after.
  case goesOnElse(Otherwise)
  case over
  case beginsAgain

  /// In words.
  public var words: String {
    switch self {
    case .goesOnElse(.whole):
      "the time down counts if the clock is trusted; else all that was left is left again"
    case .goesOnElse(.over): "the time down counts if the clock is trusted; else it is over"
    case .over: "it is over"
    case .beginsAgain: "it begins again"
    }
  }
}

/// A span in words, and what becomes of it over a restart.
public struct SpanRow: Sendable, Hashable {
  public let meaning: String
  public let afterRestart: SpanAfterRestart
  /// Why that is the safe side.
  public let why: String
}

extension TimedSpan {
  /// The row of this span.
  public var row: SpanRow {
    switch self {
    case .modeOpen:
      SpanRow(
        meaning: "a door that was ordered open for a while", afterRestart: .goesOnElse(.over),
        why: "no door stays open because nobody knows the time")
    case .modeClosed:
      SpanRow(
        meaning: "a door that was ordered closed or into lockdown for a while, and a plan",
        afterRestart: .goesOnElse(.whole), why: "a power cut ends no lockdown")
    case .lockout:
      SpanRow(
        meaning: "the lock after wrong PINs", afterRestart: .goesOnElse(.whole),
        why: "a power cut gives no further tries")
    case .forgetting:
      SpanRow(
        meaning: "after which wrong PINs are forgotten", afterRestart: .beginsAgain,
        why: "a power cut gives no further tries")
    case .hold:
      SpanRow(
        meaning: "a release, a PIN entry, a wait for the PIN or the second person",
        afterRestart: .over, why: "the door starts secured, and the person is still there")
    case .quiet:
      SpanRow(
        meaning: "quiet times of alarms, of readers that flood, of one presentation",
        afterRestart: .over, why: "an alarm too many is better than one too few")
    case .offline:
      SpanRow(
        meaning: "hours without the cloud", afterRestart: .goesOnElse(.whole),
        why: "counted up: what was counted stays counted")
    }
  }
}
