/// With a clock that cannot be believed nothing that is bounded in time is let in.
func clockTrustRule(_ question: RuleQuestion) -> RuleAnswer {
  switch question.request.clockTrust {
  case .synchronised, .holdover:
    return .pass("the clock is \(question.request.clockTrust.rawValue)")
  case .unknown:
    let credential = question.holder.credential
    if credential.validFrom != nil || credential.validUntil != nil {
      return .deny(.clockUntrusted, "credential \(credential.id) is bounded and the clock unknown")
    }
    if question.effectiveHours != nil {
      return .deny(.clockUntrusted, "the door has hours and the clock is unknown")
    }
    return .pass("the clock is unknown, and nothing here depends on it")
  }
}
