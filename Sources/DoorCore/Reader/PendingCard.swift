import DoorRules

/// A card whose look-up is open. A PIN that is complete before the answer waits for it, or it would
/// count as a PIN alone.
struct OpenCard: Sendable {
  /// The card's frame, as a credential.
  let raw: Secret<String>
  /// The last PIN that was completed since.
  var pin: Secret<String>?
}

/// A card that waits for its PIN. Its holders are named only: with the PIN they are read anew.
struct PendingCard: Sendable {
  /// How long a reader that asks for a PIN waits for it.
  static let waitMilliseconds = 10_000

  let holders: [HolderID]
  /// The card's frame, as a credential.
  let raw: Secret<String>
  private(set) var until: MonotonicInstant

  init(holders: [HolderID], raw: Secret<String>, at now: MonotonicInstant) {
    self.holders = holders
    self.raw = raw
    until = now.advanced(byMilliseconds: Self.waitMilliseconds)
  }

  /// The card was read again: the wait begins again.
  mutating func extend(at now: MonotonicInstant) {
    until = now.advanced(byMilliseconds: Self.waitMilliseconds)
  }
}
