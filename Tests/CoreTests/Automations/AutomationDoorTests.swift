import DoorCore
import DoorRules
import Testing

@Suite("G1: automations at doors hold nobody in, and override nothing that is closed")
struct AutomationDoorTests {
  private typealias World = AutomationWorld

  private func modes(_ mode: DoorMode) -> DoorModes {
    DoorModes([
      DoorModeEntry(mode: mode, owner: "desk", reason: "x", since: ControllerHarness.noon)
    ])
  }

  private let unlock = World.rule("open", .unlock(World.door), .output(World.light, isActive: true))

  @Test("an unlock is for the hold time, after its event, which names the rule and the door")
  func unlocks() throws {
    var world = World([unlock])
    world.input(true)
    #expect(world.harness.isReleased && world.isOn())
    let run = try #require(world.runs.first { $0.door == World.door })
    #expect(run.automation.rawValue == "open" && run.done == ["unlock door front"])
    #expect(run.because.words() == "input motion becomes active")
    #expect(world.runs.contains { $0.door == nil && $0.done == ["output light on"] })
    let effects = world.harness.journal.map(\.effect)
    let event = try #require(
      effects.firstIndex {
        if case .record(.automationRan) = $0 { true } else { false }
      })
    let lock = try #require(
      effects.firstIndex { $0 == .setLock(World.door, .released, .afterRecords, order: nil) })
    #expect(event < lock)
    world.harness.run(forMilliseconds: 10_000)
    #expect(!world.harness.isReleased)
  }

  @Test("no automation opens in lockdown, forced closed, or under a plan; the rest of it is done")
  func closed() {
    let open = World.rule(
      "hold", when: .event(.init(.doorExitRequested)), .mode(.forceOpen, World.door, seconds: 60))
    for mode in [DoorMode.lockdown, .forceClosed] {
      var world = World([unlock, open], modes: modes(mode))
      world.input(true)
      #expect(!world.harness.isReleased && world.isOn())
      #expect(world.runs.map(\.refused).contains(["unlock door front: \(mode.rawValue) by desk"]))
      world.harness.pressExit()
      world.harness.run(forMilliseconds: 10_000)
      #expect(!world.harness.isReleased && world.mode == mode)
      world.harness.send(.modes(World.door, DoorModes()))
      #expect(!world.harness.isReleased)
    }
    let storm = Plan(id: World.plan, name: "Storm", rank: 1)
    var world = World([unlock, open], plans: [storm])
    world.harness.send(
      .plan(PlanOrder(plan: World.plan, change: .start, hand: .console, by: "d", reason: "x")))
    world.input(true)
    #expect(!world.harness.isReleased && world.mode == .plan)
    #expect(world.runs.map(\.refused).contains(["unlock door front: plan storm: x"]))
  }

  @Test("a door of an interlock is not opened while another of it stands open")
  func interlock() {
    let other = DoorID("back")!
    var world = World([unlock], otherDoor: other)
    world.harness.send(
      .edge(LineEdge(line: .contact(other), isActive: true, at: world.harness.now)))
    world.harness.run(forMilliseconds: 100)
    world.input(true)
    #expect(!world.harness.isReleased)
    #expect(
      world.runs.map(\.refused).contains(
        ["unlock door front: door back of its interlock is not locked"]))
  }

  @Test(
    "whatever mode a rule orders, who leaves and fire find the door free",
    arguments: [DoorMode.lockdown, .forceClosed])
  func leaving(_ mode: DoorMode) {
    var world = World([World.rule(.mode(mode, World.door, seconds: 600))])
    world.input(true)
    #expect(world.mode == mode && !world.harness.isReleased)
    world.harness.pressExit()
    #expect(world.harness.isReleased)
    world.harness.run(forMilliseconds: 30_000)
    #expect(!world.harness.isReleased)
    world.harness.send(.edge(LineEdge(line: .fire, isActive: true, at: world.harness.now)))
    world.harness.run(forMilliseconds: 200)
    #expect(world.harness.isReleased && world.mode == .fire)
    // The rule acts again meanwhile.
    world.input(false)
    world.input(true)
    #expect(world.harness.isReleased && world.mode == .fire)
  }

  @Test("an ordered mode is remembered with its end, and taken back when the rule is over")
  func modeEnds() {
    let rule = World.rule(.mode(.forceOpen, World.door, seconds: 60), end: .over)
    var world = World([rule])
    world.input(true)
    #expect(world.mode == .forceOpen && world.harness.isReleased)
    let entry = world.harness.controller.modes(of: World.door)?.entry(of: .forceOpen)
    #expect(entry?.owner == "automation rule" && entry?.end != nil)
    #expect(
      world.harness.journal.contains {
        if case .remember(.modes(World.door, _)) = $0.effect { true } else { false }
      })
    world.harness.run(forMilliseconds: 5_000)
    world.input(false)
    #expect(world.mode == nil && !world.harness.isReleased)
    // By its own time at the latest.
    world.input(true)
    world.harness.run(forMilliseconds: 61_000)
    #expect(world.mode == nil && !world.harness.isReleased)
  }

  @Test("what somebody has ordered is neither replaced nor taken back by a rule")
  func ordersOfPeople() {
    let rule = World.rule(.mode(.forceOpen, World.door, seconds: 60), end: .over)
    var world = World([rule], modes: modes(.forceOpen))
    world.input(true)
    #expect(
      world.runs.map(\.refused) == [
        ["mode forceOpen at door front for 60 s: desk has ordered it already"]
      ])
    world.input(false)
    #expect(world.mode == .forceOpen)
    var second = World([rule])
    second.input(true)
    second.harness.send(.modes(World.door, modes(.forceOpen)))
    second.input(false)
    #expect(second.mode == .forceOpen)
  }

  @Test("a plan begins where it says automation, and is never started anew")
  func plans() {
    let rule = World.rule(.startPlan(World.plan))
    for hand in [Plan.Hand.console, .automation] {
      let storm = Plan(id: World.plan, name: "Storm", rank: 1, startedBy: [hand])
      var world = World([rule], plans: [storm])
      world.press()
      world.harness.run(forMilliseconds: 60_000)
      world.press()
      let started = world.harness.occurrences.compactMap { occurrence -> String? in
        if case .planStarted(let entry, _) = occurrence { entry.by } else { nil }
      }
      #expect(started == (hand == .automation ? ["automation rule"] : []))
      let refusals = world.runs.flatMap(\.refused)
      #expect(
        refusals.first
          == "start plan storm: "
          + (hand == .automation ? "it is in force" : "its startedBy has no automation"))
    }
  }

  @Test("one may set off another in the same moment")
  func chain() {
    var world = World([
      World.rule("first", .mode(.lockdown, World.door, seconds: 60)),
      World.rule(
        "second", when: .mode(.lockdown, door: World.door, begins: true),
        .output(World.siren, isActive: true)),
    ])
    world.harness.run(forMilliseconds: 1_000)
    world.input(true)
    #expect(world.isOn(World.siren))
    #expect(world.runs.map(\.automation.rawValue) == ["first", "second"])
  }
}
