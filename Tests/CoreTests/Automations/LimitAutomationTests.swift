import DoorRules
import Testing

@testable import DoorCore

@Suite("G1: automations are bounded, and none sets off itself")
struct LimitAutomationTests {
  private typealias World = AutomationWorld

  @Test(
    "one automation acts 30 times in a row and then once in two seconds; the rest is counted and told"
  )
  func runs() {
    var world = World([World.rule(.output(World.light, isActive: true))])
    world.press(30)
    #expect(world.view().runs == 30 && world.view().leftOut == 0)
    world.press(10)
    #expect(world.view().runs == 30 && world.view().leftOut == 10)
    world.harness.run(forMilliseconds: 61_000)
    #expect(world.leftOut == [[AutomationID("rule")!: 10]])
    world.press()
    #expect(world.view().runs == 31)
  }

  @Test("all automations do 20 things at once and then one in 50 ms")
  func actions() {
    let rules = (1...6).map { number in
      Automation(
        id: AutomationID("r\(number)")!, name: "R", trigger: .input(World.motion, isActive: true),
        actions: Array(repeating: .output(World.light, isActive: true), count: 4))
    }
    var world = World(rules)
    world.input(true)
    #expect((0..<6).map { world.view($0).runs } == [1, 1, 1, 1, 1, 0])
    world.input(false)
    world.harness.run(forMilliseconds: 1_000)
    world.input(true)
    #expect((0..<6).map { world.view($0).runs } == [2, 2, 2, 2, 2, 0])
  }

  @Test("doors are acted on 60 times at once, and then once a second")
  func doors() {
    let rules = (1...61).map { number in
      Automation(
        id: AutomationID("r\(number)")!, name: "R", trigger: .event(.init(.doorExitRequested)),
        actions: [.unlock(World.door)])
    }
    var engine = AutomationEngine(
      PolicySnapshot(
        revision: 1, zone: .utc, facility: FacilityPolicy(automations: rules), doors: [:]),
      outputs: [], at: MonotonicInstant(nanoseconds: 0))
    var opened = 0
    // The actions of a second are 20.
    for (place, milliseconds) in stride(from: 0, to: 4_000, by: 1_000).enumerated() {
      let at = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
      let moment = Moment(
        monotonic: at, wall: ControllerHarness.noon, trust: .synchronised)
      let scene = AutomationScene(
        policy: .empty, at: moment.wall, clockTrust: .synchronised,
        doors: [World.door: .init()])
      let wishes = engine.step(
        [.init(.doorExitRequested, door: World.door)], in: scene, at: moment)
      opened += wishes.count { if case .unlock = $0 { true } else { false } }
      #expect(opened == min((place + 1) * 20, 63))
    }
  }

  @Test(
    "of what opens nothing one event a minute tells how often it acted; a door's is always told")
  func quiet() {
    var world = World([
      World.rule("light", .output(World.light, isActive: true)),
      World.rule("door", .unlock(World.door)),
    ])
    world.press(5)
    func told(_ id: String) -> [Int] {
      world.runs.filter { $0.automation.rawValue == id }.map(\.runs)
    }
    #expect(told("light") == [1] && told("door") == [1, 1, 1, 1, 1])
    world.harness.run(forMilliseconds: 60_000)
    world.press()
    #expect(told("light") == [1, 5])
  }

