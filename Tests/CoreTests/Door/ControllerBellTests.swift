import DoorCore
import DoorRules
import Testing

@Suite("G6: a bell, and its answer")
struct ControllerBellTests {
  private static let door = ControllerHarness.door

  private func world(modes: DoorModes = DoorModes()) -> ControllerHarness {
    ControllerHarness(modes: modes) { $0.layout.readers[0].entry.bellCode = 10 }
  }

  private func ring(_ world: inout ControllerHarness) { world.type("*", pauseMilliseconds: 0) }

  private func answer(
    _ world: inout ControllerHarness, opens: Bool, _ id: String = "a", at door: DoorID = Self.door
  ) -> OrderOutcome? {
    world.send(.order(Order(id: id, kind: .answerBell(door, opens: opens, by: "ann"))))
    return world.outcome(of: id)
  }

  /// `rang`, and how it ended, by whom; in order.
  private func bells(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap { occurrence in
      switch occurrence {
      case .bell: "rang"
      case .bellAnswered(_, _, let end, let by, _): "\(end.rawValue) \(by ?? "-")"
      default: nil
      }
    }
  }

  private func isWaiting(_ world: ControllerHarness) -> Bool {
    world.controller.bell(of: Self.door) != nil
  }

  @Test("whoever answers `open` opens as an operator does, once")
  func opens() {
    var world = world()
    ring(&world)
    #expect(isWaiting(world) && !world.isReleased)
    // The lock's movement ends the order.
    #expect(answer(&world, opens: true) == nil)
    #expect(world.isReleased && !isWaiting(world) && bells(world) == ["rang", "opened ann"])
    #expect(
      world.occurrences.contains(
        .adminUnlock(Self.door, by: "ann", reason: "bell", commandID: "a")))
    #expect(
      world.journal.contains { entry in
        if case .setLock(_, .released, .afterRecords, order: "a") = entry.effect {
          true
        } else {
          false
        }
      })
    guard case .rejected(let reason)? = answer(&world, opens: true, "b") else {
      Issue.record("a second answer opened")
      return
    }
    #expect(reason.hasPrefix("nobody waits at front"))
  }

  @Test("`refuse` opens nothing, and is told at the reader")
  func refuses() {
    var world = world()
    ring(&world)
    let before = world.journal.count
    #expect(answer(&world, opens: false) == .confirmed)
    #expect(!world.isReleased && !isWaiting(world) && bells(world) == ["rang", "refused ann"])
    #expect(
      world.journal[before...].contains { entry in
        if case .drive = entry.effect { true } else { false }
      })
  }

  @Test("a ring that nobody answers ends after 60 s, no sooner")
  func nobody() {
    var world = world()
    ring(&world)
    let rang = world.journal.last { entry in
      if case .record(.bell) = entry.effect { true } else { false }
    }?.at
    let limit = DoorBells.answerSecondsMax * 1_000_000
    let passed = world.now.microseconds(since: rang ?? world.now)
    world.run(forMilliseconds: (limit - passed) / 1_000 - 1)
    #expect(isWaiting(world) && bells(world) == ["rang"])
    world.run(forMilliseconds: 2)
    #expect(!isWaiting(world) && bells(world) == ["rang", "nobody -"])
    guard case .rejected? = answer(&world, opens: true) else {
      Issue.record("an answer after the end opened")
      return
    }
    #expect(!world.isReleased)
  }

  @Test("a press within 10 s belongs to the ring before, one later rings again and waits anew")
  func again() {
    var world = world()
    ring(&world)
    let since = world.controller.bell(of: Self.door)
    world.run(forMilliseconds: 9_500)
    ring(&world)
    #expect(bells(world) == ["rang"])
    world.run(forMilliseconds: 2_500)
    ring(&world)
    #expect(bells(world) == ["rang", "rang"] && world.controller.bell(of: Self.door) == since)
    world.run(forMilliseconds: 55_000)
    #expect(isWaiting(world))
    world.run(forMilliseconds: 6_000)
    #expect(bells(world) == ["rang", "rang", "nobody -"])
    // Whoever is refused does not ring at once again.
    ring(&world)
    _ = answer(&world, opens: false)
    world.run(forMilliseconds: 5_000)
    ring(&world)
    #expect(bells(world).last == "refused ann" && !isWaiting(world))
  }

  @Test(
    "it rings in a lockdown, and `open` is refused with the reason; the ring waits on",
    arguments: [
      (DoorMode.lockdown, DenialReason.lockdown), (.forceClosed, .maintenanceForceClosed),
    ])
  func lockdown(_ mode: DoorMode, _ denial: DenialReason) {
    let entry = DoorModeEntry(
      mode: mode, owner: "desk", reason: "drill", since: ControllerHarness.noon)
    var world = world(modes: DoorModes([entry]))
    ring(&world)
    guard case .rejected(let reason)? = answer(&world, opens: true) else {
      Issue.record("it opened in \(mode)")
      return
    }
    #expect(reason.hasPrefix(denial.rawValue) && !world.isReleased && isWaiting(world))
    #expect(answer(&world, opens: false, "b") == .confirmed)
    #expect(bells(world) == ["rang", "refused ann"])
  }

  @Test("where nobody rang, and at a door that is not here, an answer does nothing")
  func silent() {
    var world = world()
    for (id, door) in [("a", Self.door), ("b", DoorID("cellar")!)] {
      guard case .rejected? = answer(&world, opens: true, id, at: door) else {
        Issue.record("\(door) was answered")
        continue
      }
    }
    #expect(!world.isReleased && bells(world) == [])
  }
}
