/// A credential is valid from its start minus the lead until its end minus the tail. A credential
/// that begins with its first use is valid for a fixed time after that use. Who stays beyond
/// the end must get out.
let validityRule = AccessRule("ValidityRule", whoeverLeaves: .passes) { question in
  guard let credential = question.holder.credential, credential.isTimeBounded else {
    return question.pass("\(question.subject) has no bounds in time")
  }
  if question.ignoresTime, !question.hasSurelyEnded {
    return question.pass(from: .facility, "the clock is \(question.request.clockTrust.rawValue)")
  }
  let now = question.request.at
  func show(_ instant: WallInstant?) -> String {
    instant.map(question.policy.text) ?? "open"
  }
  if let from = question.activeFrom, now < from {
    return question.deny(
      .notYetValid, from: .facility, "counts from \(show(from)), now \(show(now))")
  }
  if let until = question.activeUntil, until <= now {
    return question.deny(
      .expired, from: .facility, "counted until \(show(until)), now \(show(now))")
  }
  return question.pass(
    from: .facility,
    "counts from \(show(question.activeFrom)) until \(show(question.activeUntil)), now \(show(now))"
  )
}

extension RuleQuestion {
  /// Start minus the lead.
  var activeFrom: WallInstant? {
    holder.credential?.validFrom?.advanced(bySeconds: -policy.facility.leadSeconds)
  }

  /// End minus the tail, or the end that the first use set, whichever is earlier.
  var activeUntil: WallInstant? {
    let end = holder.credential?.validUntil?.advanced(bySeconds: -policy.facility.tailSeconds)
    guard let seconds = holder.credential?.validSecondsFromFirstUse, let first = holder.use.first
    else { return end }
    let other = first.advanced(bySeconds: seconds)
    return end.map { min($0, other) } ?? other
  }
}
