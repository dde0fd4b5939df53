/// May the holder of what was shown enter here now? Pure, total, and a denial unless every rule
/// lets pass: it never throws, reads no clock, and says why.
///
/// With several holders (one value issued twice) each is judged, in the order of credential ids;
/// one grant is enough, and otherwise the denial of the one that got farthest is the answer. The
/// steps of the explanation come from the rules that decide, and cost nothing unless asked for.
public func decide(
  _ request: AccessRequest, under policy: PolicySnapshot, explaining: Bool = false
) -> Verdict {
  func deny(_ reason: DenialReason, _ rule: String, _ detail: String) -> Verdict {
    Verdict(
      decision: .deny(reason), credential: nil, person: nil, policyRevision: policy.revision,
      steps: explaining ? [ExplanationStep(rule: rule, passed: false, detail: detail)] : [])
  }
  guard let door = policy.doors[request.door] else {
    return deny(
      .unknownDoor, "DoorRule", "revision \(policy.revision) has no door \(request.door)")
  }
  guard !request.holders.isEmpty else {
    return deny(.unknownCredential, "CredentialRule", "nothing that was shown is known here")
  }
  var best: (depth: Int, verdict: Verdict)?
  for holder in request.holders.sorted(by: { $0.credential.id < $1.credential.id }) {
    let question = RuleQuestion(request: request, holder: holder, door: door, policy: policy)
    let (depth, verdict) = judge(question, explaining: explaining)
    if verdict.isGrant { return verdict }
    if depth > best?.depth ?? -1 { best = (depth, verdict) }
  }
  return best?.verdict ?? deny(.unknownCredential, "CredentialRule", "no holder")
}

/// What a rule may look at.
struct RuleQuestion {
  var request: AccessRequest
  var holder: CredentialHolder
  var door: DoorPolicy
  var policy: PolicySnapshot
}

/// A rule's word.
struct RuleAnswer {
  /// Nil lets pass.
  var denial: DenialReason?
  /// The values compared, made only when somebody asks.
  var detail: () -> String

  static func pass(_ detail: @autoclosure @escaping () -> String) -> RuleAnswer {
    RuleAnswer(denial: nil, detail: detail)
  }

  static func deny(
    _ reason: DenialReason, _ detail: @autoclosure @escaping () -> String
  ) -> RuleAnswer {
    RuleAnswer(denial: reason, detail: detail)
  }
}

/// The rules in the order in which their word is most useful: what is wrong with the credential,
/// then with the person, then with the place, then with the time, last how it was shown.
private let rules: [(name: String, apply: @Sendable (RuleQuestion) -> RuleAnswer)] = [
  ("CredentialStatusRule", credentialStatusRule),
  ("AccessEnabledRule", accessEnabledRule),
  ("ClockTrustRule", clockTrustRule),
  ("ValidityRule", validityRule),
  ("DoorScopeRule", doorScopeRule),
  ("PathRule", pathRule),
  ("AccessHoursRule", accessHoursRule),
  ("PresentationRule", presentationRule),
]

private func judge(_ question: RuleQuestion, explaining: Bool) -> (depth: Int, Verdict) {
  var steps: [ExplanationStep] = []
  var denial: DenialReason?
  var depth = 0
  for rule in rules {
    let answer = rule.apply(question)
    if explaining {
      steps.append(
        ExplanationStep(
          rule: rule.name, passed: answer.denial == nil, detail: answer.detail()))
    }
    denial = answer.denial
    if denial != nil { break }
    depth += 1
  }
  let via = question.accessPath?.name ?? "none"
  let verdict = Verdict(
    decision: denial.map(Verdict.Decision.deny) ?? .grant(via: via),
    credential: question.holder.credential.id, person: question.holder.person.id,
    policyRevision: question.policy.revision, steps: steps)
  return (depth, verdict)
}
