import DoorCore
import DoorRules
import Testing

@Suite("G5: visitors and hosts at one door")
struct ControllerEscortTests {
  private static let cards: [String: UInt64] = ["vic": 1, "hal": 2, "ada": 3, "vera": 4]

  private func world(
    change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: .cardOnly, change: change)
    for (name, card) in Self.cards {
      world.issue("card-\(name)", .card, to: name, as: "card:H10301:1:\(card)")
    }
    for name in ["vic", "vera"] { world.change("card-\(name)") { $0.person.escort = .needed } }
    world.change("card-hal") { $0.person.escort = .host }
    return world
  }

  private static let out = ReaderID("front-out")!

  private func worldWithWayOut() -> ControllerHarness {
    world {
      $0.layout.readers.append(.init(id: Self.out, door: ControllerHarness.door))
      $0.facility.areas = [
        Area(
          id: AreaID("gym")!, name: "Gym", entry: [ControllerHarness.reader], exit: [Self.out],
          antiPassback: .off)
      ]
    }
  }

  private func badge(_ names: String..., at world: inout ControllerHarness) throws {
    for name in names { try world.badge(facility: 1, card: try #require(Self.cards[name])) }
  }

  /// Badges, opens the leaf and closes it.
  private func enter(_ name: String, at world: inout ControllerHarness) throws {
    try badge(name, at: &world)
    world.setContact(open: true)
    world.setContact(open: false)
  }

  private func entrants(_ world: ControllerHarness) -> [String] {
    guard let last = world.attempts.last, last.verdict.isGrant else { return [] }
    return [last.verdict.person, last.companion?.person].compactMap { $0?.rawValue }
  }

  @Test("the visitor first: both enter with the host's card, in one event, as two")
  func visitorFirst() throws {
    var world = world()
    try badge("vic", at: &world)
    #expect(world.denials == [.escortRequired] && !world.isReleased)
    try badge("hal", at: &world)
    #expect(world.denials == [.escortRequired, nil] && world.isReleased)
    #expect(entrants(world) == ["hal", "vic"])
    #expect(world.attempts.last?.companion?.host?.rawValue == "hal")
  }

  @Test("the host first: whoever follows within the time is let in")
  func hostFirst() throws {
    for (milliseconds, reason) in [(14_500, nil), (15_500, .escortRequired)]
      as [(Int, DenialReason?)]
    {
      var world = world()
      try enter("hal", at: &world)
      world.run(forMilliseconds: milliseconds)
      try badge("vic", at: &world)
      #expect(world.denials == [nil, reason])
      #expect(world.attempts.last?.verdict.host?.rawValue == (reason == nil ? "hal" : nil))
    }
    for hasContact in [true, false] {
      var world = world { $0.layout.doors[0].hasContact = hasContact }
      try enter("hal", at: &world)
      try badge("vic", "vera", at: &world)
      #expect(world.denials == [nil, nil, nil])
    }
  }

  @Test("a host who did not open the leaf escorts nobody, and one who opens late does from then on")
  func opening() throws {
    var world = world()
    try badge("hal", at: &world)
    world.run(forMilliseconds: 8_000)
    try badge("vic", at: &world)
    #expect(world.denials == [nil, .escortRequired] && !world.isReleased)
    var late = self.world()
    try badge("hal", at: &late)
    late.run(forMilliseconds: 4_000)
    late.setContact(open: true)
    late.setContact(open: false)
    late.run(forMilliseconds: 14_000)
    try badge("vic", at: &late)
    #expect(late.denials == [nil, nil])
  }

  @Test("once records or a configuration came, a host who went in before escorts nobody")
  func changedHost() throws {
    var records = world()
    try enter("hal", at: &records)
    records.send(.recordsChanged)
    try badge("vic", at: &records)
    #expect(records.denials == [nil, .escortRequired] && !records.isReleased)
    // The host comes again.
    try badge("hal", at: &records)
    #expect(entrants(records) == ["hal", "vic"])
    var policy = world()
    try enter("hal", at: &policy)
    policy.send(.policy(policy.controller.policy))
    try badge("vic", at: &policy)
    #expect(policy.denials == [nil, .escortRequired])
  }

  @Test("a host whose one-use card is spent, in an area that is full of them, is a host still")
  func spentHost() throws {
    var world = world {
      $0.facility.areas = [
        Area(
          id: AreaID("gym")!, name: "Gym", entry: [ControllerHarness.reader], antiPassback: .hard)
      ]
    }
    world.change("card-hal") { $0.credential?.usesMax = 1 }
    try enter("hal", at: &world)
    try badge("vic", at: &world)
    #expect(world.denials == [nil, nil])
  }

  @Test("a host who went in and left again escorts nobody")
  func leftAgain() throws {
    var world = worldWithWayOut()
    world.change("card-ada") { $0.person.escort = .host }
    try enter("ada", at: &world)
    try enter("hal", at: &world)
    try world.badge(facility: 1, card: 2, at: Self.out)
    try badge("vic", at: &world)
    #expect(world.denials == [nil, nil, nil, nil])
    #expect(world.attempts.last?.verdict.host?.rawValue == "ada", "who stayed escorts")
    try world.badge(facility: 1, card: 3, at: Self.out)
    try badge("vera", at: &world)
    #expect(world.denials.last == .escortRequired)
  }

  @Test("the wait is the door's setting; after it the host enters alone")
  func wait() throws {
    for (milliseconds, names) in [(39_000, ["hal", "vic"]), (41_000, ["hal"])] {
      var world = world { $0.door.settings.escortSeconds = 40 }
      try badge("vic", at: &world)
      world.run(forMilliseconds: milliseconds)
      try badge("hal", at: &world)
      #expect(entrants(world) == names)
    }
  }

  @Test("another visitor and a colleague are no hosts, and the visitor goes on waiting")
  func others() throws {
    var world = world()
    try badge("vic", "ada", at: &world)
    #expect(world.denials == [.escortRequired, nil] && entrants(world) == ["ada"])
    try badge("hal", at: &world)
    #expect(entrants(world) == ["hal", "vic"])
    var second = self.world()
    try badge("vic", "vera", at: &second)
    #expect(second.denials == [.escortRequired, .escortRequired])
  }

  @Test("a visitor who was withdrawn meanwhile keeps no host out")
  func withdrawn() throws {
    var world = world()
    try badge("vic", at: &world)
    world.change("card-vic") { $0.credential?.status = .revoked }
    try badge("hal", at: &world)
    #expect(world.denials == [.escortRequired, nil] && entrants(world) == ["hal"])
  }

  @Test("a host who was one a moment ago escorts nobody")
  func noLonger() throws {
    var world = world { $0.door.settings.personsRequired = 2 }
    try badge("hal", at: &world)
    world.change("card-hal") { $0.person.escort = nil }
    try badge("vic", at: &world)
    #expect(!world.isReleased && world.denials.last == .escortRequired)
  }

  @Test("at a door for two the visitor and the host are the two, in either order; others are not")
  func two() throws {
    for names in [["vic", "hal"], ["hal", "vic"]] {
      var world = world { $0.door.settings.personsRequired = 2 }
      for name in names { try badge(name, at: &world) }
      #expect(world.denials == [.secondPersonRequired, nil])
      #expect(Set(entrants(world)) == ["hal", "vic"])
    }
    var world = world { $0.door.settings.personsRequired = 2 }
    try badge("vic", "ada", at: &world)
    #expect(world.denials == [.secondPersonRequired, .companionDenied] && !world.isReleased)
  }

  @Test("A10: a host who leaves brings nobody in, and a visitor leaves alone")
  func leaving() throws {
    var world = worldWithWayOut()
    try world.badge(facility: 1, card: 2, at: Self.out)
    try badge("vic", at: &world)
    #expect(world.denials == [nil, .escortRequired])
    try world.badge(facility: 1, card: 3, at: Self.out)
    #expect(world.denials == [nil, .escortRequired, nil])
  }
}
