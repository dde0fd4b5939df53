import DoorRules
import Testing

@Suite("F4: what an unknown clock lets pass")
struct ClockTrustRuleTests {
  @Test("with an unknown clock what is bounded in time is denied, unless its class allows it")
  func unknownClock() throws {
    func denial(_ trust: ClockTrust, _ change: (inout RuleWorld) -> Void = { _ in })
      -> DenialReason?
    {
      RuleWorld {
        $0.clockTrust = trust
        change(&$0)
      }.denial
    }
    let later = RuleWorld.noon.advanced(bySeconds: 9_999)
    let closed = try RuleWorld.hours("00:00", "01:00")
    #expect(denial(.unknown) == nil)
    #expect(denial(.unknown) { $0.credential?.validUntil = later } == .clockUntrusted)
    #expect(denial(.unknown) { $0.credential?.validFrom = later } == .clockUntrusted)
    #expect(denial(.unknown) { $0.credential?.validSecondsFromFirstUse = 9 } == .clockUntrusted)
    #expect(denial(.unknown) { $0.door.settings.accessHours = closed } == .clockUntrusted)
    #expect(denial(.holdover) { $0.credential?.validUntil = later } == nil)
    #expect(denial(.synchronised) { $0.credential?.validFrom = later } == .notYetValid)
    let allowing = CredentialClass(unknownClock: .allow)
    #expect(
      denial(.unknown) {
        $0.facility.classes = [CredentialClass.standardName: allowing]
        $0.credential?.validFrom = later
        $0.door.settings.accessHours = closed
      } == nil)
    // Only this class.
    #expect(
      denial(.unknown) {
        $0.facility.classes = ["staff": allowing]
        $0.credential?.validFrom = later
      } == .clockUntrusted)
  }
}
