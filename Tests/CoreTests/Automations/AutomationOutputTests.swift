import DoorCore
import DoorRules
import Testing

@Suite("G1: what automations do with outputs, and how that ends")
struct AutomationOutputTests {
  private typealias World = AutomationWorld

  @Test("an input puts an output on for a time, and each trigger begins that time anew")
  func forSeconds() {
    var world = World([
      World.rule(.output(World.light, isActive: true), end: .after(milliseconds: 5_000))
    ])
    world.harness.run(forMilliseconds: 100)
    #expect(!world.isOn())
    world.press()
    #expect(world.isOn() && !world.isOn(World.siren) && world.view().isRunning)
    world.harness.run(forMilliseconds: 4_000)
    world.press()
    world.harness.run(forMilliseconds: 4_000)
    #expect(world.isOn())
    world.harness.run(forMilliseconds: 1_000)
    #expect(!world.isOn() && !world.view().isRunning)
    #expect(world.view().runs == 2)
  }

  @Test("until over: it ends with its trigger, or with its condition")
  func over() {
    var world = World([
      World.rule(
        while: .not(.mode(World.door, .lockdown)), .output(World.light, isActive: true), end: .over)
    ])
    world.input(true)
    world.harness.run(forMilliseconds: 600_000)
    #expect(world.isOn())
    world.input(false)
    #expect(!world.isOn())
    world.input(true)
    #expect(world.isOn())
    world.harness.send(
      .modes(
        World.door,
        DoorModes([
          DoorModeEntry(mode: .lockdown, owner: "desk", reason: "x", since: ControllerHarness.noon)
        ])))
    world.harness.run(forMilliseconds: 1_000)
    #expect(!world.isOn())
    #expect(world.view().failure == "it is so: mode lockdown is in force at door front")
  }

  @Test("without an end it stays until another sets it, and what is timed gives way to it again")
  func lasting() {
    let off = AutomationTrigger.event(.init(.doorExitRequested))
    var world = World([
      World.rule("on", .output(World.light, isActive: true)),
      World.rule("off", when: off, .output(World.light, isActive: false)),
      World.rule(
        "blink", when: .event(.init(.doorOpened)), .output(World.light, isActive: false),
        end: .after(milliseconds: 1_000)),
    ])
    world.press()
    world.harness.run(forMilliseconds: 60_000)
    #expect(world.isOn())
    world.harness.setContact(open: true)
    #expect(!world.isOn())
    world.harness.run(forMilliseconds: 1_000)
    #expect(world.isOn())
    world.harness.pressExit()
    world.harness.run(forMilliseconds: 60_000)
    #expect(!world.isOn())
  }

  @Test("a pulse ends by itself, also where nothing else has an end")
  func pulse() {
    var world = World([World.rule(.pulse(World.siren, milliseconds: 700))])
    world.input(true)
    #expect(world.isOn(World.siren))
    world.harness.run(forMilliseconds: 650)
    #expect(world.isOn(World.siren))
    world.harness.run(forMilliseconds: 50)
    #expect(!world.isOn(World.siren))
  }

  @Test("each level is driven again every second, and each output is driven at the start")
  func reassert() {
    var world = World([World.rule(.output(World.light, isActive: true))])
    world.press()
    world.harness.journal = []
    world.harness.run(forMilliseconds: 3_000)
    let driven = world.harness.journal.compactMap { entry -> [Bool]? in
      if case .drive(.auxiliary(let output), let active) = entry.effect {
        [output == World.light, active]
      } else {
        nil
      }
    }
    #expect(driven.count == 6)
    #expect(driven.allSatisfy { $0[0] == $0[1] })
    let fresh = World([])
    #expect(
      fresh.harness.journal.contains {
        $0.effect == .drive(.auxiliary(World.light), active: false)
      })
  }

  @Test("after a start all are off; what ends with its trigger begins anew, all else waits")
  func restart() {
    let hours = WeeklyHours.everyDay
    var world = World([
      World.rule(
        "over", when: .hours(hours, begins: true), .output(World.light, isActive: true), end: .over),
      World.rule(
        "once", when: .hours(hours, begins: true), .output(World.siren, isActive: true)),
    ])
    world.harness.run(forMilliseconds: 1_000)
    #expect(world.isOn() && !world.isOn(World.siren))
  }

  @Test("another policy ends what a rule did that it lacks, and lets the others go on")
  func policy() {
    let keep = World.rule("keep", .output(World.siren, isActive: true))
    let gone = World.rule(
      "gone", .output(World.light, isActive: true), .mask(World.motion),
      .mode(.forceOpen, World.door, seconds: 600), end: .after(milliseconds: 60_000))
    var world = World([gone, keep])
    world.input(true)
    #expect(world.isOn() && world.isOn(World.siren) && world.mode == .forceOpen)
    #expect(world.harness.controller.maskedInputs == [World.motion])
    var facility = FacilityPolicy()
    facility.automations = [keep]
    world.harness.send(
      .policy(
        PolicySnapshot(
          revision: 8, zone: .utc, facility: facility, doors: world.harness.policy.doors)))
    world.harness.run(forMilliseconds: 10)
    #expect(!world.isOn() && world.isOn(World.siren) && world.mode == nil)
    #expect(world.harness.controller.maskedInputs.isEmpty)
  }

  @Test("an output or an input that is not wired is told, and the rest is done")
  func notWired() {
    let gone = OutputID("gone")!
    var world = World([
      World.rule(.output(gone, isActive: true), .output(World.light, isActive: true)),
      World.rule(
        "other", while: .input(InputID("no")!, isActive: false),
        .output(World.siren, isActive: true)),
    ])
    world.press()
    #expect(world.isOn() && !world.isOn(World.siren))
    #expect(world.runs.map(\.refused) == [["output gone on: is not wired"]])
    #expect(world.view(1).lastFailure == "input no is not wired")
  }

  @Test("a masked input triggers nothing and counts as inactive; afterwards its next change counts")
  func mask() {
    var world = World([
      World.rule(
        "mask", when: .event(.init(.doorExitRequested)), .mask(World.motion),
        end: .after(milliseconds: 60_000)),
      World.rule("light", .output(World.light, isActive: true), end: .over),
      World.rule(
        "gone", when: .input(World.motion, isActive: false), .output(World.siren, isActive: true)),
    ])
    world.input(true)
    #expect(world.isOn())
    world.harness.pressExit()
    #expect(!world.isOn() && !world.isOn(World.siren))
    world.input(false)
    world.input(true)
    #expect(!world.isOn() && !world.isOn(World.siren))
    world.harness.run(forMilliseconds: 60_000)
    #expect(!world.isOn() && !world.isOn(World.siren))
    world.input(false)
    #expect(world.isOn(World.siren))
    world.input(true)
    #expect(world.isOn())
    #expect(world.runs.contains { $0.done == ["mask input motion"] })
  }
}

extension WeeklyHours {
  /// From 08:00 to 18:00.
  static let everyDay: WeeklyHours = {
    let day: [WeeklyHours.Window] = [(from: "08:00", to: "18:00")]
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    let days = Dictionary(uniqueKeysWithValues: names.map { ($0, day) })
    return (try? WeeklyHours(parsing: days, exceptions: [:])) ?? WeeklyHours()
  }()
}
