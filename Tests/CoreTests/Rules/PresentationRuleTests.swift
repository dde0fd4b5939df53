import DoorRules
import Testing

@Suite("A3: card, PIN, or both")
struct PresentationRuleTests {
  @Test(
    "the door asks for what its mode says", arguments: PresentationMode.allCases)
  func presentation(_ mode: PresentationMode) {
    func denial(_ shown: Presentation) -> DenialReason? {
      RuleWorld {
        $0.door.settings.presentation = PresentationPlan(mode)
        $0.presentation = shown
      }.denial
    }
    let expected: [PresentationMode: [DenialReason?]] = [
      .cardOnly: [nil, .cardRequired, nil, nil], .pinOnly: [.pinRequired, nil, nil, nil],
      .cardOrPIN: [nil, nil, nil, nil],
      .cardThenPIN: [.pinRequired, .cardRequired, nil, nil],
    ]
    #expect([.card, .pin, .cardThenPIN, .mobile(nil)].map(denial) == expected[mode])
  }

  @Test("by schedule another presentation holds; an unknown clock asks for the plan's own")
  func schedule() throws {
    let plan = PresentationPlan(
      .cardThenPIN,
      exceptions: [
        .init(hours: try RuleWorld.hours("11:00", "13:00"), mode: .cardOnly),
        .init(hours: try RuleWorld.hours("09:00", "18:00"), mode: .cardOrPIN),
      ])
    func denial(_ hour: Int64, _ trust: ClockTrust = .synchronised) -> DenialReason? {
      RuleWorld {
        $0.door.settings.presentation = plan
        $0.presentation = .pin
        $0.at = .init(secondsSince1970: 4 * 86_400 + hour * 3_600)
        $0.clockTrust = trust
      }.denial
    }
    #expect(denial(12) == .cardRequired)
    #expect(denial(14) == nil)
    #expect(denial(20) == .cardRequired)
    #expect(denial(14, .unknown) == .cardRequired)
  }
}
