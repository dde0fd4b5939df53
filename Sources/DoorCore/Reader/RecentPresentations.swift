import DoorRules

/// What was presented at a reader a moment ago, so that a card that stays there, or a key that
/// bounces, counts once.
struct RecentPresentations: Sendable {
  /// The most that are remembered at once; two cards in one wallet are read in turns.
  static let most = 4

  private let milliseconds: Int
  private var seen: [(what: Secret<String>, at: MonotonicInstant)] = []

  init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// Notes a reading; true when it belongs to a presentation that is known.
  mutating func isRepeat(_ what: Secret<String>, at now: MonotonicInstant) -> Bool {
    seen.removeAll { $0.at.advanced(byMilliseconds: milliseconds) <= now }
    let isKnown = seen.contains { $0.what == what }
    seen.removeAll { $0.what == what }
    if seen.count >= Self.most { seen.removeFirst() }
    seen.append((what, now))
    return isKnown
  }

  /// The next reading is a new presentation.
  mutating func forget() { seen = [] }
}
