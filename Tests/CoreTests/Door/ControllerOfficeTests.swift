import DoorCore
import DoorRules
import Testing

@Suite("G6: a door that people may leave unlocked")
struct ControllerOfficeTests {
  private static let plan = OfficePlan(anyTags: ["keys"], memberTypes: ["janitor"])

  /// `ada` may, by her tag; `bob` has access only.
  private func world(
    _ plan: OfficePlan? = Self.plan, modes: DoorModes = DoorModes(), schedule: WeeklyHours? = nil,
    _ change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(modes: modes, unlockSchedule: schedule) {
      $0.door.settings.office = plan
      change(&$0)
    }
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("card-bob", .card, to: "bob", as: "card:H10301:1:2")
    world.change("card-ada") { $0.person.customTags = ["keys"] }
    return world
  }

  private func mode(_ world: ControllerHarness) -> DoorMode? {
    world.controller.view(of: ControllerHarness.door)?.mode?.mode
  }

  /// `began PERSON` and `ended HOW`, in order.
  private func office(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap { occurrence in
      switch occurrence {
      case .officeBegan(_, let press, _): "began \(press.person)"
      case .officeEnded(_, _, let end): "ended \(end.name)"
      default: nil
      }
    }
  }

  private func badge(
    _ world: inout ControllerHarness, _ card: UInt64 = 1, times: Int = 2, pause: Int = 2_500
  ) throws {
    for time in 0..<times {
      if time > 0 { world.run(forMilliseconds: pause) }
      try world.badge(facility: 1, card: card)
    }
  }

  @Test("the same card twice leaves the door unlocked, twice more locks it; each is a decision too")
  func toggles() throws {
    var world = world()
    try badge(&world)
    #expect(mode(world) == .office && office(world) == ["began ada"])
    world.run(forMilliseconds: 3_600_000)
    #expect(world.isReleased)
    try badge(&world)
    #expect(mode(world) == nil && office(world) == ["began ada", "ended person"])
    #expect(world.denials == [nil, nil, nil, nil])
    // Whoever locked it was let in as well.
    #expect(world.isReleased)
    world.run(forMilliseconds: 5_000)
    #expect(!world.isReleased)
  }

  @Test("who needs a host passes while it stands open, and neither locks nor unlocks it")
  func visitors() throws {
    var world = world()
    world.issue("card-eve", .card, to: "eve", as: "card:H10301:1:3")
    world.change("card-eve") {
      $0.person.customTags = ["keys"]
      $0.person.escort = .needed
    }
    try badge(&world, 3)
    #expect(mode(world) == nil && world.denials.contains(.escortRequired))
    try badge(&world)
    world.run(forMilliseconds: 60_000)
    try badge(&world, 3)
    #expect(mode(world) == .office && office(world) == ["began ada"])
  }

  @Test("whoever locks the door is let in, and the relay is not switched off in between")
  func endsWithoutAFlick() throws {
    var world = world()
    try badge(&world)
    world.run(forMilliseconds: 60_000)
    try badge(&world, times: 1)
    world.run(forMilliseconds: 2_500)
    let before = world.journal.count
    try world.badge(facility: 1, card: 1)
    #expect(mode(world) == nil)
    let locks = world.journal[before...].compactMap { entry -> LockLevel? in
      if case .setLock(_, let level, _, _) = entry.effect { level } else { nil }
    }
    #expect(!locks.isEmpty && !locks.contains(.secured))
  }

  @Test("whoever leaves the door unlocked has gone in; whoever locks it and does not open has not")
  func passes() throws {
    let hall = AreaID("hall")!
    var world = world {
      $0.facility.areas = [
        Area(
          id: hall, name: "Hall", entry: [ControllerHarness.reader], antiPassback: .soft,
          forgivenAtMinute: 240)
      ]
    }
    func notOpened() -> Int {
      world.occurrences.count { if case .notOpened = $0 { true } else { false } }
    }
    try badge(&world)
    #expect(world.presence[PersonID("ada")!]?[hall]?.isInside == true && notOpened() == 0)
    world.run(forMilliseconds: 60_000)
    try badge(&world)
    world.run(forMilliseconds: 10_000)
    #expect(!world.isReleased && notOpened() == 1)
  }

  @Test("one presentation, two that are too far apart, and two cards do not")
  func notInTime() throws {
    var world = world()
    world.issue("other-ada", .card, to: "ada", as: "card:H10301:1:3")
    world.change("other-ada") { $0.person.tags = ["keys"] }
    try badge(&world, times: 1)
    world.run(forMilliseconds: 10_000)
    try badge(&world, pause: 5_100)
    world.run(forMilliseconds: 10_000)
    try badge(&world, 3, times: 1)
    try badge(&world, 1, times: 1)
    #expect(mode(world) == nil && office(world) == [])
  }

