import DoorCore
import DoorRules
import Testing

@Suite("G8: mains, battery, and what is switched off without mains")
struct ControllerPowerTests {
  private static let minute = 60_000

  private func edge(_ world: inout ControllerHarness, _ line: InputLine, _ isActive: Bool) {
    world.send(.edge(LineEdge(line: line, isActive: isActive, at: world.now)))
    world.run(forMilliseconds: 150)
  }

  private func world(
    _ rule: LowBatteryRule = .release, modes: DoorModes = DoorModes(),
    unlockSchedule: WeeklyHours? = nil, shed: Set<PowerLoad> = []
  ) -> ControllerHarness {
    ControllerHarness(modes: modes, unlockSchedule: unlockSchedule) {
      $0.layout.doors[0].onBatteryLow = rule
      $0.layout.power.shed = shed
    }
  }

  private func mode(_ world: ControllerHarness) -> DoorMode? {
    world.controller.view(of: ControllerHarness.door)?.mode?.mode
  }

  private func entry(_ mode: DoorMode) -> DoorModes {
    DoorModes([
      DoorModeEntry(mode: mode, owner: "desk", reason: "test", since: ControllerHarness.noon)
    ])
  }

  @Test("each is told once each way, also when it was so at the start or its edge was lost")
  func told() {
    for (line, alarm) in [(InputLine.mains, SiteAlarm.mainsLost), (.battery, .batteryLow)] {
      func alarms(_ world: ControllerHarness) -> [Occurrence] {
        world.occurrences.filter { if case .siteAlarm = $0 { true } else { false } }
      }
      let both: [Occurrence] = [.siteAlarm(alarm, raised: true), .siteAlarm(alarm, raised: false)]
      var world = world()
      edge(&world, line, true)
      edge(&world, line, true)
      #expect(world.controller.siteAlarms == [alarm])
      world.run(forMilliseconds: 60 * Self.minute)
      edge(&world, line, false)
      #expect(alarms(world) == both && world.controller.siteAlarms.isEmpty)
      // A dip that is shorter than a level must last.
      world.send(.edge(LineEdge(line: line, isActive: true, at: world.now)))
      world.run(forMilliseconds: 50)
      edge(&world, line, false)
      #expect(alarms(world) == both)
      world.send(.sampled(line, isActive: true))
      world.run(forMilliseconds: 150)
      #expect(alarms(world) == both + both.prefix(1))

      var started = self.world()
      started.controller = Controller(
        layout: ControllerLayout(
          doors: [.init(id: ControllerHarness.door, hasContact: true)], readers: []),
        policy: started.policy, active: [line], at: started.moment)
      started.run(forMilliseconds: 150)
      #expect(alarms(started) == both.dropLast(1))
    }
  }

  @Test(
    "a door is released only where its rule says so, mains is lost for long, and the battery low")
  func rule() {
    for rule in LowBatteryRule.allCases {
      for mainsLost in [false, true] {
        for batteryLow in [false, true] {
          var world = world(rule)
          edge(&world, .mains, mainsLost)
          edge(&world, .battery, batteryLow)
          world.run(forMilliseconds: 5 * Self.minute - 1_000)
          #expect(!world.isReleased, "\(rule) \(mainsLost) \(batteryLow)")
          world.run(forMilliseconds: 2_000)
          let isReleased = rule == .release && mainsLost && batteryLow
          #expect(world.isReleased == isReleased, "\(rule) \(mainsLost) \(batteryLow)")
          #expect(mode(world) == (isReleased ? .batteryLow : nil))
        }
      }
    }
  }

