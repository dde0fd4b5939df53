/// A credential that may be used so often opens no more after that.
func useCountRule(_ question: RuleQuestion) -> RuleAnswer {
  guard let most = question.holder.credential?.usesMax else {
    return .pass("\(question.subject) may be used as often as one likes")
  }
  let detail = "\(question.subject) was used \(question.holder.use.count) times of \(most)"
  return question.holder.use.count < most
    ? .pass(detail) : .deny(.useCountExceeded, detail)
}

extension RuleQuestion {
  /// The credential's use once this entry is in it; nil where nobody counts.
  var useAfterwards: CredentialUse? {
    guard holder.credential?.countsUses == true else { return nil }
    return CredentialUse(count: holder.use.count + 1, first: holder.use.first ?? request.at)
  }
}
