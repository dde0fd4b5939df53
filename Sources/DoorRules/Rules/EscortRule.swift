/// Whoever must be escorted enters only with a host, who badges at the same door just before or after.
/// Whoever leaves needs none.
let escortRule = AccessRule("EscortRule", whoeverLeaves: .passes) { question in
  guard question.holder.person.escort == .needed else {
    return question.pass("nobody must come along")
  }
  guard !question.request.mode.holdsOpen else {
    return question.pass("the door stands open anyway")
  }
  let seconds = question.settings.escortSeconds
  let person = question.holder.person.id
  guard let host = question.request.host, host != person else {
    return question.deny(
      .escortRequired, from: seconds.source,
      "\(person) needs a host, who badges within \(seconds.value) s")
  }
  return question.pass(from: seconds.source, "\(host) escorts \(person)")
}

extension RuleQuestion {
  /// The person enters only with a host.
  var needsHost: Bool { holder.person.escort == .needed && mayNeedCompany }

  /// The person is the host that somebody waits for here.
  var bringsCompanion: Bool {
    request.companionNeedsHost && holder.person.escort == .host && mayNeedCompany
      && request.companion != holder.person.id
  }
}
