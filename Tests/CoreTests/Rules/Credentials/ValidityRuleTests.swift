import DoorRules
import Testing

@Suite("C2: a credential bound in time")
struct ValidityRuleTests {
  @Test("it counts from its start less the lead to its end less the tail, to the second")
  func validity() {
    let start = RuleWorld.noon.advanced(bySeconds: 10_000)
    let end = RuleWorld.noon.advanced(bySeconds: 20_000)
    func denial(_ seconds: Int64) -> DenialReason? {
      RuleWorld {
        $0.credential?.validFrom = start
        $0.credential?.validUntil = end
        $0.at = RuleWorld.noon.advanced(bySeconds: seconds)
      }.denial
    }
    #expect(denial(10_000 - 901) == .notYetValid)
    #expect(denial(10_000 - 900) == nil)
    #expect(denial(20_000 - 61) == nil)
    #expect(denial(20_000 - 60) == .expired)
    // Milliseconds count too.
    let late = RuleWorld {
      $0.credential?.validUntil = end
      $0.at = WallInstant(
        millisecondsSince1970: end.advanced(bySeconds: -60).millisecondsSince1970 - 1)
    }
    #expect(late.denial == nil)
  }

  @Test("the facility may say another lead and tail; open ends are open")
  func margins() {
    let world = RuleWorld {
      $0.facility.leadSeconds = 0
      $0.facility.tailSeconds = 0
      $0.credential?.validFrom = $0.at
      $0.credential?.validUntil = $0.at.advanced(bySeconds: 1)
    }
    #expect(world.denial == nil)
    #expect(world.step("ValidityRule")?.source == "facility")
    #expect(RuleWorld { $0.credential?.validFrom = .init(secondsSince1970: 0) }.denial == nil)
  }

  @Test("valid from first use: good for so long after it, and before it as long as one likes")
  func firstUse() {
    func denial(_ first: Int64?) -> DenialReason? {
      RuleWorld {
        $0.credential?.validSecondsFromFirstUse = 3_600
        let at = $0.at
        $0.use = CredentialUse(
          count: first == nil ? 0 : 1, first: first.map { at.advanced(bySeconds: -$0) })
      }.denial
    }
    #expect(denial(nil) == nil)
    #expect(denial(3_599) == nil)
    #expect(denial(3_600) == .expired)
  }

  @Test("of the reservation's end and the end that the first use set the earlier counts")
  func earlierEnd() {
    func denial(end: Int64, sinceFirst: Int64) -> DenialReason? {
      RuleWorld {
        $0.credential?.validUntil = $0.at.advanced(bySeconds: end)
        $0.credential?.validSecondsFromFirstUse = 3_600
        $0.use = CredentialUse(count: 1, first: $0.at.advanced(bySeconds: -sinceFirst))
      }.denial
    }
    #expect(denial(end: 61, sinceFirst: 3_599) == nil)
    #expect(denial(end: 60, sinceFirst: 0) == .expired)
    #expect(denial(end: 9_999, sinceFirst: 3_600) == .expired)
  }
}
