public import DoorRules

/// One attempt to enter.
public struct AccessRecord: Sendable, Hashable {
  public var door: DoorID
  /// Nil for an unlock by command.
  public var reader: ReaderID?
  /// `card`, `pin`, `cardThenPIN` or `mobile`; `unknown` when the look-up failed
  /// or took too long.
  public var presentation: String
  public var verdict: Verdict
  /// Of the first of two people, as judged again now: let in as well, or the cause of the denial.
  public var companion: Verdict?
  /// What an unmatched card was, without its number: formats that fit, its length in bits, the
  /// last two digits and the keyed digest.
  public var evidence: [String: String]
  /// The command of an unlock by command; nil at a reader.
  public var commandID: String?

  public init(
    door: DoorID, reader: ReaderID?, presentation: String, verdict: Verdict,
    companion: Verdict? = nil, evidence: [String: String] = [:], commandID: String? = nil
  ) {
    self.door = door
    self.reader = reader
    self.presentation = presentation
    self.verdict = verdict
    self.companion = companion
    self.evidence = evidence
    self.commandID = commandID
  }

  /// Everything that this entry uses, of everybody who is let in; none for a denial. It is spent as
  /// one.
  public var used: [UsedCredential] {
    verdict.isGrant ? verdict.used + (companion?.used ?? []) : []
  }
}
