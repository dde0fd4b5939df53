import DoorRules

/// Look-ups that wait for their answer.
struct LookUps: Sendable {
  /// The most that may be open at once; the oldest is forgotten beyond it.
  static let openMax = 64

  /// What was presented.
  enum Purpose: Sendable {
    /// The card's frame as a credential, and what is recorded if nobody has it.
    case card(Secret<String>, evidence: [String: String])
    case pin
    case pinAfterCard([CredentialHolder])

    /// As events name it.
    var name: String {
      switch self {
      case .card: "card"
      case .pin: "pin"
      case .pinAfterCard: "cardThenPIN"
      }
    }

    /// True when a denial for this reason means that the PIN was wrong.
    func isWrongPIN(_ reason: DenialReason) -> Bool {
      switch self {
      case .card: false
      case .pin: reason.atReader.isWrongPIN
      case .pinAfterCard: reason.atReader.isWrongPINOfCard
      }
    }
  }

  /// One look-up that was not answered yet.
  struct Open: Sendable {
    let reader: ReaderID
    let door: DoorID
    let purpose: Purpose
  }

  private(set) var open: [UInt64: Open] = [:]
  private var nextTicket: UInt64 = 1

  /// Begins a look-up: the question to the store.
  mutating func begin(_ canonicals: [Secret<String>], for look: Open) -> LookUp {
    let ticket = nextTicket
    nextTicket += 1
    open[ticket] = look
    if open.count > Self.openMax, let oldest = open.keys.min() { open[oldest] = nil }
    return LookUp(ticket: ticket, canonicals: canonicals, door: look.door)
  }

  /// Ends a look-up; nil for one that is not open, or was forgotten.
  mutating func end(_ ticket: UInt64) -> Open? { open.removeValue(forKey: ticket) }
}