  @Test("of three presentations the last three in a row count")
  func three() throws {
    var plan = Self.plan
    plan.presentations = 3
    var world = world(plan)
    try badge(&world, times: 1)
    world.run(forMilliseconds: 4_000)
    try badge(&world, times: 2, pause: 1_500)
    #expect(mode(world) == nil)
    try badge(&world, times: 1)
    #expect(mode(world) == .office)
  }

  @Test("who may not does not, however often; nor anybody where nobody may")
  func mayNot() throws {
    var world = world()
    try badge(&world, 2, times: 4)
    #expect(mode(world) == nil && office(world) == [])
    var nobody = self.world(OfficePlan())
    try badge(&nobody, times: 4)
    #expect(mode(nobody) == nil)
    var without = self.world(nil)
    try badge(&without, times: 4)
    #expect(mode(without) == nil)
  }

  @Test("a type of member may as well, and whoever is denied does nothing")
  func byType() throws {
    var world = world()
    world.change("card-bob") { $0.person.memberType = "janitor" }
    try badge(&world, 2)
    #expect(office(world) == ["began bob"])
    world.change("card-ada") { $0.person.accessEnabled = false }
    try badge(&world, 1)
    #expect(mode(world) == .office)
  }

  @Test("it ends at its limit, counted from the last presentation")
  func limit() throws {
    var plan = Self.plan
    plan.minutes = 3
    var world = world(plan)
    try badge(&world)
    world.run(forMilliseconds: 179_000)
    #expect(world.isReleased)
    world.run(forMilliseconds: 2_000)
    #expect(!world.isReleased && office(world) == ["began ada", "ended limit"])
  }

  @Test("it ends when its hours close or the time is not known, and begins in none of both")
  func hours() throws {
    var plan = Self.plan
    plan.hours = try WeeklyHours(parsing: ["friday": [("12:00", "12:10")]])
    var world = world(plan)
    try badge(&world)
    #expect(mode(world) == .office)
    world.run(forMilliseconds: 600_000)
    #expect(!world.isReleased && office(world) == ["began ada", "ended hours"])
    try badge(&world)
    #expect(mode(world) == nil)
    var doubtful = self.world(plan)
    try badge(&doubtful)
    doubtful.trust = .unknown
    doubtful.run(forMilliseconds: 2_000)
    #expect(office(doubtful) == ["began ada", "ended hours"])
    try badge(&doubtful)
    #expect(mode(doubtful) == nil)
  }

  @Test(
    "every stronger mode ends it, and it does not come back",
    arguments: [DoorMode.lockdown, .forceClosed, .forceOpen])
  func stronger(_ mode: DoorMode) throws {
    var world = world()
    try badge(&world)
    var modes = try #require(world.controller.modes(of: ControllerHarness.door))
    modes.set(
      DoorModeEntry(mode: mode, owner: "desk", reason: "drill", since: ControllerHarness.noon))
    world.send(.modes(ControllerHarness.door, modes))
    #expect(office(world) == ["began ada", "ended \(mode.rawValue)"])
    #expect(world.isReleased == mode.holdsOpen)
    try badge(&world)
    modes = try #require(world.controller.modes(of: ControllerHarness.door))
    modes.clear(mode)
    world.send(.modes(ControllerHarness.door, modes))
    world.run(forMilliseconds: 60_000)
    #expect(!world.isReleased && self.mode(world) == nil && office(world).count == 2)
  }

  @Test("the fire alarm ends it: afterwards the door is locked")
  func fire() throws {
    var world = world()
    try badge(&world)
    world.send(.edge(LineEdge(line: .fire, isActive: true, at: world.now)))
    world.run(forMilliseconds: 1_000)
    #expect(world.isReleased && office(world).last == "ended fire")
    world.send(.edge(LineEdge(line: .fire, isActive: false, at: world.now)))
    world.run(forMilliseconds: 10_000)
    #expect(!world.isReleased)
  }

  @Test("an operator's `off` ends it, and a configuration without it does")
  func orders() throws {
    var world = world()
    try badge(&world)
    world.send(.modes(ControllerHarness.door, DoorModes()))
    #expect(office(world).last == "ended order")
    world.run(forMilliseconds: 60_000)
    try badge(&world)
    #expect(mode(world) == .office)
    let without = PolicySnapshot(
      revision: 8, zone: .utc,
      doors: [
        ControllerHarness.door: DoorPolicy(id: ControllerHarness.door, name: "Front door")
      ])
    world.send(.policy(without))
    #expect(!world.isReleased && office(world).last == "ended settings")
  }

