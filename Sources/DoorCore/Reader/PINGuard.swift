import DoorRules

/// Cards whose PINs were guessed. Each reader counts wrong PINs too, in a ``Lockout`` of its own.
struct PINGuard: Sendable {
  /// The most cards whose wrong PINs are remembered at once; the one that fails is always among
  /// them.
  static let cardsMax = 256

  private(set) var lockouts: [CredentialID: Lockout]

  init(lockouts: [CredentialID: Lockout]) { self.lockouts = lockouts }

  /// Takes what was persisted of cards that nobody has guessed at since.
  mutating func restore(_ persisted: [CredentialID: Lockout]) {
    lockouts.merge(persisted) { present, _ in present }
  }

  /// The first of these cards that is locked out.
  func lockedCard(of holders: [HolderID], at now: MonotonicInstant) -> CredentialID? {
    holders.compactMap(\.credential).first { lockouts[$0]?.isLocked(at: now) == true }
  }

  mutating func noteWrongPIN(
    of card: CredentialID, at reader: ReaderID, of door: DoorID, _ now: MonotonicInstant
  ) -> [ControllerEffect] {
    if lockouts[card] == nil, lockouts.count >= Self.cardsMax,
      let mildest = lockouts.min(by: {
        ($0.value.remainingMilliseconds(at: now), $0.key)
          < ($1.value.remainingMilliseconds(at: now), $1.key)
      })
    {
      lockouts[mildest.key] = nil
    }
    let seconds = lockouts[card, default: Lockout()].fail(at: now)
    let locked: [ControllerEffect] =
      seconds.map { [.record(.cardLockedOut(card, reader, door, seconds: $0))] } ?? []
    return locked + [.remember(.cardLockouts(lockouts))]
  }

  /// A right PIN for a card leaves nothing to guess about it. The reader's own tries stay: they
  /// may have been about somebody else.
  mutating func noteRightPIN(of card: CredentialID) -> [ControllerEffect] {
    guard lockouts.removeValue(forKey: card) != nil else { return [] }
    return [.remember(.cardLockouts(lockouts))]
  }

  /// Forgets every card.
  mutating func clear() -> [ControllerEffect] {
    guard !lockouts.isEmpty else { return [] }
    lockouts = [:]
    return [.remember(.cardLockouts([:]))]
  }
}
