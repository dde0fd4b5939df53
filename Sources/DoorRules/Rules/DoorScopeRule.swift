/// A credential issued for some doors opens those and no other.
func doorScopeRule(_ question: RuleQuestion) -> RuleAnswer {
  guard let credential = question.holder.credential, credential.namesPlaces else {
    return .pass("\(question.subject) is not bound to doors")
  }
  return question.covers(credential.doors, credential.scopes)
    ? .pass("credential \(credential.id) is for \(question.door.id)")
    : .deny(
      .wrongDoor, "credential \(credential.id) is for other doors, not \(question.door.id)")
}
