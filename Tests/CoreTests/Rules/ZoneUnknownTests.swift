import DoorRules
import Testing

@Suite("B2: what cannot be judged without the zone's rules is denied by itself, all else goes on")
struct ZoneUnknownTests {
  private func world(_ change: (inout RuleWorld) -> Void = { _ in }) -> RuleWorld {
    RuleWorld {
      $0.zone = nil
      change(&$0)
    }
  }

  @Test("B2: a person whose path has no hours enters, one with hours is denied by its own reason")
  func hours() throws {
    let allDay = try RuleWorld.hours("00:00", "24:00")
    #expect(world().denial == nil)
    #expect(world { $0.door.settings.accessHours = allDay }.denial == .zoneUnknown)
    #expect(
      world { $0.person.grants = [Grant(facilityWide: true, accessHours: allDay)] }.denial
        == .zoneUnknown)
    // Of two paths the one without hours lets in.
    #expect(
      world {
        $0.person.grants = [
          Grant(facilityWide: true, accessHours: allDay), Grant(doors: [RuleWorld.front]),
        ]
      }.denial == nil)
  }

  @Test("B2: validity is a span between two moments and needs no zone; its texts are in UTC")
  func validity() {
    let bounded = world {
      $0.credential?.validFrom = $0.at
      $0.credential?.validUntil = $0.at.advanced(bySeconds: 3_600)
    }
    #expect(bounded.denial == nil)
    #expect(bounded.step("ValidityRule")?.detail.contains("now 1970-01-05 12:00 UTC") == true)
    var ended = bounded
    ended.credential?.validUntil = ended.at
    #expect(ended.denial == .expired)
  }

  @Test("B2: overrides, modes and denials for other reasons are as with a zone")
  func others() throws {
    let allDay = try RuleWorld.hours("00:00", "24:00")
    let timed = world { $0.door.settings.accessHours = allDay }
    var changed = timed
    changed.override = AdminOverride(by: "desk", reason: "drill")
    #expect(changed.denial == nil)
    changed = timed
    changed.mode = .lockdown
    #expect(changed.denial == .lockdown)
    changed = timed
    changed.credential?.status = .revoked
    #expect(changed.denial == .credentialRevoked)
    changed = timed
    changed.clockTrust = .unknown
    #expect(changed.denial == .clockUntrusted)
    changed.facility.classes = [
      CredentialClass.standardName: CredentialClass(unknownClock: .allow)
    ]
    #expect(changed.denial == nil)
  }

  @Test("B2: the plan's own presentation holds, and hours unlock nothing")
  func presentationAndUnlocking() throws {
    let allDay = try RuleWorld.hours("00:00", "24:00")
    let plan = PresentationPlan(.cardThenPIN, exceptions: [.init(hours: allDay, mode: .cardOnly)])
    #expect(world { $0.door.settings.presentation = plan }.denial == .pinRequired)
    for trust in [ClockTrust.synchronised, .holdover, .unknown] {
      #expect(
        !world().policy.isOpen(allDay, at: RuleWorld.noon, clockTrust: trust, for: .unlocking))
    }
  }

  @Test("B2: a daily reset of anti-passback that cannot be judged is told as that")
  func antiPassback() throws {
    let gym = try #require(AreaID("gym"))
    let wayIn = try #require(ReaderID("gym-in"))
    func denial(
      forgivenAtMinute: Int?, _ kind: Area.AntiPassback = .hard, inside: Bool = true
    ) -> DenialReason? {
      world {
        $0.facility.areas = [
          Area(
            id: gym, name: "Gym", entry: [wayIn], antiPassback: kind,
            forgivenAtMinute: forgivenAtMinute)
        ]
        $0.reader = wayIn
        $0.presence[gym] = AreaPresence(
          isInside: inside, since: RuleWorld.noon.advanced(bySeconds: -200_000))
      }.denial
    }
    #expect(denial(forgivenAtMinute: 240) == .zoneUnknown)
    #expect(denial(forgivenAtMinute: nil) == .antiPassback)
    #expect(denial(forgivenAtMinute: 240, .soft) == nil)
    #expect(denial(forgivenAtMinute: 240, inside: false) == nil)
  }

  @Test("B2: the same policy by other rules keeps everything else")
  func under() throws {
    let allDay = try RuleWorld.hours("00:00", "24:00")
    let policy = RuleWorld { $0.door.settings.accessHours = allDay }.policy
    #expect(policy.under(nil).under(.utc) == policy)
    #expect(policy.under(nil).zone == nil && policy.under(nil).revision == policy.revision)
  }

  @Test(
    "B2: the name of a zone is words between slashes",
    arguments: [
      ("UTC", true), ("Europe/Berlin", true), ("America/Argentina/Ushuaia", true),
      ("Etc/GMT+5", true), ("", false), ("/etc/passwd", false), ("Europe/../x", false),
      ("Europe/Ber lin", false), (String(repeating: "a", count: 64), true),
      (String(repeating: "a", count: 65), false),
    ])
  func names(_ name: String, _ isName: Bool) { #expect(ZoneRules.isName(name) == isName) }

  @Test(
    "B2: names of tzdata that are no place's zone are refused, and say what to write",
    arguments: [
      ("right/Europe/Berlin", "write Europe/Berlin"), ("posix/Asia/Tokyo", "write Asia/Tokyo"),
      ("posixrules", "no place's"), ("localtime", "no place's"), ("Factory", "no place's"),
    ])
  func noPlace(_ name: String, _ words: String) {
    #expect(ZoneRules.fault(ofName: name)?.contains(words) == true)
  }

  @Test("B2: what only looks like one is taken", arguments: ["UTC", "Europe/Berlin", "Etc/GMT+5"])
  func places(_ name: String) { #expect(ZoneRules.fault(ofName: name) == nil) }
}