  @Test("the unlock schedule takes the door over, and its end locks it")
  func schedule() throws {
    let hours = try WeeklyHours(parsing: ["friday": [("12:05", "12:10")]])
    var world = world(schedule: hours)
    try badge(&world)
    world.run(forMilliseconds: 330_000)
    #expect(mode(world) == .scheduledUnlock && office(world).last == "ended scheduledUnlock")
    try badge(&world)
    world.run(forMilliseconds: 300_000)
    #expect(!world.isReleased && office(world).count == 2)
  }

  @Test("it is kept, its end too; whatever is over at a start is told")
  func kept() throws {
    var world = world()
    try badge(&world)
    let remembered = world.journal.compactMap { entry -> DoorModes? in
      if case .remember(.modes(_, let modes)) = entry.effect { modes } else { nil }
    }
    #expect(remembered.last?.entry(of: .office)?.owner == "ada")
    let again = self.world(modes: try #require(remembered.last))
    #expect(mode(again) == .office && again.isReleased && office(again) == [])

    var over = try #require(remembered.last?.entry(of: .office))
    over.end = ModeEnd(at: MonotonicInstant(nanoseconds: 5_000_000_000), shown: over.since)
    let late = self.world(modes: DoorModes([over]))
    #expect(mode(late) == nil && !late.isReleased && office(late) == ["ended limit"])
    let elsewhere = self.world(nil, modes: try #require(remembered.last))
    #expect(!elsewhere.isReleased && office(elsewhere) == ["ended settings"])
  }

  @Test("the exit button works as ever, and whoever leaves when it ends gets out")
  func leaving() throws {
    var plan = Self.plan
    plan.minutes = 1
    var world = world(plan)
    try badge(&world)
    world.run(forMilliseconds: 58_000)
    world.send(
      .edge(LineEdge(line: .requestToExit(ControllerHarness.door), isActive: true, at: world.now)))
    world.run(forMilliseconds: 10_000)
    #expect(office(world).last == "ended limit" && world.isReleased)
  }

  @Test("at a way out the person who may locks the door, and leaves none unlocked")
  func wayOut() throws {
    let out = ReaderID("front-out")!
    func make() -> ControllerHarness {
      self.world {
        $0.layout.readers.append(
          .init(
            id: out, door: ControllerHarness.door,
            habits: ReaderHabits(presentationMilliseconds: 0)))
        $0.facility.areas = [
          Area(
            id: AreaID("house")!, name: "House", entry: [ControllerHarness.reader], exit: [out],
            antiPassback: .off)
        ]
      }
    }
    var world = make()
    try world.badge(facility: 1, card: 1, at: out)
    world.run(forMilliseconds: 2_000)
    try world.badge(facility: 1, card: 1, at: out)
    #expect(mode(world) == nil && world.denials == [nil, nil])
    world = make()
    try badge(&world)
    world.run(forMilliseconds: 60_000)
    try world.badge(facility: 1, card: 1, at: out)
    world.run(forMilliseconds: 2_000)
    try world.badge(facility: 1, card: 1, at: out)
    #expect(mode(world) == nil && office(world) == ["began ada", "ended person"])
  }

  @Test("a phone does not: it stands at no reader")
  func phone() {
    var world = world()
    world.issue("phone", .mobile, to: "ada", as: "mobile:x")
    world.change("phone") { $0.person.tags = ["keys"] }
    world.unlock(by: "ada", order: "1")
    world.unlock(by: "ada", order: "2")
    #expect(mode(world) == nil && world.denials == [nil, nil])
  }

  @Test("an explanation says who may leave the door unlocked, and denies nobody")
  func explained() {
    func step(_ change: (inout RuleWorld) -> Void) -> ExplanationStep? {
      RuleWorld {
        $0.scopes = [
          Scope(
            id: RuleWorld.all, name: "All", priority: 1, doors: [RuleWorld.front],
            settings: AccessSettings(office: Self.plan))
        ]
        change(&$0)
      }.verdict().steps.first { $0.rule == "OfficeMode" }
    }
    let may = step { $0.person.tags = ["keys"] }
    #expect(may?.passed == true && may?.source == "scope All (all)")
    #expect(
      may?.detail
        == "may leave the door unlocked for 600 min: the same 2 times within 5000 ms"
        + " (tags keys, types janitor)")
    let mayNot = step { _ in }
    #expect(
      mayNot?.passed == true
        && mayNot?.detail == "may not leave the door unlocked (tags keys, types janitor)")
    #expect(step { $0.person.accessEnabled = false } == nil)
  }
}
