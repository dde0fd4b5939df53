/// While the clock is not trusted, a credential or a door that depends on the time is denied, unless
/// the credential's class allows it. What has surely ended is for ``validityRule``. A wrong clock
/// holds nobody in.
let clockTrustRule = AccessRule("ClockTrustRule", whoeverLeaves: .passes) { question in
  let trust = question.request.clockTrust
  guard !trust.isTrusted else { return question.pass("the clock is \(trust.rawValue)") }
  guard question.credentialClass.unknownClock == .deny else {
    return question.pass(
      from: .facility, "the clock is \(trust.rawValue); class \(question.className) allows that")
  }
  if question.hasSurelyEnded {
    return question.pass("the clock is \(trust.rawValue), and that has ended")
  }
  if question.holder.credential?.isTimeBounded == true {
    return question.deny(
      .clockUntrusted, from: .facility,
      "\(question.subject) is bounded in time and the clock is \(trust.rawValue)")
  }
  if let hours = question.effectiveHours {
    return question.deny(
      .clockUntrusted, from: hours.source, "there are hours and the clock is \(trust.rawValue)")
  }
  return question.pass("the clock is \(trust.rawValue), and nothing here depends on it")
}

extension RuleQuestion {
  /// The clock is not trusted, and the credential's class says to ignore the time then.
  var ignoresTime: Bool {
    !request.clockTrust.isTrusted && credentialClass.unknownClock == .allow
  }

  /// The credential's end has been reached, by a time that is at least the earliest possible.
  var hasSurelyEnded: Bool {
    hasSurelyCome(activeUntil)
  }
}
