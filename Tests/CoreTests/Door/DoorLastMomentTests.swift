import DoorCore
import DoorRules
import Testing

/// The contact counts some milliseconds after the leaf moved, and the lock may close in between.
@Suite("What happens in the moment in which the lock closes (A6, A9)")
struct DoorLastMomentTests {
  private static let lobby = AreaID("lobby")!

  private func world() -> ControllerHarness {
    var world = ControllerHarness {
      $0.facility.areas = [
        Area(
          id: Self.lobby, name: "Lobby", entry: [ControllerHarness.reader], exit: [],
          antiPassback: .hard)
      ]
    }
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    return world
  }

  private func turnedBack(_ world: ControllerHarness) -> [Occurrence] {
    world.occurrences.filter { if case .notOpened = $0 { true } else { false } }
  }

  /// Ada badges and is let in. Returns when the lock closes again.
  private func letIn(_ world: inout ControllerHarness) throws -> MonotonicInstant {
    try world.badge(facility: 1, card: 0)
    let released = try #require(
      world.journal.last { entry in
        if case .setLock(_, .released, _, _) = entry.effect { true } else { false }
      })
    return released.at.advanced(byMilliseconds: 5_000)
  }

  @Test(
    "A6 A9: a leaf pushed in the last milliseconds of the hold is neither forced nor not opened",
    arguments: [1, 10, 19, 20], [0, 3])
  func openedAtTheEnd(_ millisecondsLeft: Int, bounces: Int) throws {
    var world = world()
    let end = try letIn(&world)
    world.run(forMilliseconds: end.microseconds(since: world.now) / 1_000 - millisecondsLeft)
    // To the nanosecond: with 20 ms left the contact counts when the lock closes.
    world.now = end.advanced(byMilliseconds: -millisecondsLeft)
    let contact = InputLine.contact(ControllerHarness.door)
    for number in 0...bounces * 2 {
      world.send(.edge(LineEdge(line: contact, isActive: number % 2 == 0, at: world.now)))
      world.run(forMilliseconds: 7)
    }
    world.run(forMilliseconds: 1_000)
    #expect(!world.isReleased && turnedBack(world).isEmpty)
    #expect(
      world.occurrences.filter { if case .alarm = $0 { true } else { false } }.isEmpty)
    #expect(world.presence[PersonID("ada")!]?[Self.lobby]?.isInside == true)
    // It is an entry like any other: the leaf that stands open is told in its time.
    world.run(forMilliseconds: 30_000)
    #expect(world.controller.view(of: ControllerHarness.door)?.alarms == [.heldOpen])
  }

  @Test("A6 A9: a contact that only trembles when the lock closes turns back, and forces nothing")
  func trembles() throws {
    var world = world()
    let end = try letIn(&world)
    world.run(forMilliseconds: end.microseconds(since: world.now) / 1_000 - 5)
    let contact = InputLine.contact(ControllerHarness.door)
    world.send(.edge(LineEdge(line: contact, isActive: true, at: world.now)))
    world.run(forMilliseconds: 8)
    world.send(.edge(LineEdge(line: contact, isActive: false, at: world.now)))
    world.run(forMilliseconds: 1_000)
    #expect(turnedBack(world).count == 1 && !world.isReleased)
    // Twice as long as a contact may bounce, it could still be somebody.
    let told = try #require(
      world.journal.first { if case .record(.notOpened) = $0.effect { true } else { false } })
    #expect(told.at == end.advanced(byMilliseconds: 400))
    // What opens after that is forced, however it trembled before.
    world.setContact(open: true)
    world.run(forMilliseconds: 1_000)
    #expect(
      world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true)))
  }

  @Test("A6: a leaf that begins to open after the lock closed is forced")
  func openedAfterTheEnd() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 4_000)
    while world.isReleased { world.run(forMilliseconds: 1) }
    world.run(forMilliseconds: 1)
    world.setContact(open: true)
    world.run(forMilliseconds: 1_000)
    #expect(turnedBack(world).count == 1)
    #expect(
      world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true)))
  }

  @Test(
    "A6: a contact that trembles for long began to open at most 200 ms before it counts",
    arguments: [(140, false), (280, true)])
  func tremblesLong(_ millisecondsAfterTheEnd: Int, isForced: Bool) throws {
    var world = world()
    let end = try letIn(&world)
    world.run(forMilliseconds: end.microseconds(since: world.now) / 1_000 - 15)
    let contact = InputLine.contact(ControllerHarness.door)
    var isActive = false
    repeat {
      isActive.toggle()
      world.send(.edge(LineEdge(line: contact, isActive: isActive, at: world.now)))
      world.run(forMilliseconds: 5)
    } while world.now.microseconds(since: end) < millisecondsAfterTheEnd * 1_000 || !isActive
    world.run(forMilliseconds: 1_000)
    #expect(
      world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true))
        == isForced)
  }
}
