/// May the holder of what was presented enter here now? Pure and total: it denies unless every rule
/// lets the person pass, never throws, reads no clock, and explains itself.
///
/// With several holders (one code over several reservations, or one value issued twice) each is
/// judged, in the order of credential ids. One grant is enough; otherwise the answer is the denial
/// of the holder that passed the most rules. The steps of the explanation come from the rules that
/// decide, and cost nothing unless `explaining` is true.
public func decide(
  _ request: AccessRequest, under policy: PolicySnapshot, explaining: Bool = false
) -> Verdict {
  func answer(_ decision: Verdict.Decision, _ steps: [ExplanationStep]) -> Verdict {
    Verdict(
      decision: decision, credential: nil, person: nil, policyRevision: policy.revision,
      steps: explaining ? steps : [])
  }
  guard let door = policy.doors[request.door], let settings = policy.settings(of: request.door)
  else {
    let step = ExplanationStep(
      rule: "DoorRule", passed: false,
      detail: "revision \(policy.revision) has no door \(request.door)")
    return answer(.deny(.unknownDoor), [step])
  }
  if let override = request.override {
    return answer(overrideDecision(override), [overrideStep(override)])
  }
  if let (denial, step) = modeDenial(request) { return answer(.deny(denial), [step]) }
  var best: (depth: Int, verdict: Verdict)?
  for holder in request.holders.sorted(by: comesBefore) {
    let question = RuleQuestion(
      request: request, holder: holder, door: door, settings: settings, policy: policy)
    let (depth, verdict) = judge(question, explaining: explaining)
    if verdict.isGrant { return verdict }
    if let best, depth <= best.depth { continue }
    best = (depth, verdict)
  }
  if let best { return best.verdict }
  let step = ExplanationStep(
    rule: "CredentialRule", passed: false, detail: "nothing that was shown is known here")
  return answer(.deny(.unknownCredential), [step])
}

private func comesBefore(_ left: CredentialHolder, _ right: CredentialHolder) -> Bool {
  (left.credential?.id.rawValue ?? "", left.person.id) < (
    right.credential?.id.rawValue ?? "", right.person.id
  )
}

/// A rule with its name. A type of its own: a function in a tuple of an array is wrapped anew on the
/// heap whenever it is read.
struct AccessRule: Sendable {
  let name: String
  let apply: @Sendable (RuleQuestion) -> RuleAnswer

  init(_ name: String, _ apply: @escaping @Sendable (RuleQuestion) -> RuleAnswer) {
    self.name = name
    self.apply = apply
  }
}

/// The rules, in the order in which their denials help most: first the credential, then the person,
/// what the door knows, place and time, how it was presented, and last what else the door requires.
let accessRules = [
  AccessRule("CredentialStatusRule", credentialStatusRule),
  AccessRule("DeviceRule", deviceRule),
  AccessRule("IssueRule", issueRule),
  AccessRule("KnownPersonRule", knownPersonRule),
  AccessRule("AccessEnabledRule", accessEnabledRule),
  AccessRule("ExclusionRule", exclusionRule),
  AccessRule("OfflineRule", offlineRule),
  AccessRule("ClockTrustRule", clockTrustRule),
  AccessRule("ValidityRule", validityRule),
  AccessRule("UseCountRule", useCountRule),
  AccessRule("UnusedRule", unusedRule),
  AccessRule("DoorScopeRule", doorScopeRule),
  AccessRule("PathRule", pathRule),
  AccessRule("QualificationRule", qualificationRule),
  AccessRule("AccessHoursRule", accessHoursRule),
  AccessRule("GeofenceRule", geofenceRule),
  AccessRule("AntiPassbackRule", antiPassbackRule),
  AccessRule("PresentationRule", presentationRule),
  AccessRule("InterlockRule", interlockRule),
  AccessRule("TwoPersonRule", twoPersonRule),
  AccessRule("EscortRule", escortRule),
]

/// How many rules let the person pass, and the verdict.
private func judge(_ question: RuleQuestion, explaining: Bool) -> (depth: Int, Verdict) {
  var steps: [ExplanationStep] = []
  var denial: DenialReason?
  var depth = accessRules.count
  for (index, rule) in accessRules.enumerated() {
    let answer = rule.apply(question)
    if explaining {
      steps.append(
        ExplanationStep(
          rule: rule.name, passed: answer.denial == nil, detail: answer.detail(),
          source: answer.source.map(\.description)))
    }
    if let reason = answer.denial {
      (denial, depth) = (reason, index)
      break
    }
  }
  // Without a path the last case is unreachable: PathRule has denied already.
  let decision: Verdict.Decision =
    if let denial {
      .deny(denial)
    } else if let path = question.accessPath {
      .grant(via: path.kind)
    } else {
      .deny(.ruleMismatch)
    }
  let verdict = Verdict(
    decision: decision, credential: question.holder.credential?.id,
    person: question.holder.person.id, policyRevision: question.policy.revision,
    used: denial == nil ? [question.used].compactMap { $0 } : [],
    passages: denial == nil ? question.passages : [],
    breaksAntiPassback: denial == nil && question.brokenCrossing != nil,
    isDuress: denial == nil && question.holder.credential?.isDuress == true,
    companion: denial == nil && (question.needsCompanion || question.bringsCompanion)
      ? question.request.companion : nil,
    host: denial == nil && question.needsHost ? question.request.host : nil,
    escort: question.holder.person.escort,
    steps: steps)
  return (depth, verdict)
}
