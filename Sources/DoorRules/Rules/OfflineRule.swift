/// Without its cloud a door accepts each class of credentials for a configured number of hours
/// only, so that a revocation cannot stay unknown for ever. The hours without it count
/// against entering only.
let offlineRule = AccessRule("OfflineRule", whoeverLeaves: .passes) { question in
  let credentialClass = question.credentialClass
  let age = question.request.cacheAgeSeconds
  func hours() -> String {
    let limit = credentialClass.offlineHours.map { "\($0) h" } ?? "no end"
    return "class \(question.className): \(age / 3_600) h since the cloud was heard, limit \(limit)"
  }
  let freshness = credentialClass.freshness(cacheAgeSeconds: age)
  switch freshness {
  case .fresh, .grace: return question.pass(from: .facility, "\(freshness.rawValue), \(hours())")
  case .expired: return question.deny(.cacheExpired, from: .facility, hours())
  }
}
