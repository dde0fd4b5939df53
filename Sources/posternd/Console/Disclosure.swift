import ConsoleProtocol
import Synchronization

/// Whether the live view shows card numbers and keys. It begins with somebody's order, which is
/// recorded, and ends by itself.
final class Disclosure: Sendable {
  private let until = Mutex<ContinuousClock.Instant?>(nil)

  func begin(seconds: Int) {
    let end = ContinuousClock.now + .seconds(seconds)
    until.withLock { $0 = max($0 ?? end, end) }
  }

  var isOn: Bool { until.withLock { $0 }.map { ContinuousClock.now < $0 } ?? false }
}

/// How many questions about cards are answered: a few at once, for somebody with cards in the hand,
/// and then one after the other. All numbers of a facility would take weeks, and each is recorded.
final class CardQuestions: Sendable {
  /// So many at once.
  static let questionsMax = 10
  /// Then one more in this time.
  static let secondsEach = 20

  private let state = Mutex<(left: Int, since: ContinuousClock.Instant)>((questionsMax, .now))

  /// Takes one. Returns the seconds to wait when there is none.
  func take(at now: ContinuousClock.Instant = .now) -> Int? {
    state.withLock { state in
      let earned = Int((now - state.since) / .seconds(Self.secondsEach))
      if earned > 0 {
        state.left = min(state.left + earned, Self.questionsMax)
        state.since += .seconds(earned * Self.secondsEach)
      }
      guard state.left > 0 else {
        let passed = Int((now - state.since) / .seconds(1))
        return max(1, Self.secondsEach - passed)
      }
      if state.left == Self.questionsMax { state.since = now }
      state.left -= 1
      return nil
    }
  }
}
