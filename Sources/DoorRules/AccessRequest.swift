/// One question to the rules: may the holder of what was shown enter here now?
public struct AccessRequest: Sendable, Hashable {
  public var door: DoorID
  public var presentation: Presentation
  /// What the look-up found under the digests of what was shown. Empty: nobody knows it.
  /// Several only when a value was issued twice; one is then chosen by credential id.
  public var holders: [CredentialHolder]
  public var at: WallInstant
  public var clockTrust: ClockTrust

  public init(
    door: DoorID, presentation: Presentation, holders: [CredentialHolder], at: WallInstant,
    clockTrust: ClockTrust
  ) {
    self.door = door
    self.presentation = presentation
    self.holders = holders
    self.at = at
    self.clockTrust = clockTrust
  }
}

/// The answer, with its reasons.
public struct Verdict: Sendable, Hashable {
  public enum Decision: Sendable, Hashable {
    case grant(via: String)
    case deny(DenialReason)
  }

  public var decision: Decision
  public var credential: CredentialID?
  public var person: PersonID?
  public var policyRevision: UInt64
  /// What was looked at, in order; the last step decided.
  public var steps: [ExplanationStep]

  public init(
    decision: Decision, credential: CredentialID?, person: PersonID?, policyRevision: UInt64,
    steps: [ExplanationStep]
  ) {
    self.decision = decision
    self.credential = credential
    self.person = person
    self.policyRevision = policyRevision
    self.steps = steps
  }

  public var isGrant: Bool {
    switch decision {
    case .grant: true
    case .deny: false
    }
  }
}

/// One rule's word on a request.
public struct ExplanationStep: Sendable, Hashable {
  /// The rule, by its file's name.
  public var rule: String
  /// True when this rule does not stand in the way.
  public var passed: Bool
  /// The values compared and where the effective one came from, for a technician.
  public var detail: String

  public init(rule: String, passed: Bool, detail: String) {
    self.rule = rule
    self.passed = passed
    self.detail = detail
  }
}
