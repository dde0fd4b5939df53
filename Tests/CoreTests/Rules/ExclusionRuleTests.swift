import DoorRules
import Testing

@Suite("G6: an explicit deny wins")
struct ExclusionRuleTests {
  private func world(
    _ exclusions: [Exclusion], _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.scopes = [Scope(id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front])]
      $0.person.exclusions = exclusions
      change(&$0)
    }
  }

  @Test(
    "it beats rule, grant and the credential's own doors, whatever names the place",
    arguments: [
      Exclusion(facilityWide: true), Exclusion(doors: [RuleWorld.front]),
      Exclusion(groups: [RuleWorld.all]),
    ])
  func wins(_ exclusion: Exclusion) {
    let ways: [(inout RuleWorld) -> Void] = [
      { $0.person.grants = [Grant(facilityWide: true)] },
      { $0.facility.settings.memberRules = [MemberRule(name: "all")] },
      { $0.credential?.doors = [RuleWorld.front] },
    ]
    for way in ways {
      #expect(world([], way).denial == nil)
      #expect(world([Exclusion(doors: [RuleWorld.back]), exclusion], way).denial == .excluded)
    }
  }

  @Test("one for another door or scope denies nothing here")
  func elsewhere() {
    let other = Exclusion(doors: [RuleWorld.back], groups: [ScopeID("none")!])
    #expect(world([other]).denial == nil)
  }

  @Test("it ends by itself, but only when its end has surely come")
  func ends() {
    let noon = RuleWorld.noon
    func denial(_ until: WallInstant, _ trust: ClockTrust) -> DenialReason? {
      world([Exclusion(facilityWide: true, until: until)]) {
        $0.clockTrust = trust
        $0.credential = Credential(id: RuleWorld.key, kind: .card, person: RuleWorld.ada)
      }.denial
    }
    for trust in [ClockTrust.synchronised, .holdover, .doubtful] {
      #expect(denial(noon, trust) == nil)
      #expect(denial(noon.advanced(bySeconds: 1), trust) == .excluded)
    }
    #expect(denial(noon, .unknown) == .excluded)
  }

  @Test("A10: whoever is inside leaves by a reader that leads out, and enters by none")
  func leaving() {
    func denial(_ entry: Set<ReaderID>, _ exit: Set<ReaderID>) -> DenialReason? {
      world([Exclusion(facilityWide: true)]) {
        $0.facility.areas = [
          Area(id: AreaID("gym")!, name: "Gym", entry: entry, exit: exit, antiPassback: .off),
          Area(id: AreaID("hall")!, name: "Hall", entry: [], exit: exit, antiPassback: .off),
        ]
        $0.reader = ReaderID("here")
      }.denial
    }
    let here: Set = [ReaderID("here")!]
    #expect(denial([], here) == nil)
    #expect(denial(here, []) == .excluded)
    #expect(denial(here, here) == .excluded)
    #expect(denial([], []) == .excluded)
  }

  @Test("A10 D4: a phone leaves only through a door whose readers all lead out, and that has one")
  func leavingByPhone() {
    func denial(_ readers: [String]) -> DenialReason? {
      world([Exclusion(facilityWide: true)]) {
        $0.facility.areas = [
          Area(
            id: AreaID("gym")!, name: "Gym", entry: [ReaderID("in")!],
            exit: [ReaderID("out")!, ReaderID("side")!], antiPassback: .off)
        ]
        $0.presentation = .mobile(nil)
        $0.doorReaders = readers.map { ReaderID($0)! }
      }.denial
    }
    #expect(denial(["out", "side"]) == nil && denial(["out"]) == nil)
    #expect(denial(["out", "in"]) == .excluded)
    #expect(denial([]) == .excluded)
  }

  @Test("an administrator's override with a reason beats it")
  func override() {
    let world = world([Exclusion(facilityWide: true)]) {
      $0.override = AdminOverride(by: "ann", reason: "the police ask for it")
    }
    #expect(world.denial == nil)
  }
}
