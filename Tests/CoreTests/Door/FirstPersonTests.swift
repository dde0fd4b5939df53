import DoorCore
import DoorRules
import Testing

@Suite("G6: who begins an unlock schedule, early, late and after a lockdown")
struct FirstPersonTests {
  private static let plan = FirstPersonPlan(anyTags: ["staff"], minutesBefore: 15)

  /// `ada` counts, `bob` has access only. The window is from 12:10 to 12:40; it is 12:00.
  private func world(
    _ plan: FirstPersonPlan? = Self.plan, came: WallInstant? = nil
  ) throws -> ControllerHarness {
    let hours = try WeeklyHours(parsing: ["friday": [("12:10", "12:40")]])
    var world = ControllerHarness(
      unlockSchedule: hours,
      memory: ControllerMemory(
        firstPersons: came.map { [ControllerHarness.door: $0] } ?? [:])
    ) {
      $0.door.settings.unlocksWithFirstPerson = true
      $0.door.settings.firstPerson = plan
    }
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("card-bob", .card, to: "bob", as: "card:H10301:1:2")
    world.change("card-ada") { $0.person.tags = ["staff"] }
    return world
  }

  private func mode(_ world: ControllerHarness) -> DoorMode? {
    world.controller.view(of: ControllerHarness.door)?.mode?.mode
  }

  @Test("only whoever counts begins it, however late, for the rest of the window")
  func late() throws {
    var world = try world()
    world.run(forMilliseconds: 1_200_000)
    #expect(mode(world) == .awaitingFirstPerson)
    try world.badge(facility: 1, card: 2)
    #expect(mode(world) == .awaitingFirstPerson)
    try world.badge(facility: 1, card: 1)
    #expect(mode(world) == .scheduledUnlock)
    world.run(forMilliseconds: 1_150_000)
    #expect(world.isReleased)
    world.run(forMilliseconds: 60_000)
    #expect(!world.isReleased && mode(world) == nil)
  }

  @Test("who comes early counts, and the door unlocks when the window begins; too early does not")
  func early() throws {
    var world = try world()
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: 300_000)
    #expect(!world.isReleased && mode(world) == nil)
    world.run(forMilliseconds: 310_000)
    #expect(world.isReleased && mode(world) == .scheduledUnlock)

    var tooEarly = try self.world(FirstPersonPlan(minutesBefore: 5))
    try tooEarly.badge(facility: 1, card: 1)
    tooEarly.run(forMilliseconds: 610_000)
    #expect(mode(tooEarly) == .awaitingFirstPerson && !tooEarly.isReleased)
    try tooEarly.badge(facility: 1, card: 2)
    #expect(mode(tooEarly) == .scheduledUnlock)
  }

  @Test(
    "a restart keeps who came early, for this window only",
    arguments: [(-240, true), (-900, false)])
  func restart(_ seconds: Int64, _ counts: Bool) throws {
    var world = try world(came: ControllerHarness.noon.advanced(bySeconds: seconds))
    world.run(forMilliseconds: 610_000)
    #expect(world.isReleased == counts)
  }

  @Test(
    "after a lockdown or a plan the window waits for somebody again",
    arguments: [
      DoorMode.lockdown, .plan,
    ])
  func lockdown(_ strong: DoorMode) throws {
    var world = try world()
    world.run(forMilliseconds: 610_000)
    try world.badge(facility: 1, card: 1)
    #expect(mode(world) == .scheduledUnlock)
    let entry = DoorModeEntry(
      mode: strong, owner: "desk", reason: "drill", since: ControllerHarness.noon)
    world.send(.modes(ControllerHarness.door, DoorModes([entry])))
    world.run(forMilliseconds: 10_000)
    world.send(.modes(ControllerHarness.door, DoorModes()))
    #expect(mode(world) == .awaitingFirstPerson && !world.isReleased)
    #expect(
      world.journal.contains { $0.effect == .remember(.firstPerson(ControllerHarness.door, nil)) })
    try world.badge(facility: 1, card: 1)
    #expect(mode(world) == .scheduledUnlock)
  }

  @Test("an explanation says whose entry begins it")
  func explained() {
    func step(_ tags: Set<String>) -> ExplanationStep? {
      RuleWorld {
        $0.door.settings.unlocksWithFirstPerson = true
        $0.door.settings.firstPerson = Self.plan
        $0.person.tags = tags
      }.verdict().steps.first { $0.rule == "FirstPerson" }
    }
    #expect(
      step(["staff"])?.detail == "begins a window of the unlock schedule, from 15 min before it on")
    #expect(step([])?.detail.hasPrefix("does not begin") == true)
    #expect(step(["staff"])?.passed == true && step([])?.passed == true)
  }
}
