/// A person must have what the door requires, and it must not have ended. What
/// ends while somebody is inside holds nobody in.
let qualificationRule = AccessRule("QualificationRule", whoeverLeaves: .passes) { question in
  let required = question.settings.requiredQualifications
  guard !required.value.isEmpty else { return .pass("nothing is required here") }
  for name in required.value.sorted() {
    if let denial = question.denial(for: name, from: required.source) { return denial }
  }
  return .pass(
    from: required.source,
    "\(question.holder.person.id) has \(required.value.sorted().joined(separator: ", "))")
}

extension RuleQuestion {
  /// Nil when the person has it now. Of several with one name the longest counts.
  fileprivate func denial(for name: String, from source: SettingSource) -> RuleAnswer? {
    let person = holder.person
    let held = person.qualifications.filter { $0.name.utf8.elementsEqual(name.utf8) }
    guard !held.isEmpty else {
      return .deny(.qualificationMissing, from: source, "\(person.id) does not have \(name)")
    }
    let ends = held.compactMap(\.until)
    guard ends.count == held.count, let end = ends.max() else { return nil }
    if hasSurelyCome(end) {
      let (policy, now) = (policy, request.at)
      return .deny(
        .qualificationEnded, from: source,
        "\(name) of \(person.id) ended \(policy.text(of: end)), now \(policy.text(of: now))")
    }
    let trust = request.clockTrust
    guard !trust.isTrusted, !ignoresTime else { return nil }
    return .deny(
      .clockUntrusted, from: source,
      "\(name) of \(person.id) has an end and the clock is \(trust.rawValue)")
  }
}
