import DoorRules
import Testing

@Suite("B8: every word of an explanation, and all that a denial leaves out")
struct DecideExplanationTests {
  /// One person and one card for which every rule has something to compare.
  private static func full() throws -> RuleWorld {
    let hours = try RuleWorld.hours("08:00", "18:00")
    let gym = try #require(AreaID("gym"))
    let wayIn = try #require(ReaderID("in"))
    return RuleWorld {
      $0.door.settings = AccessSettings(
        presentation: PresentationPlan(.cardOnly), accessHours: hours, personsRequired: 2)
      $0.facility.areas = [
        Area(
          id: gym, name: "Gym", entry: [wayIn], antiPassback: .hard,
          occupancy: Area.Occupancy(most: 9, atMost: .deny))
      ]
      $0.areaCounts.inside = [gym: 6]
      $0.reader = wayIn
      $0.companion = PersonID("bob")
      $0.credential = Credential(
        id: RuleWorld.key, kind: .card, person: RuleWorld.ada,
        validFrom: $0.at.advanced(bySeconds: -60), validUntil: $0.at.advanced(bySeconds: 3_660),
        doors: [RuleWorld.front], usesMax: 3, device: RuleWorld.here, isDuress: true,
        issue: 2, unusedDays: 30)
      $0.issue = 2
      $0.use = CredentialUse(
        count: 1, first: RuleWorld.noon.advanced(bySeconds: -30),
        last: RuleWorld.noon.advanced(bySeconds: -30))
      $0.cacheAgeSeconds = 7_199
    }
  }

  private static let passed: [ExplanationStep] = [
    step("CredentialStatusRule", "credential key is active"),
    step("DeviceRule", "credential key is for this device, here"),
    step("IssueRule", "credential key is issue 2, and so is the card"),
    step("KnownPersonRule", "person ada is known here"),
    step("AccessEnabledRule", "person ada is switched on"),
    step("ExclusionRule", "nothing is denied to this person"),
    step("PlanRule", "no plan is in force"),
    step(
      "OfflineRule", "fresh, class standard: 1 h since the cloud was heard, limit 72 h", facility),
    step("ClockTrustRule", "the clock is synchronised"),
    step(
      "ValidityRule",
      """
      counts from 1970-01-05 11:44 until 1970-01-05 13:00, now 1970-01-05 12:00
      """, facility),
    step("UseCountRule", "credential key was used 1 times of 3"),
    step(
      "UnusedRule",
      "credential key was last used 1970-01-05 11:59 and may stay unused for 30 days"),
    step("DoorScopeRule", "credential key is for front"),
    step("PathRule", "ada may enter front by a personal grant"),
    step("QualificationRule", "nothing is required here"),
    step("AccessHoursRule", "monday 1970-01-05 12:00 is inside the hours of door front", door),
    step("GeofenceRule", "shown at the reader"),
    step("AntiPassbackRule", "ada may cross Gym", facility),
    step("OccupancyRule", "Gym has room for 3", facility),
    step("PresentationRule", "door front asks for cardOnly", door),
    step("InterlockRule", "no other door of an interlock stands in the way"),
    step("TwoPersonRule", "bob badged just before ada", door),
    step("EscortRule", "nobody must come along"),
  ]

  private static let facility = "facility"
  private static let door = "door front"

  private static func step(
    _ rule: String, _ detail: String, _ source: String? = nil, passed: Bool = true
  ) -> ExplanationStep {
    ExplanationStep(rule: rule, passed: passed, detail: detail, source: source)
  }