  @Test("a battery that recovers, since its load is gone, changes nothing; mains ends it at once")
  func ends() {
    var world = world()
    edge(&world, .mains, true)
    world.run(forMilliseconds: 60 * Self.minute)
    #expect(!world.isReleased)
    edge(&world, .battery, true)
    #expect(world.isReleased)
    edge(&world, .battery, false)
    edge(&world, .battery, true)
    edge(&world, .battery, false)
    world.run(forMilliseconds: Self.minute)
    #expect(world.isReleased)
    edge(&world, .mains, false)
    #expect(!world.isReleased && mode(world) == nil)
    let changes = world.occurrences.filter { if case .modeChanged = $0 { true } else { false } }
    #expect(changes.count == 2)
    // The minutes begin anew.
    edge(&world, .mains, true)
    edge(&world, .battery, true)
    world.run(forMilliseconds: 4 * Self.minute)
    #expect(!world.isReleased)
  }

  @Test("lockdown and force-closed are stronger, fire too; whoever leaves needs none of it")
  func strength() {
    for stronger in [DoorMode.lockdown, .forceClosed] {
      var world = world(modes: entry(stronger))
      edge(&world, .mains, true)
      edge(&world, .battery, true)
      world.run(forMilliseconds: 10 * Self.minute)
      #expect(!world.isReleased && mode(world) == stronger)
      world.pressExit()
      #expect(world.isReleased)
      edge(&world, .fire, true)
      #expect(mode(world) == .fire)
    }
    var open = world(modes: entry(.forceOpen))
    edge(&open, .mains, true)
    edge(&open, .battery, true)
    open.run(forMilliseconds: 10 * Self.minute)
    #expect(open.isReleased && mode(open) == .forceOpen)
    var kept = world(.keep)
    edge(&kept, .mains, true)
    edge(&kept, .battery, true)
    kept.run(forMilliseconds: 60 * Self.minute)
    #expect(!kept.isReleased)
    kept.pressExit()
    #expect(kept.isReleased)
  }

  /// Lamp and beeper that were switched on since `start`.
  private func shown(_ world: ControllerHarness, since start: Int) -> Set<OutputLine> {
    Set(
      world.journal[start...].compactMap {
        if case .drive(let line, active: true) = $0.effect { line } else { nil }
      })
  }

  @Test("what is named is switched off after its minutes, nothing else, and comes back with mains")
  func shed() throws {
    let both: Set<OutputLine> = [
      .led(ControllerHarness.reader), .beeper(ControllerHarness.reader),
    ]
    let rows: [(Set<PowerLoad>, Set<OutputLine>)] = [
      ([], both), ([.lamps], [.beeper(ControllerHarness.reader)]),
      ([.beepers], [.led(ControllerHarness.reader)]), ([.heartbeat], both),
      ([.lamps, .beepers, .heartbeat], []),
    ]
    for (loads, left) in rows {
      var world = world(.keep, shed: loads)
      func badge() throws -> Set<OutputLine> {
        let start = world.journal.count
        try world.badge(facility: 12, card: 345)
        world.run(forMilliseconds: 5_000)
        return shown(world, since: start)
      }
      edge(&world, .mains, true)
      world.run(forMilliseconds: 9 * Self.minute)
      #expect(try badge() == both)
      #expect(world.controller.shed.isEmpty)
      world.run(forMilliseconds: Self.minute)
      #expect(try badge() == left, "\(loads)")
      #expect(world.controller.shed == loads)
      world.pressExit()
      #expect(world.isReleased)
      edge(&world, .mains, false)
      #expect(try badge() == both)
      #expect(world.controller.shed.isEmpty)
    }
  }

  @Test("a lamp that is lit when it is switched off goes dark at once")
  func litLamp() throws {
    var world = world(.keep, shed: [.lamps, .beepers])
    edge(&world, .mains, true)
    world.run(forMilliseconds: 10 * Self.minute - 1_000)
    try world.badge(facility: 12, card: 345)
    world.run(forMilliseconds: 1_000)
    let last = world.journal.compactMap { entry -> (OutputLine, Bool)? in
      if case .drive(let line, let active) = entry.effect { (line, active) } else { nil }
    }
    #expect(world.controller.shed == [.lamps, .beepers])
    #expect(last.suffix(2).map(\.1) == [false, false])
    #expect(last.contains { $0.1 })
  }
}
