import DoorRules

/// Who badged first at a door that requires two people, or needs a host, and waits for the second.
struct Companion: Sendable, Hashable {
  /// How long the first of two people waits.
  static let waitMilliseconds = 15_000

  let person: PersonID
  /// What that person showed: it is judged again when the second is there.
  let claim: Claim
  /// The second must be a host.
  let needsHost: Bool
  /// The person may escort the second.
  let isHost: Bool
  let until: MonotonicInstant

  init(
    person: PersonID, claim: Claim, needsHost: Bool = false, isHost: Bool = false,
    waitMilliseconds: Int = Self.waitMilliseconds, at now: MonotonicInstant
  ) {
    self.person = person
    self.claim = claim
    self.needsHost = needsHost
    self.isHost = isHost
    until = now.advanced(byMilliseconds: waitMilliseconds)
  }

  /// False from the end of the wait on.
  func isWaiting(at now: MonotonicInstant) -> Bool { now < until }
}

/// A host who went in just now, where a contact sees that: whoever must be escorted may follow.
struct EnteredHost: Sendable, Hashable {
  let person: PersonID
  let until: MonotonicInstant
}
