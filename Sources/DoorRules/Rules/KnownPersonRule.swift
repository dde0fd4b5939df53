/// A credential opens nothing while the person whom it names is not here. Whoever leaves is
/// somebody, too: nobody could say who went, as with an unknown card.
let knownPersonRule = AccessRule("KnownPersonRule", whoeverLeaves: .isJudged) { question in
  let person = question.holder.person
  return person.isKnown
    ? question.pass("person \(person.id) is known here")
    : question.deny(.unknownPerson, "no person \(person.id) is known here")
}
