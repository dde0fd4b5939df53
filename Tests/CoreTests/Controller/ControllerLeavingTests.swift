import DoorCore
import DoorRules
import Testing

@Suite("Controller: leaving (A3, A6)")
struct ControllerLeavingTests {
  private static let door = ControllerHarness.door

  private static func exit(_ world: inout ControllerHarness, active: Bool) {
    world.send(
      .edge(LineEdge(line: .requestToExit(Self.door), isActive: active, at: world.now)))
  }

  private static func leaf(_ world: inout ControllerHarness, open: Bool) {
    world.send(.edge(LineEdge(line: .contact(Self.door), isActive: open, at: world.now)))
  }

  private static func alarms(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap {
      if case .alarm(_, let alarm, let raised) = $0 { "\(alarm) \(raised)" } else { nil }
    }
  }

  @Test("A3: under a crowd the door stays free, and its hold time counts from the input's release")
  func crowd() {
    var world = ControllerHarness()
    Self.exit(&world, active: true)
    for _ in 0..<20 {
      world.run(forMilliseconds: 1_000)
      world.setContact(open: true)
      world.run(forMilliseconds: 1_000)
      world.setContact(open: false)
      #expect(world.isReleased)
    }
    Self.exit(&world, active: false)
    world.run(forMilliseconds: 5_019)
    #expect(world.isReleased)
    world.run(forMilliseconds: 1)
    #expect(!world.isReleased)
    #expect(world.occurrences.filter { $0 == .exitRequested(Self.door) }.count == 1)
    #expect(Self.alarms(world) == [])
  }

  @Test("A3: an exit input that is active at the start counts, and is recorded")
  func activeAtStart() {
    for (hasContact, active) in [
      (true, [InputLine.requestToExit(Self.door)]), (false, [.requestToExit(Self.door)]),
      (true, [.requestToExit(Self.door), .contact(Self.door)]),
    ] {
      var world = ControllerHarness(hasContact: hasContact)
      world.controller = Controller(
        layout: ControllerLayout(
          doors: [.init(id: Self.door, hasContact: hasContact)], readers: []),
        policy: world.policy, active: Set(active), at: world.moment)
      world.run(forMilliseconds: 20)
      #expect(world.isReleased)
      #expect(world.occurrences.contains(.exitRequested(Self.door)))
      world.run(forMilliseconds: 50_000)
      #expect(world.isReleased)
    }
  }

  @Test("A3: no mode shuts somebody in: a lockdown leaves the door free while the input is active")
  func lockdown() {
    var world = ControllerHarness()
    Self.exit(&world, active: true)
    world.run(forMilliseconds: 1_000)
    let entry = DoorModeEntry(
      mode: .lockdown, owner: "desk", reason: "drill", since: world.moment.wall)
    world.send(.modes(Self.door, DoorModes([entry])))
    world.run(forMilliseconds: 30_000)
    #expect(world.isReleased)
    Self.exit(&world, active: false)
    world.run(forMilliseconds: 5_020)
    #expect(!world.isReleased)
  }

  @Test(
    "A3: an input that stays active is reported once, the door stays free, and it ends by itself")
  func held() {
    var world = ControllerHarness { $0.layout.doors[0].timing.exitHeldMilliseconds = 30_000 }
    for _ in 0..<2 {
      world.journal = []
      Self.exit(&world, active: true)
      world.run(forMilliseconds: 30_019)
      #expect(Self.alarms(world) == [])
      world.run(forMilliseconds: 1)
      #expect(Self.alarms(world) == ["exitHeld true"])
      #expect(world.controller.view(of: Self.door)?.alarms == [.exitHeld])
      world.run(forMilliseconds: 600_000)
      #expect(world.isReleased)
      Self.exit(&world, active: false)
      world.run(forMilliseconds: 10_000)
      #expect(Self.alarms(world) == ["exitHeld true", "exitHeld false"])
      #expect(world.controller.view(of: Self.door)?.alarms == [])
      #expect(!world.isReleased)
    }
  }

  @Test("A6: a leaf that opens 200 ms before its exit input raises nothing, also after a denial")
  func handleWithSwitch() throws {
    var world = ControllerHarness()
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.unknownCredential])
    var watch = AnomalyWatch()
    Self.leaf(&world, open: true)
    world.run(forMilliseconds: 200)
    Self.exit(&world, active: true)
    world.run(forMilliseconds: 300)
    Self.exit(&world, active: false)
    world.run(forMilliseconds: 1_000)
    Self.leaf(&world, open: false)
    world.run(forMilliseconds: 10_000)
    #expect(Self.alarms(world) == [])
    let anomalies = world.occurrences.flatMap { watch.note($0, at: world.now) }
    #expect(anomalies == [])
    #expect(world.occurrences.contains(.exitRequested(Self.door)))
  }

  @Test("A6: without a request the alarm comes with the end of the grace, with its anomaly")
  func forced() throws {
    var world = ControllerHarness { $0.layout.doors[0].timing.exitGraceMilliseconds = 300 }
    try world.badge(facility: 1, card: 1)
    Self.leaf(&world, open: true)
    world.run(forMilliseconds: 319)
    #expect(Self.alarms(world) == [])
    world.run(forMilliseconds: 1)
    #expect(Self.alarms(world) == ["forcedOpen true"])
    var watch = AnomalyWatch()
    let anomalies = world.occurrences.flatMap { watch.note($0, at: world.now) }
    #expect(anomalies.map(\.kind) == [.forcedAfterDenial])
    Self.exit(&world, active: true)
    world.run(forMilliseconds: 20)
    #expect(world.isReleased && Self.alarms(world).last == "forcedOpen false")
  }

  @Test("A6: the stamps decide, not when a busy controller comes to the edges")
  func late() {
    for (delay, raised) in [(400, [String]()), (600, ["forcedOpen true", "forcedOpen false"])] {
      var world = ControllerHarness()
      world.run(forMilliseconds: 10)
      let opened = world.now
      let asked = opened.advanced(byMilliseconds: delay)
      // Both edges wait for two seconds before they are taken.
      world.now = opened.advanced(byMilliseconds: 2_000)
      world.send(.edge(LineEdge(line: .contact(Self.door), isActive: true, at: opened)))
      world.send(.edge(LineEdge(line: .requestToExit(Self.door), isActive: true, at: asked)))
      world.run(forMilliseconds: 100)
      #expect(Self.alarms(world) == raised)
      #expect(world.isReleased)
    }
  }

  @Test("a door with a handle needs no request: nothing is forced, and the held open alarm is left")
  func handle() {
    var world = ControllerHarness { $0.layout.doors[0].timing.exitRequest = .none }
    world.setContact(open: true)
    world.run(forMilliseconds: 5_000)
    #expect(Self.alarms(world) == [] && !world.isReleased)
    world.run(forMilliseconds: 30_000)
    #expect(Self.alarms(world).last == "heldOpen true")
    world.setContact(open: false)
    #expect(Self.alarms(world).last == "heldOpen false")
    world.pressExit()
    #expect(world.isReleased)
  }
}
