/// While the clock is unknown, a credential or a door that depends on the time is denied, unless
/// the credential's class allows it.
func clockTrustRule(_ question: RuleQuestion) -> RuleAnswer {
  let trust = question.request.clockTrust
  guard trust == .unknown else { return .pass("the clock is \(trust.rawValue)") }
  guard question.credentialClass.unknownClock == .deny else {
    return .pass(from: .facility, "the clock is unknown; class \(question.className) allows that")
  }
  if question.holder.credential?.isTimeBounded == true {
    return .deny(
      .clockUntrusted, from: .facility,
      "\(question.subject) is bounded in time and the clock is unknown")
  }
  if let hours = question.effectiveHours {
    return .deny(.clockUntrusted, from: hours.source, "there are hours and the clock is unknown")
  }
  return .pass("the clock is unknown, and nothing here depends on it")
}

extension RuleQuestion {
  /// The clock is unknown, and the credential's class says to ignore the time then.
  var ignoresTime: Bool {
    request.clockTrust == .unknown && credentialClass.unknownClock == .allow
  }
}
