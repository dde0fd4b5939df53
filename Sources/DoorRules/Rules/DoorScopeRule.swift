/// A credential issued for some doors opens those and no other.
func doorScopeRule(_ question: RuleQuestion) -> RuleAnswer {
  let credential = question.holder.credential
  guard credential.namesPlaces else {
    return .pass("credential \(credential.id) is not bound to doors")
  }
  return question.covers(credential.doors, credential.scopes)
    ? .pass("credential \(credential.id) is for \(question.door.id)")
    : .deny(
      .wrongDoor, "credential \(credential.id) is for other doors, not \(question.door.id)")
}

extension Credential {
  /// Issued for particular doors or scopes.
  var namesPlaces: Bool { !doors.isEmpty || !scopes.isEmpty }
}

extension RuleQuestion {
  /// True when the door is among these doors, or in one of these scopes.
  func covers(_ doors: Set<DoorID>, _ scopes: Set<ScopeID>) -> Bool {
    doors.contains(door.id)
      || scopes.contains { policy.scopes[$0]?.doors.contains(door.id) == true }
  }
}
