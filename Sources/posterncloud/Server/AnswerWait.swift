/// How long a message may stay unanswered before it is sent again: the broker may have dropped it,
/// or its answer.
struct AnswerWait {
  /// The longest wait.
  static let longestMilliseconds: Int64 = 300_000

  /// When it is sent again, in ``CloudClock/ticks()``; nil while nothing waits.
  private(set) var due: Int64?
  /// Waits in a row that ended without an answer.
  private(set) var repeats = 0

  var isWaiting: Bool { due != nil }

  init() {}

  /// Runs out at once.
  init(due: Int64) { self.due = due }

  /// A message was sent. The first wait is `first` long, each later one twice as long as the one
  /// before.
  mutating func begin(at now: Int64, first: Int64) {
    due = now + min(first << Int64(min(repeats, 16)), Self.longestMilliseconds)
  }

  /// The answer is there.
  mutating func end() { self = AnswerWait() }

  /// True once, when the wait is over.
  mutating func runsOut(at now: Int64) -> Bool {
    guard let due, due <= now else { return false }
    self.due = nil
    repeats += 1
    return true
  }
}
