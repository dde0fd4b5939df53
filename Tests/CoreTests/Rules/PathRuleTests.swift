import DoorRules
import Testing

@Suite("B1 B2: rules, grants and places")
struct PathRuleTests {
  @Test("without rule, grant or place nobody enters")
  func nothing() {
    #expect(RuleWorld.withoutPaths().denial == .ruleMismatch)
    #expect(RuleWorld.withoutPaths().step("PathRule")?.detail.contains("no member rules") == true)
  }

  @Test("either path opens: a rule, a grant, or a credential issued for the door")
  func paths() {
    let staff = MemberRule(name: "staff", memberTypes: ["staff"])
    #expect(RuleWorld.withoutPaths([staff]) { $0.person.memberType = "staff" }.path == .rules)
    #expect(RuleWorld.withoutPaths([staff]).denial == .ruleMismatch)
    #expect(
      RuleWorld.withoutPaths { $0.person.grants = [Grant(facilityWide: true)] }.path == .grant)
    #expect(
      RuleWorld.withoutPaths { $0.person.grants = [Grant(doors: [RuleWorld.back])] }.denial
        == .ruleMismatch)
    #expect(
      RuleWorld.withoutPaths {
        $0.person.grants = [Grant(groups: [RuleWorld.all])]
        $0.scopes = [Scope(id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front])]
      }.path == .grant)
    #expect(RuleWorld.withoutPaths { $0.credential?.doors = [RuleWorld.front] }.path == .credential)
  }

  @Test("a credential's own place asks for an active membership, a grant does not")
  func status() {
    #expect(
      RuleWorld.withoutPaths {
        $0.credential?.doors = [RuleWorld.front]
        $0.person.membershipStatus = "paused"
      }.denial == .ruleMismatch)
    #expect(
      RuleWorld.withoutPaths {
        $0.person.grants = [Grant(facilityWide: true)]
        $0.person.membershipStatus = "paused"
      }.denial == nil)
  }

  @Test("a rule asks for type, status and tags, each alone enough to fail it")
  func conditions() {
    let rule = MemberRule(
      name: "gym", memberTypes: ["member", "staff"], membershipStatuses: ["active", "trial"],
      anyTags: ["gym", "pool"], allTags: ["paid"], noneOfTags: ["banned"])
    func fits(_ change: (inout Person) -> Void) -> Bool {
      var person = Person(
        id: RuleWorld.ada, accessEnabled: true, memberType: "member", membershipStatus: "trial",
        tags: ["gym"], customTags: ["paid"])
      change(&person)
      return rule.mismatch(of: person) == nil
    }
    #expect(fits { _ in })
    #expect(!fits { $0.memberType = "guest" })
    #expect(!fits { $0.membershipStatus = "paused" })
    #expect(!fits { $0.tags = [] })
    #expect(fits { $0.tags = ["pool"] })
    #expect(!fits { $0.customTags = [] })
    #expect(!fits { $0.customTags = ["paid", "banned"] })
  }
}
