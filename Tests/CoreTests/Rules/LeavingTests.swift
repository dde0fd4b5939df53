import DoorRules
import Testing

@Suite("A10: at a reader that only leads out, what keeps people out holds nobody in")
struct LeavingTests {
  private static let out = ReaderID("out")!
  private static let gym = AreaID("gym")!

  /// What a rule finds against somebody, and what that means at the way out.
  private struct Case: Sendable {
    let rule: String
    let reason: DenialReason
    /// It denies those who leave as well.
    let holds: Bool
    let change: @Sendable (inout RuleWorld) -> Void

    init(
      _ rule: String, _ reason: DenialReason, holds: Bool = false,
      _ change: @escaping @Sendable (inout RuleWorld) -> Void
    ) {
      (self.rule, self.reason, self.holds, self.change) = (rule, reason, holds, change)
    }
  }

  private static let cases = [
    Case("CredentialStatusRule", .credentialRevoked, holds: true) {
      $0.credential?.status = .revoked
    },
    Case("DeviceRule", .wrongDevice, holds: true) { $0.credential?.device = ControllerID("there") },
    Case("IssueRule", .issueOutdated, holds: true) {
      $0.credential?.issue = 2
      $0.issue = 1
    },
    Case("KnownPersonRule", .unknownPerson, holds: true) { $0.person = .unknown(RuleWorld.ada) },
    Case("AccessEnabledRule", .accessDisabled) { $0.person.accessEnabled = false },
    Case("ExclusionRule", .excluded) { $0.person.exclusions = [Exclusion(facilityWide: true)] },
    Case("PlanRule", .planInForce) {
      let lockdown = PlanID("lockdown")!
      $0.facility.plans = [Plan(id: lockdown, name: "Lockdown", rank: 1)]
      $0.plans = [PlanEntry(plan: lockdown, by: "desk", reason: "alarm", since: $0.at)]
    },
    Case("OfflineRule", .cacheExpired) { $0.cacheAgeSeconds = 72 * 3_600 },
    Case("ClockTrustRule", .clockUntrusted) {
      $0.credential?.validUntil = $0.at.advanced(bySeconds: 3_600)
      $0.clockTrust = .unknown
    },
    Case("ValidityRule", .expired) { $0.credential?.validUntil = $0.at },
    Case("UseCountRule", .useCountExceeded) {
      $0.credential?.usesMax = 1
      $0.use.count = 1
    },
    Case("UnusedRule", .unusedTooLong) {
      $0.credential?.unusedDays = 1
      $0.use.last = $0.at.advanced(bySeconds: -86_400)
    },
    Case("DoorScopeRule", .wrongDoor) { $0.credential?.doors = [RuleWorld.back] },
    Case("PathRule", .ruleMismatch) { $0.person.grants = [] },
    Case("QualificationRule", .qualificationMissing) {
      $0.door.settings.requiredQualifications = ["induction"]
    },
    Case("AccessHoursRule", .outsideHours) { $0.door.settings.accessHours = WeeklyHours() },
    Case("GeofenceRule", .geofenceLocationMissing) {
      $0.presentation = .mobile(nil)
      $0.door.settings.geofence = fence(accuracy: nil)
    },
    Case("AntiPassbackRule", .antiPassback, holds: true) {
      $0.facility.areas[0].antiPassback = .hard
      let isInside = $0.reader != out
      $0.presence = [gym: AreaPresence(isInside: isInside, since: $0.at)]
    },
    Case("OccupancyRule", .areaFull) {
      // Whichever way: the area is full.
      for index in $0.facility.areas.indices {
        $0.facility.areas[index].occupancy = Area.Occupancy(most: 1, atMost: .deny)
      }
      $0.areaCounts.inside = [gym: 1]
    },
    Case("PresentationRule", .pinRequired) {
      $0.door.settings.presentation = PresentationPlan(.cardThenPIN)
    },
    Case("InterlockRule", .interlocked) { $0.interlockedBy = RuleWorld.back },
    Case("TwoPersonRule", .secondPersonRequired) { $0.door.settings.personsRequired = 2 },
    Case("EscortRule", .escortRequired) { $0.person.escort = .needed },
  ]

