/// An explicit deny wins over every way in. It ends by itself only when its end has surely come, and
/// it holds nobody in.
let exclusionRule = AccessRule("ExclusionRule", whoeverLeaves: .passes) { question in
  let person = question.holder.person
  guard !person.exclusions.isEmpty else { return question.pass("nothing is denied to this person") }
  guard let exclusion = person.exclusions.first(fitting: { question.isInForce($0) }) else {
    return question.pass("no denial of \(person.id) is for \(question.door.id) and still in force")
  }
  return question.deny(
    .excluded,
    "\(person.id) is denied here until "
      + (exclusion.until.map(question.policy.text) ?? "further notice"))
}

extension RuleQuestion {
  fileprivate func isInForce(_ exclusion: Exclusion) -> Bool {
    (exclusion.facilityWide || covers(exclusion.doors, exclusion.groups))
      && !hasSurelyCome(exclusion.until)
  }

  /// The moment has come, by a time that is at least the earliest possible. False for nil.
  func hasSurelyCome(_ moment: WallInstant?) -> Bool {
    guard let moment, request.clockTrust.isReached else { return false }
    return moment <= request.at
  }
}
