/// A revoked credential opens nothing.
func credentialStatusRule(_ question: RuleQuestion) -> RuleAnswer {
  guard let credential = question.holder.credential else {
    return .pass("person \(question.holder.person.id), known without a credential")
  }
  switch credential.status {
  case .active: return .pass("credential \(credential.id) is active")
  case .revoked: return .deny(.credentialRevoked, "credential \(credential.id) was revoked")
  }
}