  @Test("a grant tells every rule with the values compared, and what to keep of the entry")
  func grant() throws {
    let area = try #require(AreaID("gym"))
    #expect(
      try Self.full().verdict()
        == Verdict(
          decision: .grant(via: .grant), credential: RuleWorld.key, person: RuleWorld.ada,
          policyRevision: 7,
          used: [
            UsedCredential(
              RuleWorld.key,
              use: CredentialUse(
                count: 2, first: RuleWorld.noon.advanced(bySeconds: -30), last: RuleWorld.noon))
          ], passages: [AreaPassage(area: area, isInside: true)], isDuress: true,
          companion: PersonID("bob"),
          steps: Self.passed))
  }

  private struct Failing: Sendable {
    var rule: String
    var reason: DenialReason
    var detail: String
    var source: String?
    var change: @Sendable (inout RuleWorld) -> Void

    init(
      _ rule: String, _ reason: DenialReason, _ detail: String, _ source: String? = nil,
      _ change: @escaping @Sendable (inout RuleWorld) -> Void
    ) {
      (self.rule, self.reason, self.detail) = (rule, reason, detail)
      (self.source, self.change) = (source, change)
    }
  }

  private static let failing: [Failing] = [
    Failing("CredentialStatusRule", .credentialRevoked, "credential key was revoked") {
      $0.credential?.status = .revoked
    },
    Failing("DeviceRule", .wrongDevice, "credential key is for there, this is here") {
      $0.credential?.device = ControllerID("there")
    },
    Failing(
      "IssueRule", .issueOutdated, "credential key is issue 2, the card is the older 1"
    ) { $0.issue = 1 },
    Failing("KnownPersonRule", .unknownPerson, "no person ada is known here") {
      $0.person = .unknown(RuleWorld.ada)
    },
    Failing("AccessEnabledRule", .accessDisabled, "person ada is switched off") {
      $0.person.accessEnabled = false
    },
    Failing("ExclusionRule", .excluded, "ada is denied here until further notice") {
      $0.person.exclusions = [Exclusion(doors: [RuleWorld.front])]
    },
    Failing(
      "PlanRule", .planInForce,
      "plan lockdown (Lockdown), rank 1, is in force since 1970-01-05 12:00, and passes nobody;"
        + " ada is not of that level", facility
    ) {
      let lockdown = PlanID("lockdown")!
      $0.facility.plans = [Plan(id: lockdown, name: "Lockdown", rank: 1)]
      $0.plans = [PlanEntry(plan: lockdown, by: "desk", reason: "alarm", since: RuleWorld.noon)]
    },
    Failing(
      "OfflineRule", .cacheExpired,
      "class standard: 72 h since the cloud was heard, limit 72 h", facility
    ) { $0.cacheAgeSeconds = 72 * 3_600 },
    Failing(
      "ClockTrustRule", .clockUntrusted,
      "credential key is bounded in time and the clock is unknown", facility
    ) { $0.clockTrust = .unknown },
    Failing(
      "ValidityRule", .notYetValid, "counts from 1970-01-05 12:01, now 1970-01-05 12:00", facility
    ) { $0.credential?.validFrom = $0.at.advanced(bySeconds: 960) },
    Failing(
      "ValidityRule", .expired, "counted until 1970-01-05 12:00, now 1970-01-05 12:00", facility
    ) { $0.credential?.validUntil = $0.at.advanced(bySeconds: 60) },
    Failing("UseCountRule", .useCountExceeded, "credential key was used 3 times of 3") {
      $0.use.count = 3
    },
    Failing(
      "UnusedRule", .unusedTooLong,
      "credential key was last used 1969-12-06 12:00 and may stay unused for 30 days"
    ) { $0.use.last = $0.at.advanced(bySeconds: -30 * 86_400) },
    Failing("DoorScopeRule", .wrongDoor, "credential key is for other doors, not front") {
      $0.credential?.doors = [RuleWorld.back]
    },
    Failing(
      "PathRule", .ruleMismatch,
      "rule \"staff\": type \"\" is not cook, staff; 1 grants, none for front", facility
    ) {
      $0.person.grants = [Grant(doors: [RuleWorld.back])]
      $0.credential?.doors = []
      $0.facility.settings.memberRules = [
        MemberRule(name: "staff", memberTypes: ["staff", "cook"])
      ]
    },
    Failing("QualificationRule", .qualificationMissing, "ada does not have induction", door) {
      $0.door.settings.requiredQualifications = ["induction"]
    },
    Failing(
      "AccessHoursRule", .outsideHours,
      "monday 1970-01-05 12:00 is outside the hours of a personal grant"
    ) {
      $0.person.grants = [Grant(facilityWide: true, accessHours: WeeklyHours())]
      $0.credential?.doors = []
    },
    Failing(
      "AccessHoursRule", .zoneUnknown,
      "there are hours and the rules of the time zone are unknown", door
    ) {
      $0.credential?.validFrom = nil
      $0.credential?.validUntil = nil
      $0.zone = nil
    },
    Failing("GeofenceRule", .geofenceLocationMissing, "the phone sent no position", facility) {
      $0.presentation = .mobile(nil)
      $0.facility.settings.geofence = GeoPoint(latitude: 0, longitude: 0).map {
        Geofence(enabled: true, center: $0, radiusMeters: 50)
      }
    },
    Failing(
      "AntiPassbackRule", .antiPassback, "ada is already inside Gym (anti-passback hard)", facility
    ) {
      let presence = AreaPresence(isInside: true, since: $0.at)
      $0.presence = Dictionary(uniqueKeysWithValues: $0.facility.areas.map { ($0.id, presence) })
    },
    Failing(
      "OccupancyRule", .areaFull,
      "8 are inside Gym or on their way in, at most 9; 2 more come", facility
    ) {
      for area in $0.areaCounts.inside.keys { $0.areaCounts.inside[area] = 8 }
    },
    Failing(
      "OccupancyRule", .areaCountUnknown, "who is inside Gym is not known yet", facility
    ) { $0.areaCounts.inside = [:] },
    Failing("PresentationRule", .cardRequired, "door front asks for cardOnly", door) {
      $0.presentation = .pin
    },
    Failing(
      "InterlockRule", .interlocked, "door back of the same interlock is not locked and closed"
    ) { $0.interlockedBy = RuleWorld.back },
    Failing(
      "TwoPersonRule", .secondPersonRequired,
      "door front asks for two people; ada is the first", door
    ) { $0.companion = nil },
    Failing(
      "EscortRule", .escortRequired, "ada needs a host, who badges within 15 s", "default"
    ) { $0.person.escort = .needed },
  ]

  @Test("a denial tells the rules before it as passed, its own as the last, and keeps nothing")
  func denials() throws {
    for failing in Self.failing {
      var world = try Self.full()
      failing.change(&world)
      let verdict = world.verdict()
      let last = Self.step(failing.rule, failing.detail, failing.source, passed: false)
      #expect(
        verdict
          == Verdict(
            decision: .deny(failing.reason), credential: RuleWorld.key, person: RuleWorld.ada,
            policyRevision: 7, escort: world.person.escort, plan: verdict.plan,
            steps: verdict.steps.dropLast() + [last]))
      let before = Self.passed.prefix { $0.rule != failing.rule }
      #expect(verdict.steps.dropLast().map(\.rule) == before.map(\.rule))
      #expect(!verdict.isGrant && verdict.steps.dropLast().allSatisfy(\.passed))
    }
    #expect(Set(Self.failing.map(\.rule)) == Set(Self.passed.map(\.rule)))
  }

  /// A verdict for which nobody was looked at; only a mode names who came.
  private func nobody(
    _ decision: Verdict.Decision, revision: UInt64 = 7, credential: CredentialID? = nil,
    person: PersonID? = nil, _ step: ExplanationStep
  ) -> Verdict {
    Verdict(
      decision: decision, credential: credential, person: person, policyRevision: revision,
      used: [],
      passages: [], breaksAntiPassback: false, isDuress: false, steps: [step])
  }

  @Test("what is decided before anybody is judged has one step; a mode names who came")
  func before() throws {
    var world = try Self.full()
    #expect(
      decide(world.request, under: .empty, explaining: true)
        == nobody(
          .deny(.unknownDoor), revision: 0,
          Self.step("DoorRule", "revision 0 has no door front", passed: false)))
    for (mode, reason) in [
      (DoorMode.lockdown, DenialReason.lockdown), (.forceClosed, .maintenanceForceClosed),
    ] {
      world.mode = mode
      let detail = "the door is in \(mode.rawValue); only an override opens"
      #expect(
        world.verdict()
          == nobody(
            .deny(reason), credential: RuleWorld.key, person: RuleWorld.ada,
            Self.step("ModeRule", detail, Self.door, passed: false)))
    }
    world.override = AdminOverride(by: "desk", reason: "drill")
    #expect(
      world.verdict()
        == nobody(.grant(via: .override), Self.step("OverrideRule", "desk overrides: drill")))
    #expect(world.verdict().isGrant)
    world.override?.reason = " "
    #expect(
      world.verdict()
        == nobody(
          .deny(.overrideReasonMissing),
          Self.step("OverrideRule", "desk gives no reason", passed: false)))
    let stranger = RuleWorld { $0.isKnown = false }.verdict()
    #expect(
      stranger
        == nobody(
          .deny(.unknownCredential),
          Self.step(
            "CredentialRule", "nothing that was shown is known here", passed: false)))
  }

  @Test("a person without a credential is told as one, and what is not asked for as that")
  func nothingAsked() {
    let steps = RuleWorld { $0.credential = nil }.verdict().steps
    #expect(
      steps == [
        Self.step("CredentialStatusRule", "person ada, known without a credential"),
        Self.step("DeviceRule", "person ada names no device"),
        Self.step("IssueRule", "no issue number is asked for"),
        Self.step("KnownPersonRule", "person ada is known here"),
        Self.step("AccessEnabledRule", "person ada is switched on"),
        Self.step("ExclusionRule", "nothing is denied to this person"),
        Self.step("PlanRule", "no plan is in force"),
        Self.step(
          "OfflineRule", "fresh, class standard: 0 h since the cloud was heard, limit 72 h",
          Self.facility),
        Self.step("ClockTrustRule", "the clock is synchronised"),
        Self.step("ValidityRule", "person ada has no bounds in time"),
        Self.step("UseCountRule", "person ada may be used as often as one likes"),
        Self.step("UnusedRule", "it may stay unused"),
        Self.step("DoorScopeRule", "person ada is not bound to doors"),
        Self.step("PathRule", "ada may enter front by a personal grant"),
        Self.step("QualificationRule", "nothing is required here"),
        Self.step("AccessHoursRule", "open at all hours"),
        Self.step("GeofenceRule", "shown at the reader"),
        Self.step("AntiPassbackRule", "no area begins or ends here"),
        Self.step("OccupancyRule", "no area with a limit begins here"),
        Self.step("PresentationRule", "door front asks for cardOrPIN", "default"),
        Self.step("InterlockRule", "no other door of an interlock stands in the way"),
        Self.step("TwoPersonRule", "one person is enough"),
        Self.step("EscortRule", "nobody must come along"),
      ])
  }
}
