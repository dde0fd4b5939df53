import DoorRules
import Testing

@Suite("C1 C2: what is wrong with the credential")
struct RuleCredentialTests {
  @Test("nobody knows it: unknownCredential, and no person is named")
  func unknown() {
    let verdict = RuleWorld { $0.isKnown = false }.verdict()
    #expect(verdict.decision == .deny(.unknownCredential))
    #expect(verdict.person == nil)
    #expect(verdict.steps.map(\.rule) == ["CredentialRule"])
  }

  @Test("a withdrawn one is credentialRevoked, before anything else about it")
  func revoked() {
    let world = RuleWorld {
      $0.credential?.status = .revoked
      $0.person.accessEnabled = false
      $0.credential?.validUntil = .init(secondsSince1970: 0)
    }
    #expect(world.denial == .credentialRevoked)
  }

  @Test("one for another controller is wrongDevice; one that names none, or ours, is not")
  func device() {
    #expect(RuleWorld { $0.credential?.device = ControllerID("other") }.denial == .wrongDevice)
    #expect(RuleWorld { $0.credential?.device = RuleWorld.here }.denial == nil)
    #expect(RuleWorld().denial == nil)
  }

  @Test("one for another door is wrongDoor, by door and by scope")
  func place() {
    #expect(RuleWorld { $0.credential?.doors = [RuleWorld.back] }.denial == .wrongDoor)
    #expect(RuleWorld { $0.credential?.doors = [RuleWorld.front] }.denial == nil)
    #expect(RuleWorld { $0.credential?.scopes = [RuleWorld.all] }.denial == .wrongDoor)
    #expect(
      RuleWorld {
        $0.credential?.scopes = [RuleWorld.all]
        $0.scopes = [Scope(id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front])]
      }.denial == nil)
  }

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

  @Test("used as often as allowed is useCountExceeded; a grant tells the use to keep")
  func uses() {
    func world(_ count: Int) -> RuleWorld {
      RuleWorld {
        $0.credential?.usesMax = 2
        $0.use = CredentialUse(count: count, first: count > 0 ? .init(secondsSince1970: 5) : nil)
      }
    }
    #expect(world(0).verdict().use == CredentialUse(count: 1, first: RuleWorld.noon))
    #expect(world(1).verdict().use == CredentialUse(count: 2, first: .init(secondsSince1970: 5)))
    #expect(world(2).denial == .useCountExceeded)
    #expect(world(2).verdict().use == nil)
    #expect(RuleWorld().verdict().use == nil)
  }

  @Test("of several holders one grant is enough; else the one that got farthest answers")
  func severalHolders() throws {
    let world = RuleWorld()
    var revoked = Credential(
      id: try #require(CredentialID("a")), kind: .card, person: RuleWorld.ada)
    revoked.status = .revoked
    var elsewhere = revoked
    elsewhere.id = try #require(CredentialID("b"))
    elsewhere.status = .active
    elsewhere.doors = [RuleWorld.back]
    var request = world.request
    let good = request.holders
    request.holders = [revoked, elsewhere].map {
      CredentialHolder(credential: $0, person: world.person)
    }
    #expect(decide(request, under: world.policy).decision == .deny(.wrongDoor))
    request.holders += good
    #expect(decide(request, under: world.policy).credential == RuleWorld.key)
    request.holders.reverse()
    #expect(decide(request, under: world.policy).credential == RuleWorld.key)
  }
}
