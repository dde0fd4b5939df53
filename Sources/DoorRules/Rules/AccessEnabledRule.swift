/// A person whose access is switched off opens nothing, whatever rules and grants allow.
func accessEnabledRule(_ question: RuleQuestion) -> RuleAnswer {
  let person = question.holder.person
  return person.accessEnabled
    ? .pass("person \(person.id) is switched on")
    : .deny(.accessDisabled, "person \(person.id) is switched off")
}
