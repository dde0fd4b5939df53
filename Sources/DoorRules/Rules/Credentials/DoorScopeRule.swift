/// A credential issued for certain doors opens only those, and the ways out.
let doorScopeRule = AccessRule("DoorScopeRule", whoeverLeaves: .passes) { question in
  guard let credential = question.holder.credential, credential.namesPlaces else {
    return question.pass("\(question.subject) is not bound to doors")
  }
  return question.covers(credential.doors, credential.scopes)
    ? question.pass("credential \(credential.id) is for \(question.door.id)")
    : question.deny(
      .wrongDoor, "credential \(credential.id) is for other doors, not \(question.door.id)")
}
