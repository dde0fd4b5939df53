import DoorCore
import DoorRules
import Testing

@Suite("G1: what automations wait for, and what must be so")
struct AutomationTriggerTests {
  private typealias World = AutomationWorld

  private func world(
    when trigger: AutomationTrigger, count: Automation.Count? = nil,
    while condition: AutomationCondition? = nil, plans: [Plan] = []
  ) -> World {
    World(
      [
        World.rule(
          when: trigger, count: count, while: condition, .pulse(World.light, milliseconds: 50))
      ],
      plans: plans)
  }

  @Test("an event, at its place and for its reason only")
  func event() throws {
    let unknown = AutomationTrigger.Event(
      .accessDenied, door: World.door, reader: World.reader, reason: "unknownCredential")
    var world = world(when: .event(unknown))
    try world.harness.badge(facility: 1, card: 2)
    #expect(world.view().runs == 1)
    world.harness.storeFails = true
    try world.harness.badge(facility: 1, card: 2)
    #expect(world.view().runs == 1)
    #expect(
      world.runs.map { $0.because.words() } == [
        "accessDenied at door front, reader front-in (unknownCredential)"
      ])
    var elsewhere = self.world(when: .event(.init(.accessDenied, door: DoorID("back")!)))
    try elsewhere.harness.badge(facility: 1, card: 2)
    #expect(elsewhere.view().runs == 0)
  }

  @Test("so many within a time are one; those that are too far apart are none")
  func count() {
    var world = world(
      when: .event(.init(.doorExitRequested)), count: .init(3, withinMilliseconds: 10_000))
    func wait(_ milliseconds: Int) { world.harness.run(forMilliseconds: milliseconds) }
    for _ in 0..<4 {
      world.harness.pressExit()
      wait(6_000)
    }
    #expect(world.view().runs == 0)
    for _ in 0..<2 { world.harness.pressExit() }
    #expect(world.view().runs == 1)
    for _ in 0..<2 { world.harness.pressExit() }
    #expect(world.view().runs == 1)
  }

  @Test("hours begin and end on the facility's clock, and do nothing while it is not trusted")
  func hours() throws {
    let day: [WeeklyHours.Window] = [(from: "12:05", to: "12:10"), (from: "12:20", to: "12:25")]
    let hours = try WeeklyHours(parsing: ["friday": day], exceptions: [:])
    for begins in [true, false] {
      var world = world(when: .hours(hours, begins: begins))
      func runs(afterMinutes minutes: Int) -> Int {
        world.harness.run(forMilliseconds: minutes * 60_000)
        return world.view().runs
      }
      #expect(runs(afterMinutes: 1) == 0)
      #expect(runs(afterMinutes: 5) == (begins ? 1 : 0))
      #expect(runs(afterMinutes: 5) == 1)
      world.harness.trust = .unknown
      #expect(runs(afterMinutes: 11) == 1)
      world.harness.trust = .synchronised
      #expect(runs(afterMinutes: 2) == 1)
      #expect(runs(afterMinutes: 2) == (begins ? 1 : 2))
    }
  }

  @Test("a mode, and a plan, that begins or ends; a drill is no plan in force")
  func modesAndPlans() {
    let storm = Plan(id: World.plan, name: "Storm", rank: 1, allowsDrill: true)
    func order(_ change: PlanOrder.Change) -> ControllerInput {
      .plan(PlanOrder(plan: World.plan, change: change, hand: .console, by: "desk", reason: "x"))
    }
    for (trigger, afterStart) in [
      (AutomationTrigger.plan(World.plan, begins: true), 1), (.plan(World.plan, begins: false), 0),
      (.mode(.plan, door: World.door, begins: true), 1),
      (.mode(.plan, door: nil, begins: false), 0),
    ] {
      var world = world(when: trigger, plans: [storm])
      world.harness.run(forMilliseconds: 1_000)
      world.harness.send(order(.drill))
      world.harness.send(order(.end))
      #expect(world.view().runs == 0, "\(trigger)")
      world.harness.send(order(.start))
      #expect(world.view().runs == afterStart, "\(trigger)")
      world.harness.send(order(.end))
      #expect(world.view().runs == 1, "\(trigger)")
    }
  }

  private static let scene: AutomationScene = {
    var facility = FacilityPolicy()
    facility.holidays = Holidays()
    let policy = PolicySnapshot(revision: 1, zone: .utc, facility: facility, doors: [:])
    return AutomationScene(
      policy: policy, at: ControllerHarness.noon, clockTrust: .synchronised,
      inputs: [World.motion: true, InputID("off")!: false, InputID("mask")!: true],
      masked: [InputID("mask")!],
      doors: [
        World.door: .init(isOpen: true, isReleased: true, mode: .forceOpen),
        DoorID("blind")!: .init(isOpen: nil),
      ], plans: [World.plan], people: [AreaID("hall")!: 2, AreaID("vault")!: 0])
  }()

  private static let table: [(AutomationCondition, Bool)] = [
    (.input(World.motion, isActive: true), true), (.input(World.motion, isActive: false), false),
    (.input(InputID("off")!, isActive: false), true),
    (.input(InputID("mask")!, isActive: true), false),
    (.input(InputID("mask")!, isActive: false), true),
    (.input(InputID("none")!, isActive: false), false),
    (.door(World.door, .open), true), (.door(World.door, .closed), false),
    (.door(World.door, .released), true), (.door(World.door, .locked), false),
    (.door(DoorID("blind")!, .open), false), (.door(DoorID("blind")!, .closed), false),
    (.door(DoorID("blind")!, .locked), true), (.door(DoorID("none")!, .locked), false),
    (.mode(World.door, .forceOpen), true), (.mode(World.door, .normal), false),
    (.hours(.everyDay), true), (.hours(WeeklyHours()), false),
    (.area(AreaID("hall")!, isOccupied: true), true),
    (.area(AreaID("hall")!, isOccupied: false), false),
    (.area(AreaID("vault")!, isOccupied: false), true),
    (.area(AreaID("none")!, isOccupied: false), false),
    (.plan(World.plan), true), (.plan(PlanID("other")!), false), (.clockTrusted, true),
    (.all([.plan(World.plan), .clockTrusted]), true),
    (.all([.plan(World.plan), .hours(WeeklyHours())]), false),
    (.any([.hours(WeeklyHours()), .clockTrusted]), true),
    (.any([.hours(WeeklyHours()), .plan(PlanID("other")!)]), false),
    (.not(.clockTrusted), false), (.not(.any([.hours(WeeklyHours())])), true),
  ]

  @Test("each condition by what is so, and why not", arguments: table.indices)
  func conditions(_ place: Int) {
    let (condition, isSo) = Self.table[place]
    let failure = condition.failure(in: Self.scene)
    #expect((failure == nil) == isSo, "\(condition.words): \(failure ?? "so")")
    #expect(AutomationCondition.not(condition).failure(in: Self.scene) == nil || isSo)
    #expect(failure != "")
  }

  @Test("while the clock is not trusted no hours are so, and the condition says it")
  func untrusted() {
    var scene = Self.scene
    scene.clockTrust = .doubtful
    #expect(
      AutomationCondition.hours(.everyDay).failure(in: scene)
        == "not so: the clock is not trusted")
    #expect(AutomationCondition.clockTrusted.failure(in: scene) != nil)
  }

  @Test("a condition that is not so stops the run, and the list says why")
  func explained() {
    var world = World([
      World.rule(while: .door(World.door, .open), .output(World.light, isActive: true))
    ])
    world.press()
    #expect(!world.isOn() && world.runs.isEmpty)
    #expect(world.view().lastFailure == "not so: door front is open")
    #expect(world.view().lastFailureAt != nil && world.view().failure != nil)
    world.harness.setContact(open: true)
    world.press()
    #expect(world.isOn() && world.view().lastFailure == nil && world.view().failure == nil)
  }
}
