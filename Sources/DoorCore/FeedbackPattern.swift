import DoorRules

/// What a reader tells the person in front of it.
public enum ReaderSignal: String, Sendable, Hashable, CaseIterable {
  case granted
  case denied
  /// A PIN must follow.
  case moreInput
  case lockedOut
  /// Which door is this: three beeps in about two seconds.
  case identify
}

/// A lamp and a beeper over time, as data.
public struct FeedbackPattern: Sendable, Hashable {
  /// One stretch of time.
  public struct Step: Sendable, Hashable {
    public var led: Bool
    public var beeper: Bool
    public var milliseconds: Int

    public init(led: Bool, beeper: Bool, milliseconds: Int) {
      self.led = led
      self.beeper = beeper
      self.milliseconds = milliseconds
    }
  }

  public var steps: [Step]

  public init(steps: [Step]) { self.steps = steps }

  /// The same on and off `count` times.
  static func blinks(_ count: Int, onMilliseconds: Int, offMilliseconds: Int) -> FeedbackPattern {
    let pair = [
      Step(led: true, beeper: true, milliseconds: onMilliseconds),
      Step(led: false, beeper: false, milliseconds: offMilliseconds),
    ]
    return FeedbackPattern(steps: Array(repeating: pair, count: count).flatMap { $0 })
  }

  /// Patterns that differ to the eye and to the ear: one long with the lamp for granted, four
  /// short for denied, two short for a PIN, one very long for locked out, three in two seconds
  /// for identify.
  public static func standard(_ signal: ReaderSignal) -> FeedbackPattern {
    switch signal {
    case .granted:
      FeedbackPattern(steps: [
        Step(led: true, beeper: true, milliseconds: 250),
        Step(led: true, beeper: false, milliseconds: 1_750),
      ])
    case .denied: .blinks(4, onMilliseconds: 80, offMilliseconds: 80)
    case .moreInput: .blinks(2, onMilliseconds: 60, offMilliseconds: 140)
    case .lockedOut: FeedbackPattern(steps: [Step(led: false, beeper: true, milliseconds: 1_500)])
    case .identify: .blinks(3, onMilliseconds: 300, offMilliseconds: 400)
    }
  }
}

/// Plays patterns at one reader; a new one replaces the old.
struct FeedbackPlayer: Sendable {
  private var steps: ArraySlice<FeedbackPattern.Step> = []
  private(set) var nextDeadline: MonotonicInstant?

  mutating func play(_ pattern: FeedbackPattern, at now: MonotonicInstant)
    -> FeedbackPattern.Step?
  {
    steps = pattern.steps[...]
    return next(from: now)
  }

  /// The newest step that is due, if any; when it ends, the step that is all off.
  mutating func advance(to now: MonotonicInstant) -> FeedbackPattern.Step? {
    var due: FeedbackPattern.Step?
    while let deadline = nextDeadline, deadline <= now {
      due =
        next(from: deadline)
        ?? FeedbackPattern.Step(led: false, beeper: false, milliseconds: 0)
    }
    return due
  }

  private mutating func next(from now: MonotonicInstant) -> FeedbackPattern.Step? {
    guard let step = steps.popFirst() else {
      nextDeadline = nil
      return nil
    }
    nextDeadline = now.advanced(byMilliseconds: step.milliseconds)
    return step
  }
}
