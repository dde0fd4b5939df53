/// A plan in force lets only the people of its level pass. Of several the highest rank counts. It holds
/// nobody in, and a door that stands open, as in a fire, asks for nothing.
let planRule = AccessRule("PlanRule", whoeverLeaves: .passes) { question in
  guard !question.request.plans.isEmpty else { return question.pass("no plan is in force") }
  guard !question.request.mode.holdsOpen else {
    return question.pass("the door stands open anyway")
  }
  if let found = question.keptOutBy(drill: false) {
    return question.deny(
      .planInForce, from: .facility,
      "\(question.inForce(found.plan)), and passes \(found.level.words); "
        + "\(question.holder.person.id) is not of that level")
  }
  guard let drill = question.keptOutBy(drill: true) else {
    return question.pass("no plan in force keeps \(question.holder.person.id) out here")
  }
  return question.pass(
    from: .facility,
    "\(drill.plan.id) (\(drill.plan.name)) is only practised; in force it would keep out "
      + question.holder.person.id.rawValue)
}

extension RuleQuestion {
  /// The plan that keeps this person out here, or would if it was not practised.
  func keptOutBy(drill: Bool) -> (plan: Plan, level: Plan.Level)? {
    var rank = 0
    var found: (plan: Plan, level: Plan.Level)?
    for entry in request.plans where entry.isDrill == drill {
      guard let reach = policy.reach(of: entry.plan), reach.plan.rank >= rank,
        let level = reach.level(
          at: door.id, reader: request.reader, readers: request.doorReaders)
      else { continue }
      // What a weaker one said counts no more.
      if reach.plan.rank > rank { found = nil }
      rank = reach.plan.rank
      if found == nil, !level.lets(holder.person) { found = (reach.plan, level) }
    }
    return found
  }

  /// What the record names: the plan that denied, or would have if it was not practised.
  func plan(where denial: DenialReason?) -> PlanID? {
    if denial == .planInForce { return keptOutBy(drill: false)?.plan.id }
    guard denial == nil, !onlyLeaves, !request.mode.holdsOpen else { return nil }
    return keptOutBy(drill: true)?.plan.id
  }

  fileprivate func inForce(_ plan: Plan) -> String {
    let entry = request.plans.first { $0.plan == plan.id && !$0.isDrill }
    return "plan \(plan.id) (\(plan.name)), rank \(plan.rank), is in force since "
      + (entry.map { policy.text(of: $0.since) } ?? "an unknown time")
  }
}
