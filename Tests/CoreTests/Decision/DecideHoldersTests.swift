import DoorRules
import Testing

@Suite("B8: nobody, somebody, several")
struct DecideHoldersTests {
  @Test("nobody knows it: unknownCredential, and no person is named")
  func unknown() {
    let verdict = RuleWorld { $0.isKnown = false }.verdict()
    #expect(verdict.decision == .deny(.unknownCredential))
    #expect(verdict.person == nil)
    #expect(verdict.steps.map(\.rule) == ["CredentialRule"])
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

  @Test("of several who get equally far the first by credential, then by person, answers")
  func tie() {
    let world = RuleWorld()
    func holder(_ credential: String?, _ person: String) -> CredentialHolder? {
      guard let id = PersonID(person) else { return nil }
      return CredentialHolder(
        credential: credential.flatMap { CredentialID($0) }.map {
          Credential(id: $0, kind: .card, person: id, status: .active)
        }, person: Person(id: id, accessEnabled: false))
    }
    func first(_ holders: [CredentialHolder?]) -> [PersonID?] {
      [holders, holders.reversed()].map { order in
        var request = world.request
        request.holders = order.compactMap { $0 }
        return decide(request, under: world.policy).person
      }
    }
    let (ann, zoe) = (PersonID("ann"), PersonID("zoe"))
    #expect(first([holder("k1", "zoe"), holder("k2", "ann")]) == [zoe, zoe])
    #expect(first([holder("k", "zoe"), holder("k", "ann")]) == [ann, ann])
    #expect(first([holder(nil, "zoe"), holder(nil, "ann")]) == [ann, ann])
    #expect(first([holder(nil, "zoe"), holder("k", "ann")]) == [zoe, zoe])
  }

  @Test("a person known without a credential is judged by rules and grants alone")
  func bare() {
    let world = RuleWorld.withoutPaths { $0.credential = nil }
    #expect(world.denial == .ruleMismatch)
    let granted = RuleWorld.withoutPaths {
      $0.credential = nil
      $0.person.grants = [Grant(facilityWide: true)]
    }.verdict()
    #expect(granted.isGrant)
    #expect(granted.credential == nil)
    #expect(granted.person == RuleWorld.ada)
  }

  @Test("a door that the policy does not have is unknownDoor, override or not")
  func unknownDoor() {
    var request = RuleWorld().request
    request.override = AdminOverride(by: "desk", reason: "drill")
    #expect(decide(request, under: .empty).decision == .deny(.unknownDoor))
  }
}
