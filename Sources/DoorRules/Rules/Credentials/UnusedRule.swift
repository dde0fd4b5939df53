/// A credential that was not used for its number of days opens nothing until the cloud names a later
/// use. Where neither the door remembers a use nor the cloud names one, the days begin with the next.
/// Leaving is no use.
let unusedRule = AccessRule("UnusedRule", whoeverLeaves: .passes) { question in
  guard let days = question.holder.credential?.unusedDays else {
    return question.pass("it may stay unused")
  }
  guard let last = question.lastUse else {
    return question.pass(
      "no use of \(question.subject) is known; its \(days) days begin with the next")
  }
  let policy = question.policy
  let end = last.advanced(bySeconds: Int64(days) * 86_400)
  func detail() -> String {
    "\(question.subject) was last used \(policy.text(of: last)) and may stay unused for \(days) days"
  }
  if question.hasSurelyCome(end) { return question.deny(.unusedTooLong, detail()) }
  let trust = question.request.clockTrust
  guard trust.isTrusted || question.ignoresTime else {
    return question.deny(.clockUntrusted, detail() + "; the clock is \(trust.rawValue)")
  }
  return question.pass(detail())
}

extension RuleQuestion {
  /// The later of what this door remembers and what the cloud knows.
  fileprivate var lastUse: WallInstant? {
    guard let told = holder.credential?.lastUsed else { return holder.use.last }
    return holder.use.last.map { max($0, told) } ?? told
  }
}