  @Test("all automations that open nothing have 60 events at once and then one a minute")
  func events() {
    let doors = (1...64).map { DoorID("d\($0)")! }
    let rules = doors.map { door in
      Automation(
        id: AutomationID(door.rawValue)!, name: "R",
        trigger: .event(.init(.doorExitRequested, door: door)), actions: [.record("x")])
    }
    var engine = AutomationEngine(
      PolicySnapshot(
        revision: 1, zone: .utc, facility: FacilityPolicy(automations: rules), doors: [:]),
      outputs: [], at: MonotonicInstant(nanoseconds: 0))
    var told = 0
    for (place, door) in doors.enumerated() {
      let moment = Moment(
        monotonic: MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: place * 50),
        wall: ControllerHarness.noon, trust: .synchronised)
      let scene = AutomationScene(policy: .empty, at: moment.wall, clockTrust: .synchronised)
      told += engine.step([.init(.doorExitRequested, door: door)], in: scene, at: moment).count {
        if case .effect(.record(.automationRan)) = $0 { true } else { false }
      }
    }
    #expect(told == 60)
  }

  private func cycle(_ automations: Automation...) -> [String]? {
    AutomationLoops.first(in: automations)?.map(\.rawValue)
  }

  @Test("a cycle is named rule by rule, over any number of rules; a chain that ends is none")
  func loops() {
    let (door, back) = (World.door, DoorID("back")!)
    func mode(_ id: String, on other: DoorID, _ own: DoorID) -> Automation {
      World.rule(
        id, when: .mode(.lockdown, door: other, begins: true), .mode(.lockdown, own, seconds: 9))
    }
    let (a, b) = (mode("a", on: door, back), mode("b", on: back, door))
    #expect(cycle(a, b) == ["a", "b"])
    #expect(cycle(a) == nil)
    #expect(cycle(mode("self", on: door, door)) == ["self"])
    let plan = World.rule("p", when: .mode(.plan, door: nil, begins: false), .startPlan(World.plan))
    #expect(cycle(plan) == ["p"])
    let storm = World.rule("s", when: .plan(World.plan, begins: true), .unlock(door))
    let held = World.rule(
      "h", when: .event(.init(.alarmCleared, door: door, reason: "forcedOpen")),
      .startPlan(World.plan))
    #expect(cycle(World.rule("x", .unlock(door)), storm, held) == ["h", "s"])
    #expect(
      cycle(storm, World.rule("x", when: .event(.init(.doorOpened)), .startPlan(World.plan))) == nil
    )
    // What somebody has to do in between, and what is wired outside, is no part of it.
    #expect(cycle(World.rule("o", when: .event(.init(.doorOpened)), .unlock(door))) == nil)
    #expect(
      cycle(
        World.rule(
          "f", when: .event(.init(.alarmRaised, reason: "fire")), .unlock(door))) == nil)
    #expect(
      cycle(World.rule("i", .pulse(World.light, milliseconds: 50), .mask(World.motion))) == nil)
  }

  @Test("the alarms that a lock's movement may cause are alarms of a door")
  func alarms() {
    let known = Set(DoorAlarm.allCases.map(\.rawValue))
    for alarm in ["forcedOpen", "heldOpen", "heldOpenWarning"] { #expect(known.contains(alarm)) }
  }

  @Test(
    "a controller without automations and outputs has no deadline for them, and does nothing more")
  func idle() {
    let engine = AutomationEngine(.empty, outputs: [], at: MonotonicInstant(nanoseconds: 0))
    #expect(engine.isIdle && engine.nextDeadline == nil)
    let wired = AutomationEngine(
      .empty, outputs: [World.light], at: MonotonicInstant(nanoseconds: 0))
    #expect(!wired.isIdle)
  }

  @Test("an allowance lets so many at once, and one more after each time")
  func allowance() {
    var allowance = Allowance(atOnceMax: 3, everyMicroseconds: 100_000)
    let start = MonotonicInstant(nanoseconds: 1_000_000)
    func take(_ milliseconds: Int, _ count: Int = 1) -> Bool {
      allowance.take(count, at: start.advanced(byMilliseconds: milliseconds))
    }
    #expect((0..<4).map { _ in take(0) } == [true, true, true, false])
    #expect(!take(99))
    #expect(take(100) && !take(100))
    #expect(!take(250, 2))
    #expect(take(310, 2) && !take(310))
    #expect(take(10_000, 3) && !take(10_000))
  }
}
