import DoorRules

/// Look-ups that wait for their answer, each until its time is up. A decision is made on what is
/// true when it is made: an answer that an entry overtook is asked for again.
struct LookUps: Sendable {
  /// The most that may be open at once; the oldest fails beyond it.
  static let openMax = 64
  /// How often a question is put again because its answer was overtaken.
  static let repeatsMax = 3

  /// What was presented.
  enum Purpose: Sendable {
    /// The card's frame as a credential, and what is recorded if nobody has it.
    case card(Secret<String>, evidence: [String: String])
    case pin
    /// The cards that wait for this PIN.
    case pinAfterCard([HolderID])
    /// Two people who both passed: both are read anew before the door opens. The order is the
    /// second one's, where that one came by phone.
    case pair(second: Claim, first: Companion, order: Order?)

    /// As events name it.
    var name: String {
      switch self {
      case .card: "card"
      case .pin: "pin"
      case .pinAfterCard: "cardThenPIN"
      case .pair(let second, _, _): second.presentation.eventName
      }
    }

    /// Holders that must be read anew for it.
    var again: [HolderID] {
      switch self {
      case .card, .pin: []
      case .pinAfterCard(let cards): cards
      case .pair(let second, let first, _): second.everybody + first.claim.everybody
      }
    }

    /// The order that waits for the answer.
    var order: Order? {
      switch self {
      case .card, .pin, .pinAfterCard: nil
      case .pair(_, _, let order): order
      }
    }
  }

  /// One look-up that was not answered yet.
  struct Open: Sendable {
    /// Nil for a phone.
    let reader: ReaderID?
    let door: DoorID
    let purpose: Purpose
    fileprivate var question: LookUp
    fileprivate let until: MonotonicInstant
    fileprivate var repeats = 0
    fileprivate var overtakenBy: Set<PersonID> = []

    /// True when one of these holders entered after they were read.
    func isOvertaken(for found: [CredentialHolder]) -> Bool {
      found.contains { overtakenBy.contains($0.person.id) }
    }
  }

  /// A question to the store, and the look-up that is given up for it.
  typealias Asked = (question: LookUp, dropped: Open?)

  private(set) var waiting: [UInt64: Open] = [:]
  private var nextTicket: UInt64 = 1
  private let milliseconds: Int

  /// A look-up is given up after so many milliseconds.
  init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// Asks who holds one of `canonicals`, and what holds now of those whom the purpose names.
  mutating func begin(
    _ purpose: Purpose, _ canonicals: [Secret<String>] = [], issues: [CardIssue] = [],
    reader: ReaderID?, door: DoorID, at now: MonotonicInstant
  ) -> Asked {
    ask(
      Open(
        reader: reader, door: door, purpose: purpose,
        question: LookUp(
          ticket: nextTicket, canonicals: canonicals, issues: issues, again: purpose.again,
          door: door),
        until: now.advanced(byMilliseconds: milliseconds)))
  }

  /// Puts the question of an overtaken look-up again, within its time; nil when that was done too
  /// often.
  mutating func beginAgain(_ look: Open) -> Asked? {
    guard look.repeats < Self.repeatsMax else { return nil }
    var look = look
    look.repeats += 1
    look.overtakenBy = []
    look.question.ticket = nextTicket
    return ask(look)
  }

  private mutating func ask(_ look: Open) -> Asked {
    waiting[look.question.ticket] = look
    nextTicket += 1
    guard waiting.count > Self.openMax, let oldest = waiting.keys.min() else {
      return (look.question, nil)
    }
    return (look.question, end(oldest))
  }

  /// Ends a look-up; nil for one that is not open, or was given up.
  mutating func end(_ ticket: UInt64) -> Open? { waiting.removeValue(forKey: ticket) }

  /// Gives up those whose time is up, oldest first. An answer that comes later finds nothing.
  mutating func giveUp(at now: MonotonicInstant) -> [Open] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    return waiting.filter { $0.value.until <= now }.keys.sorted().compactMap { end($0) }
  }

  var nextDeadline: MonotonicInstant? { waiting.values.lazy.map(\.until).min() }

  /// Somebody entered, or was seen in an area: what was read about them before no longer counts.
  mutating func overtake(_ person: PersonID) {
    for ticket in waiting.keys { waiting[ticket]?.overtakenBy.insert(person) }
  }
}
