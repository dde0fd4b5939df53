/// Of a card that was given out again, only the issue that the cloud names opens: neither an older
/// one, nor one that the cloud does not know yet. An older one may be in
/// other hands, and is no way out either.
let issueRule = AccessRule("IssueRule", whoeverLeaves: .isJudged) { question in
  guard let issue = question.holder.credential?.issue else {
    return question.pass("no issue number is asked for")
  }
  guard let shown = question.holder.issue else {
    return question.deny(
      .issueUnknown, "\(question.subject) is issue \(issue), and the card told none")
  }
  if shown < issue {
    return question.deny(
      .issueOutdated, "\(question.subject) is issue \(issue), the card is the older \(shown)")
  }
  if shown > issue {
    return question.deny(
      .issueUnknown, "\(question.subject) is issue \(issue), the card is the newer \(shown)")
  }
  return question.pass("\(question.subject) is issue \(issue), and so is the card")
}
