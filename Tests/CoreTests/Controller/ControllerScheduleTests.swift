import DoorCore
import DoorRules
import Testing

@Suite("B7 A9: what a mode and a schedule move and keep")
struct ControllerScheduleTests {
  private static let door = ControllerHarness.door

  private func world(
    _ hours: [String: [WeeklyHours.Window]], cameSecondsAgo: Int64? = nil
  ) throws -> ControllerHarness {
    var memory = ControllerMemory()
    if let cameSecondsAgo {
      memory.firstPersons[Self.door] = ControllerHarness.noon.advanced(bySeconds: -cameSecondsAgo)
    }
    var world = ControllerHarness(
      unlockSchedule: try WeeklyHours(parsing: hours), memory: memory
    ) {
      $0.door.settings.unlocksWithFirstPerson = true
    }
    world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
    return world
  }

  private func firstPersons(_ world: ControllerHarness) -> [WallInstant?] {
    world.journal.compactMap { entry -> WallInstant?? in
      if case .remember(.firstPerson(_, let came)) = entry.effect { .some(came) } else { nil }
    }
  }

  @Test("B6: a mode that holds the door open moves the lock at once, not with the next look")
  func movesAtOnce() {
    var world = ControllerHarness()
    let before = world.journal.count
    world.send(
      .modes(
        Self.door,
        DoorModes([
          DoorModeEntry(
            mode: .forceOpen, owner: "desk", reason: "drill", since: ControllerHarness.noon)
        ])))
    #expect(
      world.journal[before...].contains {
        $0.effect == .setLock(Self.door, .released, .atOnce, order: nil)
      })
  }

  @Test("B7: a scheduled mode keeps the moment since which it counts")
  func since() throws {
    var world = ControllerHarness(
      unlockSchedule: try WeeklyHours(parsing: ["friday": [("12:05", "12:30")]]))
    func entry() -> DoorModeEntry? { world.controller.view(of: Self.door)?.mode }
    world.run(forMilliseconds: 301_000)
    let began = try #require(entry()?.since)
    #expect(entry()?.mode == .scheduledUnlock)
    world.run(forMilliseconds: 120_000)
    world.send(.modes(Self.door, DoorModes()))
    #expect(entry()?.since == began)
  }

  @Test("A9: the first person is kept with the moment, and forgotten with the window")
  func kept() throws {
    var world = try world(["friday": [("12:00", "12:10")]])
    let came = world.moment.wall
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: 600_000)
    let all = firstPersons(world)
    #expect(all.count == 2 && all.last == .some(nil))
    #expect(all.first?.map { came <= $0 && $0 < came.advanced(bySeconds: 2) } == true)
  }

  @Test(
    "A9: somebody who came before the start counts if the window has lasted every minute since",
    arguments: [
      // A week, and a second more.
      (604_800, ("00:00", "24:00"), ("00:00", "24:00"), true),
      (604_801, ("00:00", "24:00"), ("00:00", "24:00"), false),
      // Since 11:00:59; the minute from 11:01 is no part of it.
      (3_541, ("10:00", "11:01"), ("11:02", "13:00"), false),
      (3_541, ("10:00", "11:01"), ("11:01", "13:00"), true),
      // The minute in which the person came is one of them.
      (3_541, ("10:00", "11:00"), ("11:01", "13:00"), false),
    ] as [(Int64, WeeklyHours.Window, WeeklyHours.Window, Bool)])
  func lasted(
    _ seconds: Int64, _ first: WeeklyHours.Window, _ second: WeeklyHours.Window, _ counts: Bool
  ) throws {
    let days = Weekday.allCases.map { ($0.name, [first, second]) }
    var world = try world(
      Dictionary(uniqueKeysWithValues: days), cameSecondsAgo: seconds)
    #expect(world.isReleased == counts)
    world.run(forMilliseconds: 2_000)
    #expect(world.isReleased == counts)
  }

  @Test(
    "A9: a clock that is set back within the window does not send the first person away",
    arguments: [nil, 600] as [Int64?])
  func setBack(_ cameSecondsAgo: Int64?) throws {
    var world = try world(["friday": [("11:00", "13:00")]], cameSecondsAgo: cameSecondsAgo)
    if cameSecondsAgo == nil { try world.badge(facility: 1, card: 1) }
    world.run(forMilliseconds: 2_000)
    #expect(world.isReleased)
    // Half an hour back, before the person came.
    var moment = world.moment
    moment.wall = moment.wall.advanced(bySeconds: -1_800)
    moment.monotonic = moment.monotonic.advanced(byMilliseconds: 10_000)
    _ = world.controller.advance(to: moment)
    #expect(world.isReleased)
  }
}
