import DoorRules
import Testing

@Suite("B3: what a policy holds when little is said")
struct PolicySnapshotTests {
  @Test("without a configuration there is revision 0 and no door")
  func empty() {
    #expect(PolicySnapshot.empty.revision == 0)
    #expect(PolicySnapshot.empty.doors.isEmpty)
    #expect(PolicySnapshot.empty.settings(of: RuleWorld.front) == nil)
  }

  @Test("only a configuration has words and places; the first one has")
  func words() {
    #expect(PolicyWords(of: .empty) == nil)
    let first = PolicySnapshot(
      revision: 1, zone: nil, facility: FacilityPolicy(),
      doors: [RuleWorld.front: DoorPolicy(id: RuleWorld.front, name: "Front")])
    #expect(PolicyWords(of: first)?.doors == [RuleWorld.front])
  }

  @Test("two policies are one where each part of them is, whoever made them")
  func equality() throws {
    func policy(
      _ revision: UInt64 = 1, zone: ZoneRules? = .utc, lead: Int64 = 900, priority: Int = 0,
      name: String = "Front"
    ) -> PolicySnapshot {
      PolicySnapshot(
        revision: revision, zone: zone, facility: FacilityPolicy(leadSeconds: lead),
        scopes: [
          RuleWorld.all: Scope(id: RuleWorld.all, name: "All", priority: priority, doors: [])
        ], doors: [RuleWorld.front: DoorPolicy(id: RuleWorld.front, name: name)])
    }
    #expect(policy() == policy() && policy().hashValue == policy().hashValue)
    let others = [
      policy(2), policy(zone: nil), policy(lead: 1), policy(priority: 1), policy(name: "Back"),
    ]
    for other in others { #expect(policy() != other) }
    #expect(policy(2).hashValue != policy().hashValue)
    #expect(policy().under(nil) == policy(zone: nil))
  }

  @Test("a class that nobody configured is the built-in one of its name, or else the standard one")
  func classes() {
    func hours(_ name: String, configured: [String: Int]) -> Int? {
      let classes = configured.mapValues { CredentialClass(offlineHours: $0) }
      return PolicySnapshot(
        revision: 1, zone: .utc, facility: FacilityPolicy(classes: classes), doors: [:]
      ).credentialClass(named: name).offlineHours
    }
    #expect(hours("standard", configured: [:]) == CredentialClass.offlineHoursDefault)
    #expect(hours("backup", configured: ["standard": 5]) == nil)
    #expect(hours("backup", configured: ["backup": 7]) == 7)
    #expect(hours("other", configured: ["standard": 5, "guests": 6]) == 5)
    #expect(hours("guests", configured: ["standard": 5, "guests": 6]) == 6)
  }

  @Test("the statuses that count are those of the rules of facility, scopes and doors, and active")
  func statuses() {
    func settings(_ status: String) -> AccessSettings {
      AccessSettings(memberRules: [MemberRule(name: status, membershipStatuses: [status])])
    }
    let policy = PolicySnapshot(
      revision: 1, zone: nil, facility: FacilityPolicy(settings: settings("trial")),
      scopes: [
        RuleWorld.all: Scope(
          id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front],
          settings: settings("guest"))
      ],
      doors: [
        RuleWorld.front: DoorPolicy(
          id: RuleWorld.front, name: "Front", settings: settings("staff"))
      ])
    #expect(PolicyWords(of: policy)?.statuses == ["active", "trial", "guest", "staff"])
  }

  @Test("a facility of which nothing is said gives 15 minutes of lead and one of tail")
  func facility() {
    let facility = FacilityPolicy()
    #expect(facility.leadSeconds == 900 && facility.tailSeconds == 60)
    #expect(facility.settings == AccessSettings() && facility.controller == nil)
  }

  @Test("a request that says nothing of the cloud counts as made while it is heard")
  func request() {
    let request = AccessRequest(
      door: RuleWorld.front, presentation: .card, holders: [], at: RuleWorld.noon,
      clockTrust: .synchronised)
    #expect(request.cacheAgeSeconds == 0 && request.mode == .normal && request.override == nil)
  }

  @Test("B5: a geofence of which no buffer is said has none")
  func geofence() throws {
    let center = try #require(GeoPoint(latitude: 0, longitude: 0))
    let fence = Geofence(enabled: true, center: center, radiusMeters: 100)
    #expect(fence.accuracyBufferMeters == 0 && fence.requireAccuracyBetterThan == nil)
  }

  @Test("an exception of what the door asks for that shares its hours with another comes first")
  func presentationMode() throws {
    let hours = try RuleWorld.hours("11:00", "13:00")
    func mode(_ exceptions: [PresentationPlan.Exception], _ trust: ClockTrust) -> PresentationMode {
      RuleWorld {
        $0.door.settings.presentation = PresentationPlan(.cardThenPIN, exceptions: exceptions)
      }.policy.presentationMode(of: RuleWorld.front, at: RuleWorld.noon, clockTrust: trust)
    }
    let both: [PresentationPlan.Exception] = [
      .init(hours: hours, mode: .cardOnly), .init(hours: hours, mode: .pinOnly),
    ]
    for trust in ClockTrust.allCases {
      #expect(mode(both, trust) == (trust.isTrusted ? .cardOnly : .cardThenPIN))
      #expect(mode([], trust) == .cardThenPIN)
    }
    #expect(
      PolicySnapshot.empty.presentationMode(
        of: RuleWorld.front, at: RuleWorld.noon, clockTrust: .synchronised) == .cardThenPIN)
  }
}
