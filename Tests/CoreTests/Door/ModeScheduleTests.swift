import DoorRules
import Testing

@testable import DoorCore

@Suite("Which mode is in force (A7, B6)")
struct ModeScheduleTests {
  /// 2026-11-20T12:00:00Z, a Friday.
  private static let noon = WallInstant(secondsSince1970: 1_795_176_000)
  private static let door = DoorID("front")!

  private func schedule(
    firstPerson: Bool = false, fireSince: WallInstant? = nil
  ) throws -> ModeSchedule {
    let hours = try WeeklyHours(parsing: ["friday": [("09:00", "17:00")]])
    let policy = PolicySnapshot(
      revision: 1, zone: .utc,
      doors: [
        Self.door: DoorPolicy(
          id: Self.door, name: "Front",
          settings: AccessSettings(
            autoUnlockSchedule: hours, unlocksWithFirstPerson: firstPerson))
      ])
    return ModeSchedule(
      of: ControllerLayout.Door(id: Self.door, hasContact: true),
      under: DoorConditions(policy: policy, fireSince: fireSince))
  }

  private func moment(hours: Int64 = 0, _ trust: ClockTrust = .synchronised) -> Moment {
    Moment(
      monotonic: MonotonicInstant(nanoseconds: 1),
      wall: Self.noon.advanced(bySeconds: hours * 3_600),
      trust: trust)
  }

  private func mode(
    _ schedule: ModeSchedule, _ ordered: DoorModes = DoorModes(), came: Bool = false,
    current: DoorModeEntry? = nil, at now: Moment
  ) -> DoorModeEntry? {
    schedule.mode(ordered: ordered, firstPersonHasCome: came, current: current, at: now)
  }

  @Test("the schedule unlocks in its window, and never while the clock is unknown")
  func window() throws {
    let schedule = try schedule()
    #expect(mode(schedule, at: moment())?.mode == .scheduledUnlock)
    #expect(mode(schedule, at: moment(hours: 5)) == nil)
    #expect(mode(schedule, at: moment(.holdover))?.mode == .scheduledUnlock)
    #expect(mode(schedule, at: moment(.unknown)) == nil)
  }

  @Test("it waits for the first person where that is configured, and keeps its start")
  func firstPerson() throws {
    let schedule = try schedule(firstPerson: true)
    let waiting = try #require(mode(schedule, at: moment()))
    #expect(waiting.mode == .awaitingFirstPerson && waiting.since == moment().wall)
    #expect(mode(schedule, current: waiting, at: moment(hours: 1)) == waiting)
    let open = try #require(mode(schedule, came: true, current: waiting, at: moment(hours: 1)))
    #expect(open.mode == .scheduledUnlock && open.since == moment(hours: 1).wall)
  }

  @Test("an order beats the schedule, and fire beats both")
  func precedence() throws {
    let lockdown = DoorModeEntry(mode: .lockdown, owner: "desk", reason: "drill", since: Self.noon)
    #expect(mode(try schedule(), DoorModes([lockdown]), at: moment()) == lockdown)
    let fire = mode(
      try schedule(fireSince: Self.noon), DoorModes([lockdown]), at: moment(hours: 1))
    #expect(fire?.mode == .fire && fire?.since == Self.noon)
  }

  @Test("what was kept counts while one window has lasted from then until now")
  func lasting() throws {
    let schedule = try schedule(firstPerson: true)
    #expect(schedule.hasBeenOpen(since: Self.noon, at: moment(hours: 4)))
    #expect(!schedule.hasBeenOpen(since: Self.noon, at: moment(hours: 5)))
    #expect(!schedule.hasBeenOpen(since: Self.noon.advanced(bySeconds: -14_400), at: moment()))
    // A start in the future, and a start more than a week ago.
    #expect(!schedule.hasBeenOpen(since: Self.noon.advanced(bySeconds: 1), at: moment()))
    #expect(!schedule.hasBeenOpen(since: Self.noon, at: moment(hours: 7 * 24 + 1)))
  }

  @Test("a first person is remembered until the window ends, and each window has its own")
  func firstPersonOfWindow() throws {
    let schedule = try schedule(firstPerson: true)
    var person = FirstPerson(restored: Self.noon)
    let over = [moment(hours: 1, .unknown), moment(hours: 1), moment(hours: 5)].map {
      person.forgetAfterWindow(of: schedule, at: $0)
    }
    #expect(over == [false, false, true] && person.cameAt == nil)
    let first = [moment(hours: 5), moment(), moment()].map { person.enter(under: schedule, at: $0) }
    #expect(first == [false, true, false] && person.cameAt == Self.noon)
  }
}
