import DoorRules

/// Who badged first at a door that requires two people, and waits for the second.
struct Companion: Sendable, Hashable {
  /// How long the first person waits.
  static let waitMilliseconds = 15_000

  let person: PersonID
  /// What that person showed: it is judged again when the second is there.
  let claim: Claim
  let until: MonotonicInstant

  init(person: PersonID, claim: Claim, at now: MonotonicInstant) {
    self.person = person
    self.claim = claim
    until = now.advanced(byMilliseconds: Self.waitMilliseconds)
  }

  /// False from the end of the wait on.
  func isWaiting(at now: MonotonicInstant) -> Bool { now < until }
}
