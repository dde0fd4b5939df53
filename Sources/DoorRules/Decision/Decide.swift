/// May the holder of what was presented enter here now? Pure and total: it denies unless every rule
/// lets the person pass, never throws, reads no clock, and explains itself.
///
/// With several holders (one code over several reservations, or one value issued twice) each is
/// judged, in the order of credential ids. One grant is enough; otherwise the answer is the denial
/// of the holder that passed the most rules. The steps of the explanation come from the rules that
/// decide, and cost nothing unless `explaining` is true.
///
/// Where the way only leads out, the rules that only keep people out hold nobody in
/// (``AccessRule/WhoeverLeaves``), and no use is spent. Of several holders the one counts that would
/// pass anyway, or else passes the most rules: a number that was given out again is not taken for its
/// holder of last year.
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
  let mode = modeDenial(request)
  if let (denial, step) = mode, !policy.onlyLeaves(request) {
    return answer(.deny(denial), [step])
  }
  var best: (depth: Int, verdict: Verdict)?
  for holder in request.holders.sorted(by: comesBefore) {
    let question = RuleQuestion(
      request: request, holder: holder, door: door, settings: settings, policy: policy)
    let (depth, verdict) = judge(question, in: mode, explaining: explaining)
    if verdict.isGrant, verdict.leavesDespite == nil { return verdict }
    if let best, (best.verdict.isGrant ? 1 : 0, best.depth) >= (verdict.isGrant ? 1 : 0, depth) {
      continue
    }
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

/// The rules, in the order in which their denials help most: first the credential, then the person,
/// what the door knows, place and time, how it was presented, and last what else the door requires.
let accessRules = [
  credentialStatusRule,
  deviceRule,
  issueRule,
  knownPersonRule,
  accessEnabledRule,
  exclusionRule,
  offlineRule,
  clockTrustRule,
  validityRule,
  useCountRule,
  unusedRule,
  doorScopeRule,
  pathRule,
  qualificationRule,
  accessHoursRule,
  geofenceRule,
  antiPassbackRule,
  presentationRule,
  interlockRule,
  twoPersonRule,
  escortRule,
]

/// How many rules let the person pass by themselves, and the verdict. `mode` is the denial of a mode,
/// which holds nobody in.
private func judge(
  _ question: RuleQuestion, in mode: (DenialReason, ExplanationStep)?, explaining: Bool
) -> (depth: Int, Verdict) {
  let leaves = question.onlyLeaves
  var steps = explaining ? [mode?.1.holdingNobodyIn].compactMap { $0 } : []
  var despite = mode?.0
  var denial: DenialReason?
  var depth = 0
  for rule in accessRules {
    let answer = rule.apply(question)
    let passes = answer.denial == nil || leaves && rule.whoeverLeaves == .passes
    if explaining {
      let step = ExplanationStep(
        rule: rule.name, passed: answer.denial == nil, detail: answer.detail(),
        source: answer.source.map(\.description))
      steps.append(passes && !step.passed ? step.holdingNobodyIn : step)
    }
    guard passes else {
      denial = answer.denial
      break
    }
    if answer.denial == nil { depth += 1 }
    despite = despite ?? answer.denial
  }
  // Without a path the last case is unreachable: PathRule has denied already.
  let decision: Verdict.Decision =
    if let denial {
      .deny(denial)
    } else if despite != nil {
      .grant(via: .leaving)
    } else if let path = question.accessPath {
      .grant(via: path.kind)
    } else {
      .deny(.ruleMismatch)
    }
  let verdict = Verdict(
    decision: decision, credential: question.holder.credential?.id,
    person: question.holder.person.id, policyRevision: question.policy.revision,
    used: denial == nil && !leaves ? [question.used].compactMap { $0 } : [],
    passages: denial == nil ? question.passages : [],
    breaksAntiPassback: denial == nil && question.brokenCrossing != nil,
    isDuress: denial == nil && question.holder.credential?.isDuress == true,
    companion: denial == nil && (question.needsCompanion || question.bringsCompanion)
      ? question.request.companion : nil,
    host: denial == nil && question.needsHost ? question.request.host : nil,
    escort: question.holder.person.escort, isLeaving: denial == nil && leaves,
    leavesDespite: denial == nil ? despite : nil, steps: steps)
  return (depth, verdict)
}
