/// A door may require two people who both have access, one right after the other. Whoever leaves
/// needs nobody.
let twoPersonRule = AccessRule("TwoPersonRule", whoeverLeaves: .passes) { question in
  let required = question.settings.personsRequired
  guard required.value > 1 else { return question.pass("one person is enough") }
  guard !question.request.mode.holdsOpen else {
    return question.pass(from: required.source, "the door stands open anyway")
  }
  guard let companion = question.request.companion, companion != question.holder.person.id else {
    return question.deny(
      .secondPersonRequired, from: required.source,
      "door \(question.door.id) asks for two people; \(question.holder.person.id) is the first")
  }
  return question.pass(
    from: required.source, "\(companion) badged just before \(question.holder.person.id)")
}

extension RuleQuestion {
  /// Two people are asked for.
  var needsCompanion: Bool { settings.personsRequired.value > 1 && mayNeedCompany }
}
