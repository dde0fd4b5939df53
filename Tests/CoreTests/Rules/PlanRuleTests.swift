import DoorRules
import Testing

@Suite("G4: a plan in force lets only the people of its level pass, and holds nobody in")
struct PlanRuleTests {
  private static let lock = PlanID("lockdown")!
  private static let storm = PlanID("storm")!
  private static let gym = AreaID("gym")!
  private static let wayIn = ReaderID("in")!
  private static let wayOut = ReaderID("out")!

  private static func entry(_ plan: PlanID = lock, drill: Bool = false) -> PlanEntry {
    PlanEntry(
      plan: plan, isDrill: drill, by: "desk", reason: "alarm", since: RuleWorld.noon)
  }

  private func world(
    _ levels: [Plan.Level] = [Plan.Level()], rank: Int = 5, others: [Plan] = [],
    entries: [PlanEntry] = [entry()], _ change: (inout RuleWorld) -> Void = { _ in }
  ) -> RuleWorld {
    RuleWorld {
      $0.facility.areas = [
        Area(
          id: Self.gym, name: "Gym", entry: [Self.wayIn], exit: [Self.wayOut], antiPassback: .off)
      ]
      $0.facility.plans =
        [Plan(id: Self.lock, name: "Lockdown", rank: rank, levels: levels)] + others
      $0.plans = entries
      change(&$0)
    }
  }

  @Test("nobody passes unless the level says so, by tag or by member type, byte for byte")
  func levels() {
    #expect(world().denial == .planInForce)
    let staff = [Plan.Level(tags: ["staff"], memberTypes: ["guard"])]
    #expect(world(staff).denial == .planInForce)
    #expect(world(staff) { $0.person.tags = ["staff"] }.denial == nil)
    #expect(world(staff) { $0.person.customTags = ["staff"] }.denial == nil)
    #expect(world(staff) { $0.person.memberType = "guard" }.denial == nil)
    #expect(world(staff) { $0.person.memberType = "staff" }.denial == .planInForce)
    // Two spellings of one letter are two tags.
    let accent = [Plan.Level(tags: ["zo\u{EB}"])]
    #expect(world(accent) { $0.person.tags = ["zoe\u{308}"] }.denial == .planInForce)
    // No type is the type of nobody.
    #expect(world([Plan.Level(memberTypes: [""])]).denial == .planInForce)
  }

  @Test("who passes the plan is still asked for everything else")
  func rest() {
    let staff = [Plan.Level(tags: ["staff"])]
    let off = world(staff) {
      $0.person.tags = ["staff"]
      $0.person.grants = []
    }
    #expect(off.denial == .ruleMismatch)
    #expect(world { $0.credential?.status = .revoked }.denial == .credentialRevoked)
    #expect(world { $0.override = AdminOverride(by: "desk", reason: "fire brigade") }.denial == nil)
  }

  @Test("the first level that is for the door counts: by door, by scope, by the area it leads into")
  func places() throws {
    let back = Plan.Level(doors: [RuleWorld.back])
    let open = Plan.Level(doors: [RuleWorld.front], tags: ["staff"])
    func staff(_ levels: [Plan.Level]) -> DenialReason? {
      world(levels) { $0.person.tags = ["staff"] }.denial
    }
    #expect(world([back]).denial == nil)
    #expect(staff([open, Plan.Level()]) == nil && staff([Plan.Level(), open]) == .planInForce)
    #expect(staff([back, open]) == nil)
    let plan = Plan(
      id: try #require(PlanID("p")), name: "P", rank: 1, levels: [open, Plan.Level()])
    #expect(plan.passes == [#"door front: tag "staff""#, "every other door: nobody"])
    let scope = try #require(ScopeID("wing"))
    for doors in [[RuleWorld.front], [RuleWorld.back]] as [Set<DoorID>] {
      let found = world([Plan.Level(scopes: [scope])]) {
        $0.scopes = [Scope(id: scope, name: "Wing", priority: 0, doors: doors)]
      }
      #expect((found.denial == .planInForce) == doors.contains(RuleWorld.front))
    }
    let area = [Plan.Level(areas: [Self.gym])]
    #expect(world(area) { $0.reader = Self.wayIn }.denial == .planInForce)
    #expect(world(area) { $0.reader = ReaderID("other") }.denial == nil)
    // A phone, at a door that leads in, and at one that does not.
    #expect(world(area) { $0.doorReaders = [Self.wayOut, Self.wayIn] }.denial == .planInForce)
    #expect(world(area) { $0.doorReaders = [] }.denial == nil)
  }

  @Test("of several plans the highest rank counts, and of equal ranks each")
  func ranks() {
    let weak = Plan(id: Self.storm, name: "Storm", rank: 1, levels: [Plan.Level(tags: ["a"])])
    func denial(_ rank: Int, _ tags: Set<String>) -> PlanID? {
      var other = weak
      other.rank = rank
      let found = world(
        [Plan.Level(tags: ["b"])], others: [other], entries: [Self.entry(Self.storm), Self.entry()]
      ) { $0.person.tags = tags }.verdict()
      return found.decision == .deny(.planInForce) ? found.plan : nil
    }
    #expect(denial(1, ["b"]) == nil && denial(1, ["a"]) == Self.lock)
    #expect(denial(9, ["a"]) == nil && denial(9, ["b"]) == Self.storm)
    #expect(denial(5, ["a", "b"]) == nil)
    #expect(denial(5, ["a"]) == Self.lock && denial(5, ["b"]) == Self.storm)
  }

  @Test("a drill denies nobody, and the verdict names it for whoever would have been kept out")
  func drill() {
    let drill = world(entries: [Self.entry(drill: true)]).verdict()
    #expect(drill.decision == .grant(via: .grant) && drill.plan == Self.lock)
    #expect(
      drill.steps.first { $0.rule == "PlanRule" }?.detail
        == "lockdown (Lockdown) is only practised; in force it would keep out ada")
    let staff = world([Plan.Level(tags: ["staff"])], entries: [Self.entry(drill: true)]) {
      $0.person.tags = ["staff"]
    }.verdict()
    #expect(staff.isGrant && staff.plan == nil)
    #expect(world(entries: []).verdict().plan == nil)
  }

  @Test("leaving waits for no plan, a door that stands open asks for none, and the denial names it")
  func leaving() {
    let out = world { $0.reader = Self.wayOut }.verdict()
    #expect(out.decision == .grant(via: .leaving) && out.leavesDespite == .planInForce)
    #expect(out.plan == nil)
    for mode in DoorMode.allCases where mode.holdsOpen {
      #expect(world { $0.mode = mode }.denial == nil, "\(mode)")
    }
    #expect(world { $0.mode = .plan }.denial == .planInForce)
    let denied = world([Plan.Level(tags: ["staff"])]).verdict()
    #expect(denied.plan == Self.lock)
    #expect(
      denied.steps.last?.detail
        == "plan lockdown (Lockdown), rank 5, is in force since 1970-01-05 12:00, and passes tag"
        + " \"staff\"; ada is not of that level")
  }

  @Test("a plan that the policy lacks keeps nobody out")
  func gone() {
    #expect(world(entries: [Self.entry(Self.storm)]).denial == nil)
  }
}
