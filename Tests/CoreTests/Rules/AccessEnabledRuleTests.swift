import DoorRules
import Testing

@Suite("B1: the switch")
struct AccessEnabledRuleTests {
  @Test("the switch beats rules and grants alike")
  func switchedOff() {
    for rules in [[], [MemberRule(name: "all")]] {
      let world = RuleWorld.withoutPaths(rules) {
        $0.person.grants = [Grant(facilityWide: true)]
        $0.person.accessEnabled = false
      }
      #expect(world.denial == .accessDisabled)
    }
  }
}
