public import DoorRules

/// A question to the credential store: who holds any of these?
public struct LookUp: Sendable, Hashable {
  /// The look-up's number, repeated in its answer.
  public var ticket: UInt64
  /// Canonical texts of what was presented, to be digested under the device's key.
  public var canonicals: [Secret<String>]
  /// The same for cards with an issue number, without it.
  public var issues: [CardIssue]
  /// Holders that an earlier look-up found, to be read anew.
  public var again: [HolderID]
  /// Where it was presented, for codes that the door can verify offline.
  public var door: DoorID?

  public init(
    ticket: UInt64, canonicals: [Secret<String>], issues: [CardIssue] = [],
    again: [HolderID] = [], door: DoorID? = nil
  ) {
    self.ticket = ticket
    self.canonicals = canonicals
    self.issues = issues
    self.again = again
    self.door = door
  }
}

/// A card that tells its issue number.
public struct CardIssue: Sendable, Hashable {
  /// Canonical text of any issue of the card.
  public var canonical: Secret<String>
  /// The issue that the card told.
  public var issue: UInt64

  public init(canonical: Secret<String>, issue: UInt64) {
    self.canonical = canonical
    self.issue = issue
  }
}

/// What the store found.
public struct LookUpAnswer: Sendable, Hashable {
  /// The look-up's number, repeated in its answer.
  public var ticket: UInt64
  /// Nil when the store failed.
  public var holders: [CredentialHolder]?
  /// Keyed digest of the first text: evidence of an unknown credential.
  public var digest: String?

  public init(ticket: UInt64, holders: [CredentialHolder]?, digest: String? = nil) {
    self.ticket = ticket
    self.holders = holders
    self.digest = digest
  }
}
