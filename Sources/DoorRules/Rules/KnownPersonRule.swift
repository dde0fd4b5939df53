/// A credential opens nothing while the person whom it names is not here.
func knownPersonRule(_ question: RuleQuestion) -> RuleAnswer {
  let person = question.holder.person
  return person.isKnown
    ? .pass("person \(person.id) is known here")
    : .deny(.unknownPerson, "no person \(person.id) is known here")
}
