/// A credential counts from `validFrom` on, and no more from `validUntil` on.
func validityRule(_ question: RuleQuestion) -> RuleAnswer {
  let credential = question.holder.credential
  let now = question.request.at
  func show(_ instant: WallInstant?) -> String {
    instant.map { question.policy.zone.text(at: $0) } ?? "open"
  }
  if let from = credential.validFrom, now < from {
    return .deny(.notYetValid, "begins \(show(from)), now \(show(now))")
  }
  if let until = credential.validUntil, until <= now {
    return .deny(.expired, "ended \(show(until)), now \(show(now))")
  }
  return .pass(
    "from \(show(credential.validFrom)) until \(show(credential.validUntil)), now \(show(now))")
}

extension ZoneRules {
  /// `2026-11-20 09:30` as the facility's clock shows it.
  func text(at instant: WallInstant) -> String {
    let civil = civil(at: instant)
    let date = civil.date
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year)-\(two(date.month))-\(two(date.day)) \(civil.clockText)"
  }
}
