import DoorRules
import Testing

@Suite("B4 C8 F4: hours, clock trust and the age of the cache")
struct RuleTimeTests {
  @Test("a path's own hours count, else the door's; both say whose they are")
  func whoseHours() throws {
    let morning = try RuleWorld.hours("08:00", "10:00")
    let midday = try RuleWorld.hours("11:00", "13:00")
    let ofDoor = RuleWorld { $0.door.settings.accessHours = morning }
    #expect(ofDoor.denial == .outsideHours)
    #expect(ofDoor.step("AccessHoursRule")?.source == "door front")
    let ofGrant = RuleWorld {
      $0.door.settings.accessHours = morning
      $0.person.grants = [Grant(doors: [RuleWorld.front], accessHours: midday)]
    }
    #expect(ofGrant.denial == nil)
    #expect(
      ofGrant.step("AccessHoursRule")?.detail.contains("inside the hours of a personal grant")
        == true)
  }

  @Test("holidays and exceptions are named by the explanation")
  func holiday() throws {
    let day = CivilDate(year: 1970, month: 1, day: 5)
    let world = RuleWorld {
      $0.facility.settings.accessHours = try? RuleWorld.hours("08:00", "18:00")
      $0.facility.holidays = Holidays([(day, .init(name: "Twelfth Night", effect: .closed))])
    }
    #expect(world.denial == .outsideHours)
    #expect(world.step("AccessHoursRule")?.detail.contains("holiday Twelfth Night") == true)
  }

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

  @Test("a class is served for its hours without the cloud, and not a second longer")
  func offline() {
    func denial(_ age: Int64, _ kind: CredentialClass?) -> DenialReason? {
      RuleWorld {
        $0.cacheAgeSeconds = age
        if let kind { $0.facility.classes = ["short": kind] }
        $0.credential?.className = "short"
      }.denial
    }
    let limit: Int64 = 72 * 3_600
    #expect(denial(limit - 1, nil) == nil)
    #expect(denial(limit, nil) == .cacheExpired)
    #expect(denial(3_599, CredentialClass(offlineHours: 1)) == nil)
    #expect(denial(3_600, CredentialClass(offlineHours: 1)) == .cacheExpired)
    #expect(denial(.max, CredentialClass(offlineHours: nil)) == nil)
  }

  @Test("fresh, grace, expired: the grace is the last hours before the end")
  func freshness() {
    let kind = CredentialClass(offlineHours: 10, graceHours: 2)
    let hours: [(Int64, CacheFreshness)] = [
      (0, .fresh), (8 * 3_600 - 1, .fresh), (8 * 3_600, .grace), (10 * 3_600 - 1, .grace),
      (10 * 3_600, .expired),
    ]
    for (age, expected) in hours { #expect(kind.freshness(cacheAgeSeconds: age) == expected) }
    #expect(CredentialClass().freshness(cacheAgeSeconds: 71 * 3_600) == .grace)
  }
}
