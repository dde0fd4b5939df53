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
  func answer(
    _ decision: Verdict.Decision, _ step: @autoclosure () -> ExplanationStep
  ) -> Verdict {
    Verdict(
      decision: decision, credential: nil, person: nil, policyRevision: policy.revision,
      steps: explaining ? [step()] : [])
  }
  guard let place = policy.place(of: request.door) else {
    return answer(
      .deny(.unknownDoor),
      ExplanationStep(
        rule: "DoorRule", passed: false,
        detail: "revision \(policy.revision) has no door \(request.door)"))
  }
  if let override = request.override {
    return answer(overrideDecision(override), overrideStep(override))
  }
  let leaves = policy.onlyLeaves(request)
  let mode = request.mode.denial
  if let mode, !leaves {
    var verdict = answer(.deny(mode), modeStep(request))
    // Nobody was judged; that somebody came is worth knowing after a lockdown.
    if let holder = request.holders.first, request.holders.count == 1 {
      verdict.credential = holder.credential?.id
      verdict.person = holder.person.id
    }
    return verdict
  }
  var best: (depth: Int, verdict: Verdict)?
  let holders =
    request.holders.count > 1 ? request.holders.sorted(by: comesBefore) : request.holders
  holders.each { holder in
    if let best, best.verdict.isGrant, best.verdict.leavesDespite == nil { return }
    let question = RuleQuestion(
      request: request, holder: holder, place: place, policy: policy, onlyLeaves: leaves,
      isExplaining: explaining)
    let (depth, verdict) = judge(question, in: mode)
    if let best, (best.verdict.isGrant ? 1 : 0, best.depth) >= (verdict.isGrant ? 1 : 0, depth) {
      return
    }
    best = (depth, verdict)
  }
  if let best { return best.verdict }
  return answer(
    .deny(.unknownCredential),
    ExplanationStep(
      rule: "CredentialRule", passed: false, detail: "nothing that was shown is known here"))
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
  planRule,
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
  occupancyRule,
  presentationRule,
  interlockRule,
  twoPersonRule,
  escortRule,
]

/// How many rules let the person pass by themselves, and the verdict. `mode` is the denial of a mode,
/// which holds nobody in.
private func judge(_ question: RuleQuestion, in mode: DenialReason?) -> (depth: Int, Verdict) {
  let leaves = question.onlyLeaves
  var steps: [ExplanationStep] = []
  if question.isExplaining, mode != nil { steps.append(modeStep(question.request).holdingNobodyIn) }
  var despite = mode
  var denial: DenialReason?
  var depth = 0
  accessRules.each { rule in
    guard denial == nil else { return }
    let answer = rule.apply(question)
    let passes = answer.denial == nil || leaves && rule.whoeverLeaves == .passes
    if question.isExplaining {
      let step = ExplanationStep(
        rule: rule.name, passed: answer.denial == nil, detail: answer.detail,
        source: answer.source)
      steps.append(passes && !step.passed ? step.holdingNobodyIn : step)
    }
    if answer.denial == nil { depth += 1 }
    if passes { despite = despite ?? answer.denial } else { denial = answer.denial }
  }
  if question.isExplaining, denial == nil {
    steps += [question.firstPersonStep, question.officeStep, question.extendedTimesStep]
      .compactMap { $0 }
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
  var verdict = Verdict(
    decision: decision, credential: question.holder.credential?.id,
    person: question.holder.person.id, policyRevision: question.policy.revision,
    passages: denial == nil ? question.passages : [],
    breaksAntiPassback: denial == nil && question.brokenCrossing != nil,
    isDuress: denial == nil && question.holder.credential?.isDuress == true,
    companion: denial == nil && (question.needsCompanion || question.bringsCompanion)
      ? question.request.companion : nil,
    host: denial == nil && question.needsHost ? question.request.host : nil,
    escort: question.holder.person.escort, isLeaving: denial == nil && leaves,
    leavesDespite: denial == nil ? despite : nil, steps: steps)
  if !question.request.plans.isEmpty { verdict.plan = question.plan(where: denial) }
  if denial == nil, !leaves { verdict.uses = question.used }
  if denial == nil { verdict.extendedTimes = question.extendedTimes }
  verdict.mayBeFirst = question.mayBeFirst
  verdict.mayUseOffice = denial == nil && despite == nil && question.mayUseOffice
  return (depth, verdict)
}
