import DoorRules
import Testing

@testable import DoorCore

/// What was persisted may come after the start, when the disk answers at last.
@Suite("Controller: what was persisted comes late (A2, A9)")
struct ControllerRestoreTests {
  private static let card = CredentialID("k1")!

  private func memory(at now: MonotonicInstant) -> ControllerMemory {
    var lockout = Lockout()
    while !lockout.isLocked(at: now) { _ = lockout.fail(at: now) }
    return ControllerMemory(
      lockouts: [ControllerHarness.reader: lockout], cardLockouts: [Self.card: lockout],
      modes: [
        ControllerHarness.door: DoorModes([
          DoorModeEntry(
            mode: .lockdown, owner: "desk", reason: "drill", since: ControllerHarness.noon)
        ])
      ])
  }

  @Test("modes and lockouts are in force as if they had been there from the start")
  func restored() {
    var world = ControllerHarness()
    world.send(.restored(memory(at: world.now)))
    #expect(world.controller.view(of: ControllerHarness.door)?.mode?.mode == .lockdown)
    #expect(
      world.controller.view(of: ControllerHarness.reader)?.lockout.isLocked(at: world.now) == true)
    #expect(world.controller.guesses.lockouts[Self.card]?.isLocked(at: world.now) == true)
  }

  @Test("what was ordered or typed since the start counts more")
  func newer() {
    var world = ControllerHarness(modes: DoorModes())
    let ordered = DoorModes([
      DoorModeEntry(mode: .forceOpen, owner: "desk", reason: "fair", since: ControllerHarness.noon)
    ])
    world.send(.modes(ControllerHarness.door, ordered))
    world.type("9999#", pauseMilliseconds: 0)
    world.send(.restored(memory(at: world.now)))
    #expect(world.controller.modes(of: ControllerHarness.door) == ordered)
    #expect(
      world.controller.view(of: ControllerHarness.reader)?.lockout.isLocked(at: world.now) == false)
  }
}
