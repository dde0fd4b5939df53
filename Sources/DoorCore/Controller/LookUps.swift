import DoorRules

/// Look-ups that wait for their answer, each until its time is up.
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

  struct Waiting: Sendable {
    let look: Open
    let until: MonotonicInstant
  }

  private(set) var waiting: [UInt64: Waiting] = [:]
  private var nextTicket: UInt64 = 1
  private let milliseconds: Int

  /// A look-up is given up after so many milliseconds.
  init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// Begins a look-up: the question to the store.
  mutating func begin(
    _ canonicals: [Secret<String>], for look: Open, at now: MonotonicInstant
  ) -> LookUp {
    let ticket = nextTicket
    nextTicket += 1
    waiting[ticket] = Waiting(look: look, until: now.advanced(byMilliseconds: milliseconds))
    if waiting.count > Self.openMax, let oldest = waiting.keys.min() { waiting[oldest] = nil }
    return LookUp(ticket: ticket, canonicals: canonicals, door: look.door)
  }

  /// Ends a look-up; nil for one that is not open, was forgotten, or was given up.
  mutating func end(_ ticket: UInt64) -> Open? { waiting.removeValue(forKey: ticket)?.look }

  /// Gives up those whose time is up, oldest first. An answer that comes later finds nothing.
  mutating func giveUp(at now: MonotonicInstant) -> [Open] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    return waiting.filter { $0.value.until <= now }.keys.sorted().compactMap { end($0) }
  }

  /// Asked with each input: it takes no memory.
  var nextDeadline: MonotonicInstant? {
    var first: MonotonicInstant?
    for look in waiting.values { first = .earliest(first, look.until) }
    return first
  }
}
