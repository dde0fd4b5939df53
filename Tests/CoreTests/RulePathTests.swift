import DoorRules
import Testing

@Suite("B1 B2: rules, grants and the switch")
struct RulePathTests {
  private func world(
    _ rules: [MemberRule]? = nil, _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.person.grants = []
      $0.facility.settings.memberRules = rules
      change(&$0)
    }
  }

  @Test("without rule, grant or place nobody enters")
  func nothing() {
    #expect(world().denial == .ruleMismatch)
    #expect(world().step("PathRule")?.detail.contains("no member rules") == true)
  }

  @Test("either path opens: a rule, a grant, or a credential issued for the door")
  func paths() {
    let staff = MemberRule(name: "staff", memberTypes: ["staff"])
    #expect(world([staff]) { $0.person.memberType = "staff" }.path == .rules)
    #expect(world([staff]).denial == .ruleMismatch)
    #expect(world { $0.person.grants = [Grant(facilityWide: true)] }.path == .grant)
    #expect(world { $0.person.grants = [Grant(doors: [RuleWorld.back])] }.denial == .ruleMismatch)
    #expect(
      world {
        $0.person.grants = [Grant(groups: [RuleWorld.all])]
        $0.scopes = [Scope(id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front])]
      }.path == .grant)
    #expect(world { $0.credential?.doors = [RuleWorld.front] }.path == .credential)
  }

  @Test("a credential's own place asks for an active membership, a grant does not")
  func status() {
    #expect(
      world {
        $0.credential?.doors = [RuleWorld.front]
        $0.person.membershipStatus = "paused"
      }.denial == .ruleMismatch)
    #expect(
      world {
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

  @Test("the switch beats rules and grants alike")
  func switchedOff() {
    for rules in [[], [MemberRule(name: "all")]] {
      let world = world(rules) {
        $0.person.grants = [Grant(facilityWide: true)]
        $0.person.accessEnabled = false
      }
      #expect(world.denial == .accessDisabled)
    }
  }

  @Test("of two paths the one whose hours hold now is taken, whichever comes first")
  func hours() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    let midday = try RuleWorld.hours("11:00", "13:00")
    for (rule, grant) in [(morning, midday), (midday, morning)] {
      let world = world([MemberRule(name: "all", accessHours: rule)]) {
        $0.person.grants = [Grant(facilityWide: true, accessHours: grant)]
      }
      #expect(world.path == (rule == midday ? .rules : .grant))
    }
    let neither = world([MemberRule(name: "all", accessHours: morning)]) {
      $0.person.grants = [Grant(facilityWide: true, accessHours: morning)]
    }
    #expect(neither.denial == .outsideHours)
  }

  @Test("a person known without a credential is judged by rules and grants alone")
  func bare() {
    let world = world { $0.credential = nil }
    #expect(world.denial == .ruleMismatch)
    let granted = self.world {
      $0.credential = nil
      $0.person.grants = [Grant(facilityWide: true)]
    }.verdict()
    #expect(granted.isGrant)
    #expect(granted.credential == nil)
    #expect(granted.person == RuleWorld.ada)
  }
}
