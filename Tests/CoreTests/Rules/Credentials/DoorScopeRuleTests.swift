import DoorRules
import Testing

@Suite("C3: a credential bound to doors")
struct DoorScopeRuleTests {
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
}
