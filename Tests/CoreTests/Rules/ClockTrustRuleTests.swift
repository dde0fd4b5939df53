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
  @Test(
    "B9: while the time is doubtful, what has ended by the earliest possible time has ended, for all",
    arguments: [CredentialClass.UnknownClock.deny, .allow])
  func doubtful(_ policy: CredentialClass.UnknownClock) throws {
    func denial(_ trust: ClockTrust, endsIn seconds: Int64, hours: Bool = false) throws
      -> DenialReason?
    {
      let closed = try RuleWorld.hours("00:00", "01:00")
      return RuleWorld {
        $0.facility.classes = [CredentialClass.standardName: CredentialClass(unknownClock: policy)]
        $0.clockTrust = trust
        $0.credential?.validUntil = RuleWorld.noon.advanced(bySeconds: seconds)
        if hours { $0.door.settings.accessHours = closed }
      }.denial
    }
    let open: DenialReason? = policy == .allow ? nil : .clockUntrusted
    #expect(try denial(.doubtful, endsIn: 60) == .expired)
    #expect(try denial(.doubtful, endsIn: 60, hours: true) == .expired)
    #expect(try denial(.doubtful, endsIn: 61) == open)
    #expect(try denial(.doubtful, endsIn: 61, hours: true) == open)
    // Of an unknown time nothing is known.
    #expect(try denial(.unknown, endsIn: 60) == open)
  }
}
