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
