import DoorRules

/// Plays patterns at one reader; a new one replaces the old.
struct FeedbackPlayer: Sendable {
  private var steps: ArraySlice<FeedbackPattern.Step> = []
  private(set) var nextDeadline: MonotonicInstant?
  /// What is being said.
  private(set) var playing: ReaderSignal?

  mutating func play(
    _ pattern: FeedbackPattern, of signal: ReaderSignal, at now: MonotonicInstant
  ) -> FeedbackPattern.Step? {
    steps = pattern.steps[...]
    playing = signal
    return next(from: now)
  }

  /// The step that is all off.
  mutating func stop() -> FeedbackPattern.Step {
    steps = []
    nextDeadline = nil
    playing = nil
    return .off
  }

  /// The newest step that is due, if any; when it ends, the step that is all off.
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
