/// A person whose access is switched off opens nothing, whatever rules and grants allow. Who is
/// switched off while inside leaves as ever, like somebody who is denied the door.
let accessEnabledRule = AccessRule("AccessEnabledRule", whoeverLeaves: .passes) { question in
  let person = question.holder.person
  return person.accessEnabled
    ? question.pass("person \(person.id) is switched on")
    : question.deny(.accessDisabled, "person \(person.id) is switched off")
}
