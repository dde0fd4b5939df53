/// A revoked credential opens nothing, and no way out: nobody can say who has it now. The exit button
/// asks for no card.
let credentialStatusRule = AccessRule("CredentialStatusRule", whoeverLeaves: .isJudged) {
  question in
  guard let credential = question.holder.credential else {
    return question.pass("person \(question.holder.person.id), known without a credential")
  }
  switch credential.status {
  case .active: return question.pass("credential \(credential.id) is active")
  case .revoked: return question.deny(.credentialRevoked, "credential \(credential.id) was revoked")
  }
}
