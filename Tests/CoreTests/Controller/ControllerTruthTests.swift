import DoorCore
import DoorRules
import Testing

@Suite("What is decided is decided on what is true now (A3, A8, A9, C2)")
struct ControllerTruthTests {
  private static let side = ReaderID("side-in")!
  private static let gym = AreaID("gym")!

  private func world(
    _ mode: PresentationMode = .cardThenPIN, usesMax: Int? = nil, pinUsesMax: Int? = nil,
    hours: WeeklyHours? = nil
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) {
      $0.layout.readers.append(
        .init(
          id: Self.side, door: ControllerHarness.door,
          habits: ReaderHabits(presentationMilliseconds: 0)))
      $0.facility.areas = [
        Area(
          id: Self.gym, name: "Gym", entry: [ControllerHarness.reader, Self.side],
          antiPassback: .hard)
      ]
      $0.door.settings.accessHours = hours
    }
    world.issue("card", .card, to: "ada", as: "card:H10301:1:0", usesMax: usesMax)
    world.issue("pin", .pin, to: "ada", as: "pin:1111", usesMax: pinUsesMax)
    return world
  }

  // MARK: Between a card and its PIN

  private static let changes: [(DenialReason, @Sendable (inout ControllerHarness) -> Void)] = [
    (.credentialRevoked, { $0.change("card") { $0.credential?.status = .revoked } }),
    (.accessDisabled, { $0.change("card") { $0.person.accessEnabled = false } }),
    (
      .expired,
      { world in
        let now = world.moment.wall
        world.change("card") { $0.credential?.validUntil = now }
      }
    ),
    (.unknownCredential, { $0.store["card:H10301:1:0"] = nil }),
    (.pinMismatch, { $0.change("pin") { $0.credential?.status = .revoked } }),
    (
      .lockdown,
      { world in
        var modes = DoorModes()
        modes.set(
          DoorModeEntry(mode: .lockdown, owner: "desk", reason: "r", since: ControllerHarness.noon))
        world.send(.modes(ControllerHarness.door, modes))
      }
    ),
    (.lookupFailed, { $0.storeFails = true }),
  ]

  @Test("C2 A3: what changes between a card and its PIN counts", arguments: changes.indices)
  func betweenCardAndPIN(_ index: Int) throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    Self.changes[index].1(&world)
    world.type("1111#")
    #expect(world.denials == [Self.changes[index].0] && !world.isReleased)
    #expect(world.uses.isEmpty)
  }

  @Test("A3: hours that end between a card and its PIN are over")
  func hoursEnd() throws {
    let hours = try WeeklyHours(parsing: ["friday": [("11:00", "12:01")]])
    var world = world(hours: hours)
    world.run(forMilliseconds: 58_000)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 2_000)
    world.type("1111#")
    #expect(world.denials == [.outsideHours])
  }

  @Test("A9: whoever went in between a card and its PIN is inside")
  func wentInMeanwhile() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 0, at: Self.side)
    world.type("1111#", at: Self.side)
    world.setContact(open: true)
    world.type("1111#")
    #expect(world.denials == [nil, .antiPassback])
  }

  @Test("C2: a card that opens once, waiting for its PIN at two readers, opens once")
  func twoReaders() throws {
    var world = world(usesMax: 1)
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 0, at: Self.side)
    world.type("1111#", at: Self.side)
    world.type("1111#")
    #expect(world.denials == [nil, .useCountExceeded])
    #expect(world.uses[CredentialID("card")!]?.count == 1)
  }

  // MARK: What an entry uses

  @Test("C2: a PIN beside a card spends its own uses, and then proves nothing")
  func pinSpends() throws {
    var world = world(pinUsesMax: 1)
    for _ in 0..<2 {
      try world.badge(facility: 1, card: 0)
      world.type("1111#")
    }
    #expect(world.denials == [nil, .pinMismatch])
    #expect(
      world.attempts[0].used == [
        UsedCredential(CredentialID("card")!),
        UsedCredential(
          CredentialID("pin")!, use: CredentialUse(count: 1, first: world.uses.values.first?.first)),
      ])
  }

  @Test("C2: a wrong PIN spends nothing of the card, and of nobody else's PIN")
  func wrongPINSpendsNothing() throws {
    var world = world(usesMax: 1, pinUsesMax: 1)
    world.issue("other", .pin, to: "bob", as: "pin:2222", usesMax: 1)
    try world.badge(facility: 1, card: 0)
    world.type("2222#")
    #expect(world.denials == [.pinMismatch] && world.attempts[0].used.isEmpty)
    #expect(world.attempts[0].verdict.used.isEmpty && world.attempts[0].verdict.passages.isEmpty)
    try world.badge(facility: 1, card: 0)
    world.type("1111#")
    #expect(world.denials == [.pinMismatch, nil])
  }

  // MARK: Slow look-ups

  /// Both cards are read before either is answered.
  private func race(_ world: inout ControllerHarness) throws -> [LookUpAnswer] {
    world.isStalled = true
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 0, at: Self.side)
    return world.asked.map { world.read($0) }
  }

  @Test("C2: of two look-ups that both read the last use, the second is asked again and denied")
  func lastUse() throws {
    var world = world(.cardOnly, usesMax: 1)
    let answers = try race(&world)
    world.send(.lookedUp(answers[0]))
    world.send(.lookedUp(answers[1]))
    #expect(world.denials == [nil] && world.asked.count == 3)
    #expect(world.asked[2].canonicals == world.asked[1].canonicals)
    world.send(.lookedUp(world.read(world.asked[2])))
    #expect(world.denials == [nil, .useCountExceeded])
  }

  @Test("A9: a look-up from before somebody went in is asked again")
  func presence() throws {
    var world = world(.cardOnly)
    let answers = try race(&world)
    world.send(.lookedUp(answers[0]))
    world.isStalled = false
    // The leaf opens after the second card was read, and before its answer.
    world.setContact(open: true)
    world.send(.lookedUp(answers[1]))
    #expect(world.denials == [nil, .antiPassback])
  }

  @Test("A9: somebody else's entry delays nobody")
  func somebodyElse() throws {
    var world = world(.cardOnly)
    world.issue("bob-card", .card, to: "bob", as: "card:H10301:1:1")
    world.isStalled = true
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 1, at: Self.side)
    let answers = world.asked.map { world.read($0) }
    for answer in answers { world.send(.lookedUp(answer)) }
    #expect(world.denials == [nil, nil] && world.asked.count == 2)
  }

  // MARK: Phones

  @Test("D4 A9: a phone goes where the door's readers lead, and is refused like a card")
  func phones() {
    var world = world(.cardOnly)
    world.unlock(by: "eve", order: "unknown")
    world.change("card") { $0.person.accessEnabled = false }
    world.unlock(by: "ada", order: "refused")
    world.change("card") { $0.person.accessEnabled = true }
    world.unlock(by: "ada", order: "in")
    #expect(world.denials == [.unknownPerson, .accessDisabled, nil])
    #expect(world.attempts.map(\.commandID) == ["unknown", "refused", "in"])
    #expect(world.outcome(of: "unknown") == .rejected(reason: "unknownPerson"))
    #expect(world.outcome(of: "refused") == .rejected(reason: "accessDisabled"))
    #expect(
      world.journal.contains {
        $0.effect == .setLock(ControllerHarness.door, .released, .afterRecords, order: "in")
      })
    world.setContact(open: true)
    #expect(world.presence[PersonID("ada")!]?[Self.gym]?.isInside == true)
    world.unlock(by: "ada", order: "again")
    #expect(world.outcome(of: "again") == .rejected(reason: "antiPassback"))
  }

  @Test("D4: a mobile key spends its uses and can call for help")
  func mobileKey() {
    var world = world(.cardOnly)
    world.issue("key", .mobile, to: "ada", as: "mobile:t", duress: true, usesMax: 1)
    for order in ["1", "2"] { world.unlock(by: "ada", order: order) }
    #expect(world.denials == [nil, .useCountExceeded])
    #expect(
      world.occurrences.contains(.duress(ControllerHarness.door, nil, PersonID("ada")!)))
  }
}
