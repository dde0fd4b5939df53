import DoorRules

/// Guessed PINs: each reader and each card counts them.
extension Controller {
  /// The most cards whose wrong PINs are remembered at once; the one that fails is always among
  /// them.
  static let cardLockoutsMax = 256

  func countsAsWrongPIN(_ reason: DenialReason, shown: String) -> Bool {
    switch shown {
    case "pin": reason == .unknownCredential
    case "cardThenPIN": reason == .pinMismatch
    default: false
    }
  }

  mutating func wrongPIN(
    _ open: OpenLookUp, _ verdict: Verdict, at door: DoorID, _ now: Moment
  ) -> [ControllerEffect] {
    guard var reader = readers[open.reader] else { return [] }
    var effects: [ControllerEffect] = []
    if let seconds = reader.lockout.fail(at: now.monotonic) {
      effects.append(.record(.lockedOut(open.reader, door, seconds: seconds)))
      effects += reader.signal(.lockedOut, at: now.monotonic)
    }
    effects.append(.remember(.lockout(open.reader, reader.lockout)))
    readers[open.reader] = reader
    guard case .pinAfterCard = open.purpose, let card = verdict.credential else { return effects }
    if cardLockouts[card] == nil, cardLockouts.count >= Self.cardLockoutsMax,
      let mildest = cardLockouts.min(by: {
        ($0.value.remainingMilliseconds(at: now.monotonic), $0.key)
          < ($1.value.remainingMilliseconds(at: now.monotonic), $1.key)
      })
    {
      cardLockouts[mildest.key] = nil
    }
    var lockout = cardLockouts[card] ?? Lockout()
    if let seconds = lockout.fail(at: now.monotonic) {
      effects.append(.record(.cardLockedOut(card, open.reader, door, seconds: seconds)))
    }
    cardLockouts[card] = lockout
    return effects + [.remember(.cardLockouts(cardLockouts))]
  }

  /// A right PIN for a card leaves nothing to guess about it. The reader's own tries stay: they
  /// may have been about somebody else.
  mutating func rightPIN(_ open: OpenLookUp, _ verdict: Verdict) -> [ControllerEffect] {
    guard open.purpose.shown != "card", let card = verdict.credential,
      cardLockouts.removeValue(forKey: card) != nil
    else { return [] }
    return [.remember(.cardLockouts(cardLockouts))]
  }

  /// Nil clears every reader's lockout, and every card's.
  mutating func clearLockout(
    _ reader: ReaderID?, by: String, order: String
  ) -> [ControllerEffect] {
    if let reader, readers[reader] == nil {
      return [
        .answer(order: order, .rejected(reason: "this controller has no reader \(reader)"))
      ]
    }
    var effects: [ControllerEffect] = []
    for id in reader.map({ [$0] }) ?? readerOrder {
      guard var port = readers[id], port.lockout.clear() else { continue }
      effects += [
        .record(.lockoutCleared(id, port.layout.door, by: by)),
        .remember(.lockout(id, port.lockout)),
      ]
      readers[id] = port
    }
    if reader == nil, !cardLockouts.isEmpty {
      cardLockouts = [:]
      effects.append(.remember(.cardLockouts([:])))
    }
    return effects + [.answer(order: order, .confirmed)]
  }
}
