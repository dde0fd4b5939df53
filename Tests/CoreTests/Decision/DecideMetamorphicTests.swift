import CoreModels
import DoorRules
import Testing

/// Random worlds, and changes whose direction is known.
@Suite("B1 B2 B3: what a change can and cannot do to a decision")
struct DecideMetamorphicTests {
  static let worlds = 4_000

  private static func hours(_ random: inout Xorshift) -> WeeklyHours? {
    switch random.number(0...3) {
    case 0: nil
    case 1: WeeklyHours()
    case 2: try? RuleWorld.hours("00:00", "24:00")
    default: try? RuleWorld.hours("11:00", "12:30")
    }
  }

  private static func grants(_ random: inout Xorshift) -> [Grant] {
    (0..<random.number(0...3)).map { _ in
      Grant(
        facilityWide: random.chance(1, in: 4),
        doors: random.chance(1, in: 3) ? [RuleWorld.front] : [],
        groups: random.chance(1, in: 3) ? [RuleWorld.all] : [], accessHours: hours(&random))
    }
  }

  private static func rules(_ random: inout Xorshift) -> [MemberRule] {
    (0..<random.number(0...3)).map { index in
      MemberRule(
        name: "rule \(index)", memberTypes: random.chance(1, in: 2) ? ["staff", "guest"] : nil,
        anyTags: random.chance(1, in: 3) ? ["gym"] : [],
        noneOfTags: random.chance(1, in: 4) ? ["banned"] : [], accessHours: hours(&random))
    }
  }

  static func world(_ random: inout Xorshift) -> RuleWorld {
    var world = RuleWorld()
    world.person.memberType = random.chance(1, in: 2) ? "staff" : "member"
    world.person.tags = random.chance(1, in: 2) ? ["gym"] : []
    world.person.membershipStatus = random.chance(4, in: 5) ? "active" : "paused"
    world.person.accessEnabled = random.chance(9, in: 10)
    world.person.grants = grants(&random)
    world.facility.settings.memberRules = random.chance(1, in: 2) ? rules(&random) : nil
    world.facility.settings.accessHours = hours(&random)
    world.door.settings.accessHours = hours(&random)
    world.door.settings.memberRules = random.chance(1, in: 3) ? rules(&random) : nil
    if random.chance(1, in: 2) {
      world.scopes = [
        Scope(
          id: RuleWorld.all, name: "All", priority: 0, doors: [RuleWorld.front],
          settings: AccessSettings(accessHours: hours(&random)))
      ]
    }
    if random.chance(1, in: 3) { world.credential?.doors = [RuleWorld.front] }
    if random.chance(1, in: 6) { world.credential?.usesMax = random.number(1...2) }
    if random.chance(1, in: 4) {
      world.credential?.validUntil = world.at.advanced(bySeconds: Int64(random.number(0...200)))
    }
    return world
  }

  /// Calls `body` with many worlds; returns how many of them grant.
  private func each(
    seed: UInt64, _ body: (RuleWorld, inout Xorshift) -> Void
  ) -> Int {
    var random = Xorshift(seed: seed)
    var grants = 0
    for _ in 0..<Self.worlds {
      let world = Self.world(&random)
      if world.denial == nil { grants += 1 }
      body(world, &random)
    }
    return grants
  }

  @Test("adding a restriction never turns a denial into a grant")
  func restrictions() {
    typealias Restriction = (inout RuleWorld) -> Void
    let closed = WeeklyHours()
    let restrictions: [Restriction] = [
      { $0.person.accessEnabled = false }, { $0.credential?.status = .revoked },
      { $0.credential?.usesMax = 0 }, { $0.credential?.validUntil = $0.at },
      { $0.credential?.validFrom = $0.at.advanced(bySeconds: 901) },
      { $0.credential?.device = ControllerID("other") }, { $0.cacheAgeSeconds = .max },
      { $0.mode = .lockdown }, { $0.mode = .forceClosed }, { $0.clockTrust = .unknown },
      { $0.isKnown = false }, { $0.presentation = .mobile(nil) },
      { $0.door.settings.presentation = PresentationPlan(.pinOnly) },
      { $0.facility.settings.accessHours = $0.facility.settings.accessHours.map { _ in closed } },
      { $0.credential?.issue = 1 }, { $0.person.escort = .needed },
      { world in
        world.credential?.unusedDays = 1
        world.credential?.lastUsed = world.at.advanced(bySeconds: -86_400)
      },
      { $0.person.exclusions = [Exclusion(doors: [RuleWorld.front])] },
      { $0.door.settings.requiredQualifications = ["induction"] },
      { $0.person.grants = $0.person.grants.dropLast() },
      { $0.person.tags = [] },
      { world in
        world.facility.settings.memberRules = world.facility.settings.memberRules?.dropLast()
      },
      { world in
        world.person.grants = world.person.grants.map {
          Grant(
            facilityWide: $0.facilityWide, doors: $0.doors, groups: $0.groups,
            accessHours: closed)
        }
      },
      { world in
        let lockdown = PlanID("lockdown")!
        world.facility.plans = [
          Plan(id: lockdown, name: "Lockdown", rank: 1, levels: [.init(tags: ["a", "b"])])
        ]
        world.plans = [PlanEntry(plan: lockdown, by: "desk", reason: "x", since: world.at)]
      },
    ]
    var opened: [Int] = []
    let grants = each(seed: 1) { world, _ in
      guard world.denial != nil else { return }
      for (index, restrict) in restrictions.enumerated() {
        var restricted = world
        restrict(&restricted)
        // A phone skips only the door's presentation mode.
        if restricted.denial == nil { opened.append(index) }
      }
    }
    #expect(opened.isEmpty, "\(Set(opened).sorted())")
    #expect((Self.worlds / 10...Self.worlds * 9 / 10).contains(grants), "\(grants)")
  }

  @Test("the order of rules, grants, scopes and holders never matters")
  func order() {
    var different = 0
    _ = each(seed: 2) { world, random in
      var world = world
      world.clockTrust = random.chance(1, in: 3) ? .unknown : .synchronised
      var shuffled = world
      shuffled.person.grants.shuffle(using: &random)
      shuffled.facility.settings.memberRules?.shuffle(using: &random)
      shuffled.door.settings.memberRules?.shuffle(using: &random)
      shuffled.scopes.shuffle(using: &random)
      if shuffled.denial != world.denial { different += 1 }
    }
    #expect(different == 0)
  }

  @Test("removing a person's every path denies")
  func noPath() {
    var opened = 0
    let grants = each(seed: 3) { world, _ in
      var bare = world
      bare.person.grants = []
      bare.credential?.doors = []
      bare.facility.settings.memberRules = nil
      bare.door.settings.memberRules = nil
      for index in bare.scopes.indices { bare.scopes[index].settings.memberRules = nil }
      if bare.denial == nil { opened += 1 }
    }
    #expect(opened == 0)
    #expect(grants > 0)
  }

  @Test("an unrelated person, door, scope or class changes nothing")
  func unrelated() throws {
    let other = try #require(DoorID("other"))
    let strange = try #require(ScopeID("strange"))
    var different = 0
    _ = each(seed: 4) { world, _ in
      var larger = world
      larger.scopes.append(
        Scope(
          id: strange, name: "Strange", priority: -9, doors: [other],
          settings: AccessSettings(accessHours: WeeklyHours(), memberRules: [])))
      larger.facility.classes = ["vip": CredentialClass(offlineHours: nil, unknownClock: .allow)]
      if larger.denial != world.denial { different += 1 }
    }
    #expect(different == 0)
  }
}
