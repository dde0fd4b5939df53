import DoorRules
import Testing

@Suite("B1 B6: the override")
struct OverrideRuleTests {
  @Test("an override with a reason beats modes and rules; without a reason it is denied")
  func override() {
    for mode in DoorMode.allCases {
      let world = RuleWorld {
        $0.mode = mode
        $0.isKnown = false
        $0.override = AdminOverride(by: "desk", reason: "fire drill")
      }
      #expect(world.path == .override)
    }
    for reason in ["", " ", "\n\t"] {
      let world = RuleWorld { $0.override = AdminOverride(by: "desk", reason: reason) }
      #expect(world.denial == .overrideReasonMissing)
    }
  }
}
