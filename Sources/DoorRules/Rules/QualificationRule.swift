/// A person must have what the door requires, and it must not have ended. What
/// ends while somebody is inside holds nobody in.
let qualificationRule = AccessRule("QualificationRule", whoeverLeaves: .passes) { question in
  let required = question.settings.requiredQualifications
  guard !required.value.isEmpty else { return question.pass("nothing is required here") }
  for name in question.place.qualifications {
    if let denial = question.denial(for: name, from: required.source) { return denial }
  }
  return question.pass(
    from: required.source,
    "\(question.holder.person.id) has \(question.place.qualifications.joined(separator: ", "))")
}

extension RuleQuestion {
  /// Nil when the person has it now. Of several with one name the longest counts.
  fileprivate func denial(for name: String, from source: SettingSource) -> RuleAnswer? {
    let person = holder.person
    var last: WallInstant?
    for held in person.qualifications where held.name.utf8.elementsEqual(name.utf8) {
      guard let end = held.until else { return nil }
      last = last.map { max($0, end) } ?? end
    }
    guard let end = last else {
      return deny(.qualificationMissing, from: source, "\(person.id) does not have \(name)")
    }
    if hasSurelyCome(end) {
      let now = request.at
      return deny(
        .qualificationEnded, from: source,
        "\(name) of \(person.id) ended \(policy.text(of: end)), now \(policy.text(of: now))")
    }
    let trust = request.clockTrust
    guard !trust.isTrusted, !ignoresTime else { return nil }
    return deny(
      .clockUntrusted, from: source,
      "\(name) of \(person.id) has an end and the clock is \(trust.rawValue)")
  }
}
