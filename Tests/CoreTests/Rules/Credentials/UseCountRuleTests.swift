import DoorRules
import Testing

@Suite("C2: a credential that is used up")
struct UseCountRuleTests {
  @Test("used as often as allowed is useCountExceeded; a grant tells the use to keep")
  func uses() {
    func world(_ count: Int) -> RuleWorld {
      RuleWorld {
        $0.credential?.usesMax = 2
        $0.use = CredentialUse(count: count, first: count > 0 ? .init(secondsSince1970: 5) : nil)
      }
    }
    func used(_ count: Int, _ first: WallInstant) -> [UsedCredential] {
      [UsedCredential(RuleWorld.key, use: CredentialUse(count: count, first: first))]
    }
    #expect(world(0).verdict().used == used(1, RuleWorld.noon))
    #expect(world(1).verdict().used == used(2, .init(secondsSince1970: 5)))
    #expect(world(2).denial == .useCountExceeded)
    #expect(world(2).verdict().used == [])
    #expect(RuleWorld().verdict().used == [UsedCredential(RuleWorld.key)])
  }
}