  private static func fence(accuracy: Double?) -> Geofence? {
    GeoPoint(latitude: 0, longitude: 0).map {
      Geofence(
        enabled: true, center: $0, radiusMeters: 50, accuracyBufferMeters: 10,
        requireAccuracyBetterThan: accuracy)
    }
  }

  /// The door has a way in and a way out; a phone finds only the way that is meant.
  private static func world(
    at reader: String, _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.facility.areas = [
        Area(id: gym, name: "Gym", entry: [ReaderID("in")!], exit: [out], antiPassback: .off)
      ]
      $0.reader = ReaderID(reader)
      $0.doorReaders = [ReaderID(reader)!]
      change(&$0)
    }
  }

  @Test("every rule is either about who is there, or about leaving, or holds nobody in")
  func rules() throws {
    for one in Self.cases {
      #expect(Self.world(at: "in", one.change).denial == one.reason, "\(one.rule)")
      let verdict = Self.world(at: "out", one.change).verdict()
      let step = try #require(verdict.steps.first { $0.rule == one.rule })
      #expect(step.passed != one.holds, "\(one.rule)")
      if one.holds {
        #expect(verdict.decision == .deny(one.reason), "\(one.rule)")
        #expect(!verdict.isLeaving && verdict.leavesDespite == nil)
      } else if ["GeofenceRule", "OccupancyRule"].contains(one.rule) {
        // It says of a phone what it does not know, and asks nothing of an area that is left: that is
        // no finding.
        #expect(verdict.decision == .grant(via: .grant) && verdict.leavesDespite == nil)
      } else {
        #expect(verdict.decision == .grant(via: .leaving), "\(one.rule)")
        #expect(verdict.leavesDespite == one.reason, "\(one.rule)")
        #expect(verdict.isLeaving && step.detail.hasSuffix("; that holds nobody in"))
      }
    }
    #expect(Self.cases.map(\.rule) == Self.world(at: "out").verdict().steps.map(\.rule))
  }

  @Test("whoever may go anyway goes by what lets them in, and nothing is used in leaving")
  func uses() {
    func verdict(_ reader: String) -> Verdict {
      Self.world(at: reader) {
        $0.credential?.usesMax = 2
        $0.credential?.isDuress = true
      }.verdict()
    }
    #expect(verdict("out").decision == .grant(via: .grant) && verdict("out").isLeaving)
    #expect(verdict("out").leavesDespite == nil && verdict("out").used.isEmpty)
    #expect(verdict("out").isDuress)
    #expect(verdict("in").used.map(\.use?.count) == [1] && !verdict("in").isLeaving)
  }

  @Test("no mode holds anybody in, and a stranger is as unknown as ever")
  func modes() {
    for mode in DoorMode.allCases {
      let verdict = Self.world(at: "out") { $0.mode = mode }.verdict()
      #expect(verdict.isGrant && verdict.isLeaving)
      let reason: DenialReason? =
        mode == .lockdown ? .lockdown : mode == .forceClosed ? .maintenanceForceClosed : nil
      #expect(verdict.leavesDespite == reason)
      #expect(
        verdict.steps.first?.detail
          == (reason == nil
            ? "credential key is active"
            : "the door is in \(mode.rawValue); only an override opens; that holds nobody in"))
      let stranger = Self.world(at: "out") {
        $0.mode = mode
        $0.isKnown = false
      }
      #expect(stranger.denial == .unknownCredential)
      let revoked = Self.world(at: "out") {
        $0.mode = mode
        $0.credential?.status = .revoked
      }
      #expect(revoked.denial == .credentialRevoked)
    }
  }

  @Test("the first finding is told, and anti-passback counts whoever leaves all the same")
  func first() {
    let gone = Self.world(at: "out") {
      $0.facility.areas[0].antiPassback = .hard
      $0.presence = [Self.gym: AreaPresence(isInside: true, since: $0.at)]
      $0.person.accessEnabled = false
      $0.credential?.validUntil = $0.at
    }.verdict()
    #expect(gone.leavesDespite == .accessDisabled)
    #expect(gone.passages == [AreaPassage(area: Self.gym, isInside: false)])
    let twice = Self.world(at: "out") {
      $0.facility.areas[0].antiPassback = .soft
      $0.presence = [Self.gym: AreaPresence(isInside: false, since: $0.at)]
      $0.person.accessEnabled = false
    }.verdict()
    #expect(twice.isGrant && twice.breaksAntiPassback)
  }

  @Test("of several holders the one leaves whom the rules would let pass, or who is nearest to it")
  func holders() throws {
    func holder(_ name: String, _ change: (inout CredentialHolder) -> Void = { _ in }) throws
      -> CredentialHolder
    {
      let person = try #require(PersonID(name))
      var holder = CredentialHolder(
        credential: Credential(id: try #require(CredentialID(name)), kind: .pin, person: person),
        person: Person(id: person, accessEnabled: true, grants: [Grant(facilityWide: true)]))
      change(&holder)
      return holder
    }
    func leaves(_ holders: [CredentialHolder], mode: DoorMode = .normal) -> String? {
      let world = Self.world(at: "out") { $0.mode = mode }
      var request = world.request
      request.holders = holders
      let verdict = decide(request, under: world.policy)
      return verdict.isGrant ? verdict.person?.rawValue : nil
    }
    let over = try holder("a") { $0.credential?.validUntil = RuleWorld.noon }
    let off = try holder("b") { $0.person.accessEnabled = false }
    let good = try holder("c")
    let revoked = try holder("0") { $0.credential?.status = .revoked }
    let late = try holder("d") { $0.person.exclusions = [Exclusion(facilityWide: true)] }
    #expect(leaves([over, off, good]) == "c" && leaves([good, off]) == "c")
    #expect(leaves([over, off]) == leaves([off, over]))
    #expect(leaves([revoked, off]) == "b" && leaves([revoked]) == nil)
    #expect(leaves([over, good, late], mode: .lockdown) == "c")
  }

  @Test("D4: a phone that is surely somewhere else stands at no door, and opens none")
  func phone() {
    func denial(
      meters: Double, accuracy: Double?, required: Double? = nil, reader: String = "out"
    ) -> DenialReason? {
      Self.world(at: reader) {
        $0.door.settings.geofence = Self.fence(accuracy: required)
        $0.presentation = .mobile(
          Presentation.Location(
            latitude: meters / 111_195, longitude: 0, accuracyMeters: accuracy))
      }.denial
    }
    #expect(denial(meters: 59, accuracy: nil) == nil)
    #expect(denial(meters: 61, accuracy: nil) == .geofenceOutside)
    #expect(denial(meters: 500, accuracy: 100) == .geofenceOutside)
    #expect(denial(meters: 500, accuracy: -100) == .geofenceOutside)
    #expect(denial(meters: 150, accuracy: 100) == nil)
    #expect(denial(meters: 150, accuracy: 100, reader: "in") == .geofenceOutside)
    // Too vague to be let in by, and not surely elsewhere; a vague one from afar is elsewhere.
    #expect(denial(meters: 0, accuracy: 100, required: 20, reader: "in") == .geofenceAccuracyTooLow)
    #expect(denial(meters: 0, accuracy: 100, required: 20) == nil)
    #expect(denial(meters: 500, accuracy: 100, required: 20) == .geofenceAccuracyTooLow)
    let switchedOff = Self.world(at: "out") {
      $0.door.settings.geofence = Self.fence(accuracy: nil)
      $0.door.settings.geofence?.enabled = false
      $0.presentation = .mobile(
        Presentation.Location(latitude: 1, longitude: 0, accuracyMeters: nil))
    }
    #expect(switchedOff.denial == nil)
    let told = Self.world(at: "out") {
      $0.door.settings.geofence = Self.fence(accuracy: nil)
      $0.presentation = .mobile(nil)
    }
    #expect(
      told.step("GeofenceRule")?.detail == "the phone sent no position; that holds nobody in")
  }
}
