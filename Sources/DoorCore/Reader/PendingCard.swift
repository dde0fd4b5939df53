import DoorRules

/// A card that waits for its PIN.
struct PendingCard: Sendable {
  /// How long a reader that asks for a PIN waits for it.
  static let waitMilliseconds = 10_000

  let holders: [CredentialHolder]
  let until: MonotonicInstant

  init(holders: [CredentialHolder], at now: MonotonicInstant) {
    self.holders = holders
    until = now.advanced(byMilliseconds: Self.waitMilliseconds)
  }
}
