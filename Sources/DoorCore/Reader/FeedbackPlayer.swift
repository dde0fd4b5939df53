import DoorRules

/// Plays patterns at one reader; a new pattern replaces the one that plays.
struct FeedbackPlayer: Sendable {
  private var steps: ArraySlice<FeedbackPattern.Step> = []
  private(set) var nextDeadline: MonotonicInstant?
  /// The signal that is playing.
  private(set) var playing: ReaderSignal?

  mutating func play(
    _ pattern: FeedbackPattern, of signal: ReaderSignal, at now: MonotonicInstant
  ) -> FeedbackPattern.Step? {
    steps = pattern.steps[...]
    playing = signal
    return next(from: now)
  }

  /// Ends the pattern: the step with everything off.
  mutating func stop() -> FeedbackPattern.Step {
    steps = []
    nextDeadline = nil
    playing = nil
    return .off
  }

  /// The latest step that is due, if any; at the end of the pattern, the step with everything off.
  mutating func advance(to now: MonotonicInstant) -> FeedbackPattern.Step? {
    var due: FeedbackPattern.Step?
    while let deadline = nextDeadline, deadline <= now {
      due = next(from: deadline) ?? .off
    }
    return due
  }

  private mutating func next(from now: MonotonicInstant) -> FeedbackPattern.Step? {
    guard let step = steps.popFirst() else {
      nextDeadline = nil
      playing = nil
      return nil
    }
    nextDeadline = now.advanced(byMilliseconds: step.milliseconds)
    return step
  }
}
