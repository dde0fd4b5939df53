/// An explicit deny wins over every way in. It ends by itself only when its end has surely come, and
/// it holds nobody in.
func exclusionRule(_ question: RuleQuestion) -> RuleAnswer {
  let person = question.holder.person
  guard !person.exclusions.isEmpty else { return .pass("nothing is denied to this person") }
  guard let exclusion = person.exclusions.first(where: question.isInForce) else {
    return .pass("no denial of \(person.id) is for \(question.door.id) and still in force")
  }
  func detail() -> String {
    let end = exclusion.until.map(question.policy.text) ?? "further notice"
    return "\(person.id) is denied here until \(end)"
  }
  guard !question.onlyLeaves else { return .pass(detail() + ", and may leave") }
  return .deny(.excluded, detail())
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
