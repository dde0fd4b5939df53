/// A withdrawn credential opens nothing.
func credentialStatusRule(_ question: RuleQuestion) -> RuleAnswer {
  let credential = question.holder.credential
  switch credential.status {
  case .active: return .pass("credential \(credential.id) is active")
  case .revoked: return .deny(.credentialRevoked, "credential \(credential.id) was revoked")
  }
}
