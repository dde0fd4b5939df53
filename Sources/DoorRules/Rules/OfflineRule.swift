/// Without its cloud a door accepts each class of credentials for a configured number of hours
/// only, so that a revocation cannot stay unknown for ever.
func offlineRule(_ question: RuleQuestion) -> RuleAnswer {
  let kind = question.credentialClass
  let name = question.className
  let age = question.request.cacheAgeSeconds
  func hours() -> String {
    let limit = kind.offlineHours.map { "\($0) h" } ?? "no end"
    return "class \(name): \(age / 3_600) h since the cloud was heard, limit \(limit)"
  }
  let freshness = kind.freshness(cacheAgeSeconds: age)
  switch freshness {
  case .fresh, .grace: return .pass(from: .facility, "\(freshness.rawValue), \(hours())")
  case .expired: return .deny(.cacheExpired, from: .facility, hours())
  }
}
