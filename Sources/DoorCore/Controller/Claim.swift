import DoorRules

/// What somebody showed at a door, while it is not decided. It names holders and keeps nothing about
/// them that can change; they are read for each decision.
struct Claim: Sendable, Hashable {
  let presentation: Presentation
  /// Nil for a phone.
  let reader: ReaderID?
  /// Card, PIN or mobile key; several where one value was issued more than once.
  var holders: [HolderID]
  /// PINs that were typed after the card.
  var pins: [HolderID] = []

  /// Whose it is, once it is narrowed to one holder.
  var person: PersonID? { holders.first?.person }

  /// Everybody who must be read to decide.
  var everybody: [HolderID] { holders + pins }

  /// Only the holder that was judged, with the PINs of the same person.
  func narrowed(to verdict: Verdict) -> Claim {
    var claim = self
    claim.holders = holders.filter {
      $0.person == verdict.person && $0.credential == verdict.credential
    }
    claim.pins = pins.filter { $0.person == verdict.person }
    return claim
  }
}

/// Somebody who is let in.
struct Entrant: Sendable, Hashable {
  let verdict: Verdict
  /// Nil for a phone.
  let reader: ReaderID?
}

extension Presentation {
  /// True when a denial for this reason means that the PIN was wrong.
  func isWrongPIN(_ reason: DenialReason) -> Bool {
    switch self {
    case .card, .mobile: false
    case .pin: reason.atReader.isWrongPIN
    case .cardThenPIN: reason.atReader.isWrongPINOfCard
    }
  }

  /// As events name it.
  var eventName: String {
    switch self {
    case .card: "card"
    case .pin: "pin"
    case .cardThenPIN: "cardThenPIN"
    case .mobile: "mobile"
    }
  }
}
