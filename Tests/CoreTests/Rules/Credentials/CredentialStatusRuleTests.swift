import DoorRules
import Testing

@Suite("C5: a withdrawn credential")
struct CredentialStatusRuleTests {
  @Test("a withdrawn one is credentialRevoked, before anything else about it")
  func revoked() {
    let world = RuleWorld {
      $0.credential?.status = .revoked
      $0.person.accessEnabled = false
      $0.credential?.validUntil = .init(secondsSince1970: 0)
    }
    #expect(world.denial == .credentialRevoked)
  }
}
