import DoorCore
import DoorRules
import Testing

@Suite("G2: areas that count, at the doors of one controller")
struct ControllerAreaTests {
  private static let hall = AreaID("hall")!
  private static let out = ReaderID("front-out")!

  private func world(
    most: Int? = 2, least: Int? = nil, _ atMost: Area.Occupancy.AtMost = .deny,
    hasContact: Bool = false, forgivenAt: Int? = nil, people: Int = 4, isRead: Bool = true,
    memory: ControllerMemory = ControllerMemory()
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: .cardOnly, hasContact: hasContact, memory: memory) {
      $0.layout.readers.append(
        .init(
          id: Self.out, door: ControllerHarness.door,
          habits: ReaderHabits(presentationMilliseconds: 0)))
      $0.facility.areas = [
        Area(
          id: Self.hall, name: "Hall", entry: [ControllerHarness.reader], exit: [Self.out],
          antiPassback: .off, forgivenAtMinute: forgivenAt,
          occupancy: Area.Occupancy(least: least, most: most, atMost: atMost))
      ]
    }
    for number in 1...people {
      world.issue("card-\(number)", .card, to: "p\(number)", as: "card:H10301:1:\(number)")
    }
    if isRead { world.send(.presences([:])) }
    return world
  }

  private func goIn(_ people: UInt64..., at world: inout ControllerHarness) throws {
    for card in people { try world.badge(facility: 1, card: card) }
  }

  private func goOut(_ people: UInt64..., at world: inout ControllerHarness) throws {
    for card in people { try world.badge(facility: 1, card: card, at: Self.out) }
  }

  private func muster(_ world: ControllerHarness) -> AreaMuster? { world.controller.musters.first }

  private func inside(_ world: ControllerHarness) -> [String] {
    muster(world)?.inside.map(\.person.rawValue) ?? []
  }

  /// The standings that were told, with the counts.
  private func told(_ world: ControllerHarness) -> [String] {
    world.occurrences.compactMap {
      guard case .occupancy(let area, let standing, let count) = $0 else { return nil }
      return "\(area.id) \(standing) \(count)"
    }
  }

  @Test("who would be too many waits until somebody leaves, and leaving is never denied")
  func most() throws {
    var world = world()
    try goIn(1, 2, 3, at: &world)
    #expect(world.denials == [nil, nil, .areaFull])
    #expect(inside(world) == ["p1", "p2"])
    try goOut(1, at: &world)
    try goIn(3, at: &world)
    #expect(world.denials == [nil, nil, .areaFull, nil, nil])
    #expect(inside(world) == ["p2", "p3"])
    // Somebody whom nobody saw coming leaves too.
    try goOut(4, 2, at: &world)
    #expect(world.denials.suffix(2) == [nil, nil] && inside(world) == ["p3"])
  }

  @Test("full, over and low are events, once each, with the count")
  func standings() throws {
    var world = world(most: 2, least: 2, .warn)
    try goIn(1, 2, 3, at: &world)
    try goOut(1, 2, 3, at: &world)
    #expect(world.denials.allSatisfy { $0 == nil })
    #expect(
      told(world) == [
        "hall low 1", "hall full 2", "hall over 3", "hall full 2", "hall low 1", "hall normal 0",
      ])
  }

  @Test("with a contact whoever was let in holds a place, and who turns back gives it away")
  func contact() throws {
    var world = world(most: 1, hasContact: true)
    try goIn(1, 2, at: &world)
    #expect(world.denials == [nil, .areaFull] && inside(world).isEmpty)
    // The hold time is over, and the leaf never opened.
    world.run(forMilliseconds: 6_000)
    try goIn(2, at: &world)
    world.setContact(open: true)
    #expect(world.denials == [nil, .areaFull, nil] && inside(world) == ["p2"])
    world.setContact(open: false)
    world.run(forMilliseconds: 6_000)
    try goIn(1, at: &world)
    #expect(world.denials.last == .areaFull)
  }

  @Test(
    "until what an earlier run knew is read an area with a most lets nobody in, and lets all out")
  func unread() throws {
    var world = world(isRead: false)
    func questions() -> Int { world.journal.count { $0.effect == .readPresences } }
    #expect(questions() == 1)
    try goIn(1, at: &world)
    try goOut(2, at: &world)
    #expect(world.denials == [.areaCountUnknown, nil] && muster(world)?.isKnown == false)
    world.send(.presences(nil))
    world.run(forMilliseconds: 10_000)
    #expect(questions() == 2)
    world.send(.presences([:]))
    try goIn(1, at: &world)
    #expect(world.denials.last == .some(nil) && muster(world)?.isKnown == true)
    world.run(forMilliseconds: 60_000)
    #expect(questions() == 2)
  }

  @Test("what was read counts, but not of those who were seen since")
  func restart() throws {
    var world = world(most: 4, isRead: false)
    func seen(_ isInside: Bool, _ secondsAgo: Int64) -> AreaPresence {
      AreaPresence(
        isInside: isInside, since: ControllerHarness.noon.advanced(bySeconds: -secondsAgo))
    }
    try goOut(1, at: &world)
    let read = try [
      #require(PersonID("p1")): seen(true, 100), #require(PersonID("p2")): seen(true, 50),
      #require(PersonID("p3")): seen(true, 70), #require(PersonID("p4")): seen(false, 10),
    ]
    world.send(.presences([Self.hall: read]))
    #expect(inside(world) == ["p3", "p2"])
    // A second answer, to a question that came too early, changes nothing.
    try goOut(2, at: &world)
    world.send(.presences([Self.hall: read]))
    #expect(inside(world) == ["p3"])
  }

  @Test(
    "a reset takes everybody from the list, is recorded with its reason, and makes the count known")
  func reset() throws {
    for isRead in [true, false] {
      var world = world(isRead: isRead)
      if isRead { try goIn(1, 2, at: &world) }
      world.send(.resetArea(Self.hall, by: "desk", reason: "counted by hand"))
      let before = isRead ? 2 : 0
      #expect(
        world.occurrences.contains(
          .areaReset(Self.hall, by: "desk", reason: "counted by hand", count: before)))
      let isKept = world.journal.contains {
        if case .remember(.areaReset(Self.hall, _)) = $0.effect { true } else { false }
      }
      #expect(isKept && muster(world)?.isKnown == true)
      #expect(told(world) == (isRead ? ["hall full 2", "hall normal 0"] : []))
      // What is read late is of the time before it.
      let old = AreaPresence(isInside: true, since: ControllerHarness.noon)
      world.send(.presences([Self.hall: [try #require(PersonID("p4")): old]]))
      try goIn(3, at: &world)
      #expect(world.denials.last == .some(nil) && inside(world) == ["p3"])
    }
    var world = world()
    let count = world.journal.count
    world.send(.resetArea(AreaID("cellar")!, by: "desk", reason: "none"))
    #expect(world.journal.count == count)
  }

  @Test("whoever is forgiven counts as outside, and everybody where all are")
  func forgiven() throws {
    var world = world(most: nil)
    try goIn(1, 2, 3, at: &world)
    world.send(.forgiven(PersonID("p2")))
    #expect(inside(world) == ["p1", "p3"])
    world.send(.forgiven(nil))
    #expect(inside(world).isEmpty)
  }

  @Test("at the set hour everybody counts as outside, unless the clock is not trusted")
  func daily() throws {
    // It is noon; the reset comes at 12:05.
    for (trust, names) in [(ClockTrust.synchronised, []), (.unknown, ["p1", "p2"])] {
      var world = world(forgivenAt: 725)
      try goIn(1, 2, at: &world)
      world.trust = trust
      world.run(forMilliseconds: 290_000)
      #expect(inside(world) == ["p1", "p2"])
      world.run(forMilliseconds: 20_000)
      #expect(inside(world) == names)
    }
  }

  private func fire(_ isActive: Bool, at world: inout ControllerHarness) {
    world.send(.edge(LineEdge(line: .fire, isActive: isActive, at: world.now)))
    world.run(forMilliseconds: 200)
  }

  private func names(_ seen: [AreaSeen]?) -> [String] { seen?.map(\.person.rawValue) ?? [] }

  @Test("the fire alarm makes a report: who was seen leaving since it began, and who was not")
  func evacuation() throws {
    var world = world(most: nil)
    try goIn(1, 2, 3, at: &world)
    try goOut(3, at: &world)
    #expect(muster(world)?.evacuation == nil)
    fire(true, at: &world)
    world.run(forMilliseconds: 5_000)
    try goOut(1, at: &world)
    try goIn(4, at: &world)
    let during = muster(world)?.evacuation
    #expect(names(during?.notSeen) == ["p2"] && names(during?.left) == ["p1"])
    #expect(during?.ended == nil && inside(world) == ["p2", "p4"])
    fire(false, at: &world)
    let told = world.occurrences.compactMap { occurrence -> AreaMuster? in
      if case .evacuated(let muster) = occurrence { muster } else { nil }
    }
    #expect(told.count == 1 && names(told.first?.evacuation?.notSeen) == ["p2"])
    #expect(told.first?.evacuation?.ended != nil)
    // Who is seen later is on the list of those who left.
    try goOut(2, at: &world)
    #expect(names(muster(world)?.evacuation?.left) == ["p1", "p2"])
  }

  @Test("an alarm that comes again soon goes on with its report; a later one begins another")
  func again() throws {
    for (minutes, isSame) in [(29, true), (31, false)] {
      var world = world(most: nil)
      try goIn(1, 2, at: &world)
      fire(true, at: &world)
      world.run(forMilliseconds: 1_000)
      try goOut(1, at: &world)
      fire(false, at: &world)
      world.run(forMilliseconds: minutes * 60_000)
      fire(true, at: &world)
      #expect(names(muster(world)?.evacuation?.left) == (isSame ? ["p1"] : []))
      #expect(names(muster(world)?.evacuation?.notSeen) == ["p2"])
    }
  }

  @Test("the daily reset takes nobody from the list while the alarm sounds")
  func noReset() throws {
    var world = world(most: nil, forgivenAt: 721)
    try goIn(1, at: &world)
    fire(true, at: &world)
    world.run(forMilliseconds: 120_000)
    #expect(names(muster(world)?.evacuation?.notSeen) == ["p1"])
    fire(false, at: &world)
    world.run(forMilliseconds: 2_000)
    #expect(inside(world).isEmpty)
  }

  @Test("over a restart the report is made of what was persisted, and ends with the alarm")
  func evacuationOverRestart() throws {
    let began = ControllerHarness.noon.advanced(bySeconds: -60)
    var world = world(
      most: nil, isRead: false, memory: ControllerMemory(fire: EvacuationSpan(began: began)))
    func seen(_ isInside: Bool, _ seconds: Int64) -> AreaPresence {
      AreaPresence(isInside: isInside, since: began.advanced(bySeconds: seconds))
    }
    world.send(
      .presences([
        Self.hall: try [
          #require(PersonID("p1")): seen(true, -10), #require(PersonID("p2")): seen(false, 10),
          #require(PersonID("p3")): seen(false, -10), #require(PersonID("p4")): seen(true, 20),
        ]
      ]))
    let report = muster(world)?.evacuation
    #expect(names(report?.notSeen) == ["p1"] && names(report?.left) == ["p2"])
    #expect(report?.began == began && report?.ended != nil, "it does not burn any more")
    #expect(inside(world) == ["p1", "p4"])
  }

  @Test("a policy that counts nothing asks for nothing and tells nothing")
  func nothing() throws {
    var world = ControllerHarness(mode: .cardOnly)
    world.issue("card-1", .card, to: "p1", as: "card:H10301:1:1")
    try world.badge(facility: 1, card: 1)
    fire(true, at: &world)
    fire(false, at: &world)
    #expect(world.controller.musters.isEmpty)
    let more = world.journal.contains {
      switch $0.effect {
      case .readPresences, .remember(.fire), .remember(.areaReset), .remember(.presence): true
      default: false
      }
    }
    #expect(!more)
  }

  @Test("another policy counts from what is known, and asks for what is not")
  func policy() throws {
    var world = world(most: 2)
    try goIn(1, 2, at: &world)
    var facility = world.policy.facility
    facility.areas[0].occupancy?.most = 3
    facility.areas.append(
      Area(
        id: AreaID("attic")!, name: "Attic", entry: [ControllerHarness.reader], exit: [Self.out],
        antiPassback: .off, occupancy: Area.Occupancy()))
    world.send(
      .policy(
        PolicySnapshot(
          revision: 8, zone: .utc, facility: facility, doors: world.policy.doors)))
    #expect(told(world) == ["hall full 2", "hall normal 2"] && inside(world).isEmpty)
    #expect(world.controller.musters.map(\.isKnown) == [false, true])
    world.run(forMilliseconds: 10)
    #expect(world.journal.last { $0.effect == .readPresences } != nil)
    try goIn(3, at: &world)
    #expect(world.denials.allSatisfy { $0 == nil })
    #expect(world.controller.musters.map(\.inside.count) == [1, 3])
  }
}
