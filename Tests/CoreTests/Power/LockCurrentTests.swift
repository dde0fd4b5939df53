import DoorCore
import DoorRules
import Testing

@Suite("G8: the current that a lock draws, and should")
struct LockCurrentTests {
  private static let door = ControllerHarness.door
  private static let seconds = 3_000

  private func world(_ drawsWhile: LockLevel, holdTimeSeconds: Int = 10) -> ControllerHarness {
    ControllerHarness(holdTimeSeconds: holdTimeSeconds) {
      $0.layout.doors[0].lockSense = LockSense(
        drawsWhile: drawsWhile, milliseconds: Self.seconds)
    }
  }

  private func draw(_ world: inout ControllerHarness, _ isActive: Bool) {
    world.send(.edge(LineEdge(line: .lockCurrent(Self.door), isActive: isActive, at: world.now)))
  }

  private func told(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap {
      if case .alarm(_, let alarm, let raised) = $0 { "\(alarm) \(raised)" } else { nil }
    }
  }

  private func release(_ world: inout ControllerHarness) {
    world.send(.edge(LineEdge(line: .requestToExit(Self.door), isActive: true, at: world.now)))
  }

  @Test("by the lock's kind, its position and its current: one alarm, after its time and no sooner")
  func table() {
    let rows: [(LockLevel, released: Bool, draws: Bool, DoorAlarm?)] = [
      // Held closed by power: it draws while it is secured.
      (.secured, false, true, nil), (.secured, false, false, .lockCurrentMissing),
      (.secured, true, false, nil), (.secured, true, true, .lockCurrentUnexpected),
      // Opened by power: it draws while it is released.
      (.released, false, false, nil), (.released, false, true, .lockCurrentUnexpected),
      (.released, true, true, nil), (.released, true, false, .lockCurrentMissing),
    ]
    for (drawsWhile, released, draws, alarm) in rows {
      var world = world(drawsWhile)
      // As it should be at first.
      draw(&world, drawsWhile == .secured)
      world.run(forMilliseconds: 10_000)
      #expect(told(world).isEmpty)
      if released { release(&world) }
      draw(&world, draws)
      world.run(forMilliseconds: Self.seconds - 100)
      let row: Comment = "draws while \(drawsWhile), released \(released), draws \(draws)"
      #expect(told(world).isEmpty, row)
      world.run(forMilliseconds: 300)
      #expect(told(world) == (alarm.map { ["\($0) true"] } ?? []), row)
      let view = world.controller.view(of: Self.door)
      #expect(view?.alarms.filter { $0 != .exitHeld } == (alarm.map { [$0] } ?? []), row)
      #expect(world.isReleased == released, row)
      world.run(forMilliseconds: 50_000)
      #expect(told(world).count == (alarm == nil ? 0 : 1), row)
    }
  }

  @Test("a strike that is broken stays told while it is locked, until it was seen to draw")
  func stays() {
    var world = world(.released)
    release(&world)
    world.run(forMilliseconds: 4_000)
    #expect(told(world) == ["lockCurrentMissing true"])
    world.send(.edge(LineEdge(line: .requestToExit(Self.door), isActive: false, at: world.now)))
    world.run(forMilliseconds: 60_000)
    #expect(!world.isReleased)
    #expect(told(world) == ["lockCurrentMissing true"])
    release(&world)
    draw(&world, true)
    world.run(forMilliseconds: 2_000)
    #expect(told(world) == ["lockCurrentMissing true"])
    world.run(forMilliseconds: 2_000)
    #expect(told(world) == ["lockCurrentMissing true", "lockCurrentMissing false"])
    #expect(world.controller.view(of: Self.door)?.alarms == [])
  }

  @Test("a lock that is dead at the start is told, and so is one whose edge was lost")
  func start() {
    var dead = world(.secured)
    dead.run(forMilliseconds: 4_000)
    #expect(told(dead) == ["lockCurrentMissing true"])
    dead.send(.sampled(.lockCurrent(Self.door), isActive: true))
    dead.run(forMilliseconds: 4_000)
    #expect(told(dead) == ["lockCurrentMissing true", "lockCurrentMissing false"])
  }

  @Test(
    "entries one after the other, each shorter than the time, are no trouble; a door without it has none"
  )
  func short() {
    var world = world(.released, holdTimeSeconds: 2)
    for _ in 0..<20 {
      world.pressExit()
      draw(&world, false)
      world.run(forMilliseconds: 30_000)
    }
    #expect(told(world).filter { $0.hasPrefix("lockCurrentUnexpected") }.isEmpty)
    var none = ControllerHarness()
    draw(&none, true)
    none.run(forMilliseconds: 60_000)
    #expect(told(none).isEmpty)
  }

  @Test("the current of a lock switches with its relay, and is no chatter")
  func chatter() {
    var watch = CoilWatch()
    var at = MonotonicInstant(nanoseconds: 0)
    for _ in 0..<10 {
      #expect(watch.switched(Self.door, at: at).isEmpty)
      for level in [true, false] {
        at = at.advanced(byMilliseconds: 5)
        watch.note(LineEdge(line: .lockCurrent(Self.door), isActive: level, at: at))
      }
      at = at.advanced(byMilliseconds: 1_000)
    }
    #expect(watch.findings.isEmpty)
  }
}
