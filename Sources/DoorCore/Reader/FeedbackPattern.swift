/// A lamp and a beeper over time, as data.
public struct FeedbackPattern: Sendable, Hashable {
  /// One stretch of time.
  public struct Step: Sendable, Hashable {
    public var led: Bool
    public var beeper: Bool
    /// How long this step lasts.
    public var milliseconds: Int

    /// After the last step, until the next signal.
    static let off = Step(led: false, beeper: false, milliseconds: 0)

    public init(led: Bool, beeper: Bool, milliseconds: Int) {
      self.led = led
      self.beeper = beeper
      self.milliseconds = milliseconds
    }
  }

  public var steps: [Step]

  public init(steps: [Step]) { self.steps = steps }

  /// The most steps of a configured pattern.
  public static let stepsMax = 64
  /// How long one of its steps may last.
  public static let stepMilliseconds = 10...10_000

  /// Reads `both 250, led 1750`: what is on (`led`, `beeper`, `both` or `off`) and for how many
  /// milliseconds. Nil for anything else.
  public init?(parsing text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard (1...Self.stepsMax).contains(parts.count) else { return nil }
    steps = []
    for part in parts {
      let words = part.split(separator: " ")
      guard words.count == 2, let milliseconds = Int(words[1]),
        Self.stepMilliseconds.contains(milliseconds)
      else { return nil }
      switch words[0] {
      case "led": steps.append(Step(led: true, beeper: false, milliseconds: milliseconds))
      case "beeper": steps.append(Step(led: false, beeper: true, milliseconds: milliseconds))
      case "both": steps.append(Step(led: true, beeper: true, milliseconds: milliseconds))
      case "off": steps.append(Step(led: false, beeper: false, milliseconds: milliseconds))
      default: return nil
      }
    }
  }

  /// The same on and off `count` times.
  static func blinks(_ count: Int, onMilliseconds: Int, offMilliseconds: Int) -> FeedbackPattern {
    let pair = [
      Step(led: true, beeper: true, milliseconds: onMilliseconds),
      Step(led: false, beeper: false, milliseconds: offMilliseconds),
    ]
    return FeedbackPattern(steps: Array(repeating: pair, count: count).flatMap { $0 })
  }

  /// Patterns that differ to the eye and to the ear: one long with the lamp for granted, four
  /// short for denied, two short for a PIN, one very long for locked out, one each second for as
  /// long as the warning lasts, two long for too long offline, a tick for the relay, three in two
  /// seconds for identify.
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
    case .heldOpenWarning: .blinks(30, onMilliseconds: 100, offMilliseconds: 900)
    case .offlineTooLong: .blinks(2, onMilliseconds: 600, offMilliseconds: 300)
    case .chirp: FeedbackPattern(steps: [Step(led: false, beeper: true, milliseconds: 30)])
    case .identify: .blinks(3, onMilliseconds: 300, offMilliseconds: 400)
    }
  }
}
