import DoorRules
import Testing

@Suite("G6: a credential that nobody used for so many days")
struct UnusedRuleTests {
  private static let day: Int64 = 86_400

  /// Last used so many seconds ago: at this door, and as far as the cloud knows.
  private func world(
    here: Int64?, elsewhere: Int64? = nil, _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    func ago(_ seconds: Int64) -> WallInstant { RuleWorld.noon.advanced(bySeconds: -seconds) }
    return RuleWorld {
      $0.credential?.unusedDays = 3
      $0.credential?.lastUsed = elsewhere.map(ago)
      $0.use = CredentialUse(count: 4, first: ago(9 * Self.day), last: here.map(ago))
      change(&$0)
    }
  }

  @Test("it is suspended from the last moment of its days on; the later of both uses counts")
  func days() {
    let over = 3 * Self.day
    #expect(world(here: over - 1).denial == nil)
    #expect(world(here: over).denial == .unusedTooLong)
    #expect(world(here: over, elsewhere: over - 1).denial == nil)
    #expect(world(here: over - 1, elsewhere: over).denial == nil)
    #expect(world(here: nil, elsewhere: over).denial == .unusedTooLong)
    // A use under a clock that was fast suspends nobody.
    #expect(world(here: -60).denial == nil)
    #expect(world(here: over) { $0.credential?.unusedDays = nil }.denial == nil)
  }

  @Test("a door that remembers nothing lets in, unless the cloud names an old use")
  func lost() {
    #expect(world(here: nil).denial == nil)
    #expect(world(here: nil, elsewhere: 4 * Self.day).denial == .unusedTooLong)
    #expect(
      world(here: nil).step("UnusedRule")?.detail
        == "no use of credential key is known; its 3 days begin with the next")
    #expect(
      world(here: 4 * Self.day).step("UnusedRule")?.detail
        == "credential key was last used 1970-01-01 12:00 and may stay unused for 3 days")
  }

  @Test("only an entry under a clock that is trusted begins the days anew")
  func remembered() {
    func last(_ trust: ClockTrust, days: Int? = 3) -> WallInstant? {
      let world = world(here: Self.day) {
        $0.clockTrust = trust
        $0.credential?.unusedDays = days
        $0.credential?.usesMax = 9
        $0.facility.classes[CredentialClass.standardName] = CredentialClass(unknownClock: .allow)
      }
      return world.verdict().used.first?.use?.last
    }
    let before = RuleWorld.noon.advanced(bySeconds: -Self.day)
    #expect(last(.synchronised) == RuleWorld.noon && last(.holdover) == RuleWorld.noon)
    #expect(last(.doubtful) == before && last(.unknown) == before)
    #expect(last(.synchronised, days: nil) == nil)
    #expect(world(here: 3 * Self.day).verdict().used == [])
  }

  @Test("a door that does not know the time denies what depends on it, unless the class allows it")
  func clock() {
    func denial(_ ago: Int64?, _ trust: ClockTrust, allows: Bool = false) -> DenialReason? {
      world(here: ago) {
        $0.clockTrust = trust
        if allows {
          $0.facility.classes[CredentialClass.standardName] = CredentialClass(unknownClock: .allow)
        }
      }.denial
    }
    #expect(denial(Self.day, .unknown) == .clockUntrusted)
    #expect(denial(Self.day, .doubtful) == .clockUntrusted)
    #expect(denial(Self.day, .doubtful, allows: true) == nil)
    #expect(denial(4 * Self.day, .doubtful, allows: true) == .unusedTooLong)
    #expect(denial(4 * Self.day, .unknown, allows: true) == nil)
    #expect(denial(nil, .unknown) == nil)
  }
}
