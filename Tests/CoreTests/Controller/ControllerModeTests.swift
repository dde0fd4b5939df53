import DoorCore
import DoorRules
import Testing

@Suite("B6 B7: modes and the unlock schedule, at the whole controller")
struct ControllerModeTests {
  private func entry(
    _ mode: DoorMode, end: MonotonicInstant? = nil
  ) -> DoorModeEntry {
    DoorModeEntry(
      mode: mode, owner: "desk", reason: "drill", since: ControllerHarness.noon,
      end: end.map { ModeEnd(at: $0, shown: ControllerHarness.noon.advanced(bySeconds: 60)) })
  }

  private func changes(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap { occurrence in
      guard case .modeChanged(_, let from, let to) = occurrence else { return nil }
      return "\(from) \(to?.mode ?? .normal)"
    }
  }

  private func withCard(_ world: ControllerHarness) -> ControllerHarness {
    var world = world
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    return world
  }

  @Test("force-open latches the relay, force-closed locks it, off lets the rules decide again")
  func maintenance() throws {
    var world = withCard(ControllerHarness())
    world.send(.modes(ControllerHarness.door, DoorModes([entry(.forceOpen)])))
    #expect(world.isReleased)
    world.run(forMilliseconds: 300_000)
    #expect(world.isReleased)
    // A person without access is still denied, and an opening is no alarm.
    try world.badge(facility: 12, card: 346)
    #expect(world.denials.last == .unknownCredential)
    world.setContact(open: true)
    world.setContact(open: false)
    world.send(.modes(ControllerHarness.door, DoorModes([entry(.forceClosed)])))
    #expect(!world.isReleased)
    try world.badge(facility: 12, card: 345)
    #expect(world.denials.last == .maintenanceForceClosed)
    #expect(!world.isReleased)
    world.send(.modes(ControllerHarness.door, DoorModes()))
    try world.badge(facility: 12, card: 345)
    #expect(world.isReleased)
    #expect(changes(world) == ["normal forceOpen", "forceOpen forceClosed", "forceClosed normal"])
    #expect(!world.occurrences.contains { if case .alarm = $0 { true } else { false } })
  }

  @Test("lockdown beats force-open, cuts a running entry, and yields to an override and to exits")
  func lockdown() throws {
    var world = withCard(ControllerHarness(holdTimeSeconds: 30))
    try world.badge(facility: 12, card: 345)
    #expect(world.isReleased)
    world.send(
      .modes(ControllerHarness.door, DoorModes([entry(.forceOpen), entry(.lockdown)])))
    #expect(!world.isReleased)
    world.pressExit()
    #expect(world.isReleased)
    world.run(forMilliseconds: 10_000)
    #expect(!world.isReleased)
    world.send(
      .order(
        Order(id: "o", kind: .adminUnlock(ControllerHarness.door, by: "desk", reason: "police"))))
    #expect(world.isReleased)
  }

  @Test("A5: a mode ends by itself after its time, whatever the civil clock shows meanwhile")
  func expiry() {
    var world = ControllerHarness()
    let end = world.now.advanced(byMilliseconds: 60_000)
    world.send(.modes(ControllerHarness.door, DoorModes([entry(.forceOpen, end: end)])))
    // A day back: the end that was shown is far away.
    world.behindSeconds = 86_400
    world.run(forMilliseconds: 58_000)
    #expect(world.isReleased)
    world.run(forMilliseconds: 4_000)
    #expect(!world.isReleased)
    #expect(changes(world).last == "forceOpen normal")
  }

  @Test("the schedule latches and relocks at its edges; what passed while off holds at the start")
  func schedule() throws {
    // It is Friday, 12:00.
    let soon = try WeeklyHours(parsing: ["friday": [("12:05", "12:10")]])
    var world = ControllerHarness(unlockSchedule: soon)
    #expect(!world.isReleased)
    world.run(forMilliseconds: 5 * 60_000)
    #expect(world.isReleased)
    world.run(forMilliseconds: 5 * 60_000)
    #expect(!world.isReleased)
    #expect(changes(world) == ["normal scheduledUnlock", "scheduledUnlock normal"])
    let now = try WeeklyHours(parsing: ["friday": [("11:00", "13:00")]])
    let layout = ControllerLayout(
      doors: [.init(id: ControllerHarness.door, hasContact: true)], readers: [])
    let inside = ControllerHarness(unlockSchedule: now)
    let started = Controller(layout: layout, policy: inside.policy, at: inside.moment)
    #expect(started.requiredLock(of: ControllerHarness.door) == .released)
  }

  @Test("a relay that lost its level is not driven open in the second in which the schedule ends")
  func endOfSchedule() throws {
    let soon = try WeeklyHours(parsing: ["friday": [("12:05", "12:10")]])
    var world = ControllerHarness(unlockSchedule: soon)
    // Noon is five seconds after the start of the steady clock.
    let end = MonotonicInstant(nanoseconds: 605_000_000_000)
    world.run(forMilliseconds: 12 * 60_000)
    let released = world.journal.filter {
      if case .setLock(_, .released, _, _) = $0.effect { true } else { false }
    }
    // Every check drives the relay again, and the one at the end locks.
    #expect(released.count > 250)
    #expect(released.allSatisfy { $0.at < end } && !world.isReleased)
  }

  @Test("F4: while the clock is unknown no schedule opens anything")
  func unknownClock() throws {
    var world = ControllerHarness(
      unlockSchedule: try WeeklyHours(parsing: ["friday": [("11:00", "13:00")]]))
    #expect(world.isReleased)
    world.trust = .unknown
    world.run(forMilliseconds: 2_000)
    #expect(!world.isReleased)
  }

  @Test("A6: a lost edge of the contact is found within a second or two, either way")
  func resampled() {
    var world = ControllerHarness()
    world.send(.sampled(.contact(ControllerHarness.door), isActive: true))
    world.run(forMilliseconds: 50)
    #expect(world.controller.view(of: ControllerHarness.door)?.open == true)
    world.send(.sampled(.contact(ControllerHarness.door), isActive: false))
    world.run(forMilliseconds: 50)
    #expect(world.controller.view(of: ControllerHarness.door)?.open == false)
    let sampled = world.journal.filter { $0.effect == .sample(ControllerHarness.door) }.count
    world.run(forMilliseconds: 10_000)
    #expect(
      world.journal.filter { $0.effect == .sample(ControllerHarness.door) }.count - sampled >= 9)
  }

  @Test("A8: an operator can let a locked keypad listen again, and that is recorded")
  func clearLockout() {
    var world = ControllerHarness(lockout: Lockout())
    world.issue("p1", .pin, to: "ada", as: "pin:4711")
    for _ in 0..<5 { world.type("0000#") }
    world.type("4711#")
    #expect(world.denials.last == .lockedOut)
    world.send(.order(Order(id: "o", kind: .clearLockout(nil, by: "desk"))))
    world.type("4711#")
    #expect(world.denials.last == .some(nil))
    #expect(
      world.occurrences.contains(
        .lockoutCleared(ControllerHarness.reader, ControllerHarness.door, by: "desk")))
  }
}
