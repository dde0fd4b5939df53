import DoorRules
import Testing

@Suite("C8: how long the cache is served")
struct OfflineRuleTests {
  @Test("a class is served for its hours without the cloud, and not a second longer")
  func offline() {
    func denial(_ age: Int64, _ kind: CredentialClass?) -> DenialReason? {
      RuleWorld {
        $0.cacheAgeSeconds = age
        if let kind { $0.facility.classes = ["short": kind] }
        $0.credential?.className = "short"
      }.denial
    }
    let limit: Int64 = 72 * 3_600
    #expect(denial(limit - 1, nil) == nil)
    #expect(denial(limit, nil) == .cacheExpired)
    #expect(denial(3_599, CredentialClass(offlineHours: 1)) == nil)
    #expect(denial(3_600, CredentialClass(offlineHours: 1)) == .cacheExpired)
    #expect(denial(.max, CredentialClass(offlineHours: nil)) == nil)
  }

  @Test("fresh, grace, expired: the grace is the last hours before the end")
  func freshness() {
    let kind = CredentialClass(offlineHours: 10, graceHours: 2)
    let hours: [(Int64, CacheFreshness)] = [
      (0, .fresh), (8 * 3_600 - 1, .fresh), (8 * 3_600, .grace), (10 * 3_600 - 1, .grace),
      (10 * 3_600, .expired),
    ]
    for (age, expected) in hours { #expect(kind.freshness(cacheAgeSeconds: age) == expected) }
    let standard: [(Int64, CacheFreshness)] = [
      (60 * 3_600 - 1, .fresh), (60 * 3_600, .grace), (72 * 3_600 - 1, .grace),
      (72 * 3_600, .expired),
    ]
    for (age, expected) in standard {
      #expect(CredentialClass().freshness(cacheAgeSeconds: age) == expected)
    }
  }

  @Test("C3: a door's backup code works without cloud and clock, unless the operator says other")
  func backup() {
    func denial(_ change: (inout RuleWorld) -> Void = { _ in }) -> DenialReason? {
      RuleWorld {
        $0.credential?.className = CredentialClass.backupName
        $0.credential?.kind = .pin
        $0.presentation = .pin
        $0.cacheAgeSeconds = .max
        $0.clockTrust = .unknown
        $0.door.settings.accessHours = WeeklyHours()
        change(&$0)
      }.denial
    }
    #expect(denial() == nil)
    #expect(denial { $0.credential?.status = .revoked } == .credentialRevoked)
    #expect(
      denial { $0.facility.classes = [CredentialClass.backupName: CredentialClass()] }
        == .cacheExpired)
  }
}
