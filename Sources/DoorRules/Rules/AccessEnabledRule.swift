/// The person's switch beats every rule and every grant.
func accessEnabledRule(_ question: RuleQuestion) -> RuleAnswer {
  let person = question.holder.person
  return person.accessEnabled
    ? .pass("person \(person.id) is switched on")
    : .deny(.accessDisabled, "person \(person.id) is switched off")
}
