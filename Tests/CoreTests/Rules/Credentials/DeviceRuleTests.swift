import DoorRules
import Testing

@Suite("C1: a credential bound to a device")
struct DeviceRuleTests {
  @Test("one for another controller is wrongDevice; one that names none, or ours, is not")
  func device() {
    #expect(RuleWorld { $0.credential?.device = ControllerID("other") }.denial == .wrongDevice)
    #expect(RuleWorld { $0.credential?.device = RuleWorld.here }.denial == nil)
    #expect(RuleWorld().denial == nil)
  }
}
