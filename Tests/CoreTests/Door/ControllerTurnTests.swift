import DoorRules
import Testing

@testable import DoorCore

@Suite("Controller: which movements of a lock may wait for other doors (A4, A6)")
struct ControllerTurnTests {
  private static let door = ControllerHarness.door

  /// The movements from `place` of the journal on, with their urgency.
  private func movements(
    _ world: ControllerHarness, from place: Int
  ) -> [(LockLevel, ControllerEffect.Urgency)] {
    world.journal[place...].compactMap {
      if case .setLock(_, let level, let urgency, _) = $0.effect { (level, urgency) } else { nil }
    }
  }

  /// In a window of the schedule that began just now.
  private func scheduled() throws -> (ControllerHarness, begins: Int) {
    var world = ControllerHarness(
      unlockSchedule: try WeeklyHours(parsing: ["friday": [("12:05", "12:30")]]))
    world.run(forMilliseconds: 299_000)
    let place = world.journal.count
    world.run(forMilliseconds: 2_000)
    #expect(world.isReleased)
    return (world, place)
  }

  @Test("a schedule's release takes its turn, and so does every lock that is secured")
  func inTurn() throws {
    var (world, begins) = try scheduled()
    #expect(movements(world, from: begins).contains { $0 == (.released, .inTurn) })
    let place = world.journal.count
    world.run(forMilliseconds: 26 * 60_000)
    #expect(!world.isReleased)
    #expect(movements(world, from: place).contains { $0 == (.secured, .inTurn) })
  }

  @Test("an exit request during a schedule's release is driven at once: that may still wait")
  func exitWhileScheduled() throws {
    var (world, _) = try scheduled()
    let place = world.journal.count
    world.send(
      .edge(LineEdge(line: .requestToExit(Self.door), isActive: true, at: world.now)))
    world.run(forMilliseconds: 20)
    #expect(movements(world, from: place).contains { $0 == (.released, .atOnce) })
  }

  @Test("the fire alarm during a schedule's release is driven at once, and so is an order to open")
  func fireWhileScheduled() throws {
    var (fire, _) = try scheduled()
    var place = fire.journal.count
    fire.send(.edge(LineEdge(line: .fire, isActive: true, at: fire.now)))
    fire.run(forMilliseconds: 100)
    #expect(movements(fire, from: place).contains { $0 == (.released, .atOnce) })
    var (order, _) = try scheduled()
    place = order.journal.count
    order.send(
      .modes(
        Self.door,
        DoorModes([
          DoorModeEntry(
            mode: .forceOpen, owner: "desk", reason: "drill", since: order.moment.wall)
        ])))
    #expect(movements(order, from: place).contains { $0 == (.released, .atOnce) })
  }

  @Test("a badge waits for its record, as ever")
  func badge() {
    var world = ControllerHarness()
    world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
    let place = world.journal.count
    world.send(.order(Order(id: "o", kind: .adminUnlock(Self.door, by: "desk", reason: "test"))))
    #expect(movements(world, from: place).contains { $0 == (.released, .afterRecords) })
  }
}
