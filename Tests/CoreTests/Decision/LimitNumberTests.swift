import DoorRules
import Testing
import WiegandCodec

@testable import DoorCore

/// Other tests use the constants, so that a limit can be changed in one place. This test has the
/// numbers that the operators' documentation gives.
@Suite("The numbers of the core are those that the operators' pages name (D5)")
struct LimitNumberTests {
  @Test("lengths, counts and times")
  func numbers() {
    let numbers: [(String, Int, Int)] = [
      ("tries before a lock", Lockout.triesMax, 5),
      ("seconds until a try is forgotten", Lockout.forgetSeconds, 300),
      ("seconds until a lock is a step shorter", Lockout.calmSeconds, 3_600),
      ("cards whose PINs are guessed", PINGuard.cardsMax, 256),
      ("look-ups on their way", LookUps.openMax, 64),
      ("credentials followed", AnomalyWatch.credentialsMax, 256),
      ("steps of a pattern", FeedbackPattern.stepsMax, 64),
      (
        "milliseconds of a pattern's step, at least", FeedbackPattern.stepMilliseconds.lowerBound,
        10
      ),
      ("milliseconds of a pattern's step", FeedbackPattern.stepMilliseconds.upperBound, 10_000),
      ("edges a second", EdgeStorm.edgesPerSecondMax, 2_500),
      ("dated exceptions", WeeklyHours.exceptionsMax, 366),
      ("windows of a day", DayWindows.windowsMax, 24),
      ("transitions of a zone", ZoneRules.transitionsMax, 10_000),
    ]
    for (name, limit, told) in numbers { #expect(limit == told, "\(name)") }
    #expect(Lockout.durationsSeconds == [30, 60, 120, 300, 900])
  }
}
