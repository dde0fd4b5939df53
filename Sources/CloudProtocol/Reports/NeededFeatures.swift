extension Hello {
  /// What of these the controller cannot do; it would ignore it.
  public func lacks(_ needed: [Feature]) -> [Feature] {
    needed.filter { features?.contains($0.rawValue) != true }
  }
}

extension PersonRecord {
  /// All that a person's record may need.
  public static let features: [Hello.Feature] = [.exclusions, .qualifications, .escort]

  /// What a controller must be able to do, so that the record means there what it says.
  public var neededFeatures: [Hello.Feature] {
    var needed: [Hello.Feature] = []
    if exclusions?.isEmpty == false { needed.append(.exclusions) }
    if qualifications?.isEmpty == false { needed.append(.qualifications) }
    if escort != nil { needed.append(.escort) }
    return needed
  }
}

extension CredentialRecord {
  /// All that a credential may need, each with the member that needs it.
  public static let features: [(feature: Hello.Feature, member: String)] = [
    (.issueNumbers, "issue"), (.unusedDays, "unusedDays"),
  ]

  /// What a controller must be able to do, so that the record means there what it says.
  public var neededFeatures: [Hello.Feature] {
    (issue == nil ? [] : [.issueNumbers]) + (unusedDays == nil ? [] : [.unusedDays])
  }
}

extension ConfigurationDocument {
  /// What a controller must be able to do, so that the configuration means there what it says.
  public var neededFeatures: [Hello.Feature] {
    let settings = [facility.settings] + scopes.map(\.settings) + doors.map(\.settings)
    let requires = settings.contains { $0.requiredQualifications?.isEmpty == false }
    let counts = facility.areas?.contains { $0.occupancy != nil } == true
    let plans: [Hello.Feature] = facility.plans?.isEmpty == false ? [.plans] : []
    let automations: [Hello.Feature] = facility.automations?.isEmpty == false ? [.automations] : []
    return (requires ? [.qualifications] : []) + (counts ? [.occupancy] : []) + plans + automations
  }
}
