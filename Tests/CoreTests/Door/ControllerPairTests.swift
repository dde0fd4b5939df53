import DoorCore
import DoorRules
import Testing

@Suite("Two people: both enter, and both leave a trace (A9, C2)")
struct ControllerPairTests {
  private static let door = ControllerHarness.door
  private static let reader = ControllerHarness.reader
  private static let gym = AreaID("gym")!

  private func world(
    _ mode: PresentationMode = .cardOnly, _ kind: Area.AntiPassback = .hard, usesMax: Int? = nil,
    duress: Bool = false
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) {
      $0.door.settings.personsRequired = 2
      $0.facility.areas = [
        Area(id: Self.gym, name: "Gym", entry: [Self.reader], antiPassback: kind)
      ]
    }
    for (index, name) in ["ada", "ben", "cyd"].enumerated() {
      world.issue(
        "card-\(name)", .card, to: name, as: "card:H10301:1:\(index)",
        duress: duress && name == "ada", usesMax: usesMax)
      world.issue("pin-\(name)", .pin, to: name, as: "pin:\(index)111", usesMax: usesMax)
    }
    return world
  }

  private func goThrough(_ world: inout ControllerHarness) {
    world.setContact(open: true)
    world.setContact(open: false)
  }

  private func person(_ name: String) -> PersonID { PersonID(name)! }
  private func card(_ name: String) -> CredentialID { CredentialID("card-\(name)")! }

  @Test("A9: both are inside afterwards, and neither can be the first or the second again")
  func passback() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 1)
    goThrough(&world)
    #expect(Set(world.presence.keys) == [person("ada"), person("ben")])
    try world.badge(facility: 1, card: 0)
    #expect(world.denials.last == .antiPassback)
    try world.badge(facility: 1, card: 2)
    try world.badge(facility: 1, card: 1)
    #expect(
      world.denials == [
        .secondPersonRequired, nil, .antiPassback, .secondPersonRequired, .antiPassback,
      ])
  }

  @Test("A9: in an area that only tells, either one's second entry is told")
  func soft() throws {
    var world = world(.cardOnly, .soft)
    for second in [1, 2] {
      try world.badge(facility: 1, card: 0)
      try world.badge(facility: 1, card: UInt64(second))
      goThrough(&world)
    }
    let told = world.occurrences.filter { if case .antiPassback = $0 { true } else { false } }
    #expect(told == [.antiPassback(Self.door, Self.reader, person("ada"))])
  }

  @Test("C2: the uses of both are spent, as one, with the entry that names both")
  func uses() throws {
    var world = world(.cardOnly, .off, usesMax: 1)
    try world.badge(facility: 1, card: 0)
    #expect(world.uses.isEmpty)
    try world.badge(facility: 1, card: 1)
    let entry = try #require(world.attempts.last)
    #expect(entry.verdict.person == person("ben") && entry.companion?.person == person("ada"))
    #expect(entry.companion?.credential == card("ada"))
    #expect(entry.used.map(\.credential) == [card("ben"), card("ada")])
    #expect(entry.used.map { $0.use?.count } == [1, 1])
    world.run(forMilliseconds: 6_000)
    for index: UInt64 in [0, 1] { try world.badge(facility: 1, card: index) }
    #expect(world.denials.suffix(2) == [.useCountExceeded, .useCountExceeded])
  }

  @Test("C2: card and PIN of both are spent")
  func cardsAndPINs() throws {
    var world = world(.cardThenPIN, .off, usesMax: 1)
    for index in 0...1 {
      try world.badge(facility: 1, card: UInt64(index))
      world.type("\(index)111#")
    }
    #expect(world.denials == [.secondPersonRequired, nil])
    #expect(
      world.attempts.last?.used.map(\.credential.rawValue) == [
        "card-ben", "pin-ben", "card-ada", "pin-ada",
      ])
    #expect(world.attempts.last?.presentation == "cardThenPIN")
  }

  @Test(
    "A8: the entry of two forgets the wrong PINs of the first one's card, as of the second one's")
  func wrongPINs() throws {
    var world = world(.cardThenPIN, .off)
    for index in 0...1 {
      for pin in ["9999#", "\(index)111#"] {
        try world.badge(facility: 1, card: UInt64(index))
        world.type(pin)
      }
    }
    #expect(world.denials == [.pinMismatch, .secondPersonRequired, .pinMismatch, nil])
    let kept = world.journal.compactMap {
      if case .remember(.cardLockouts(let all)) = $0.effect { all.count } else { nil }
    }
    #expect(kept == [1, 2, 1, 0])
  }

  @Test("A9: the duress of either is told, with who it was", arguments: [true, false])
  func duress(_ isFirst: Bool) throws {
    var world = world(.cardOnly, .off, duress: true)
    for index in isFirst ? [0, 1] : [1, 0] { try world.badge(facility: 1, card: UInt64(index)) }
    let told = world.occurrences.filter { if case .duress = $0 { true } else { false } }
    #expect(told == [.duress(Self.door, Self.reader, person("ada"))])
  }

  // MARK: The first, judged again

  private static let changes: [(DenialReason, @Sendable (inout ControllerHarness) -> Void)] = [
    (.credentialRevoked, { $0.change("card-ada") { $0.credential?.status = .revoked } }),
    (.accessDisabled, { $0.change("card-ada") { $0.person.accessEnabled = false } }),
    (.unknownCredential, { $0.store["card:H10301:1:0"] = nil }),
  ]

  @Test(
    "A9: a first person who may no longer enter is named with the reason, and nobody enters",
    arguments: changes.indices)
  func firstDenied(_ index: Int) throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    Self.changes[index].1(&world)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.secondPersonRequired, .companionDenied] && !world.isReleased)
    let record = try #require(world.attempts.last)
    #expect(record.verdict.person == person("ben") && record.used.isEmpty)
    #expect(record.companion?.decision == .deny(Self.changes[index].0))
    // Nobody waits now: both must badge again.
    try world.badge(facility: 1, card: 2)
    #expect(world.denials.last == .secondPersonRequired)
  }

  @Test("A9: a first person who used the last use elsewhere meanwhile does not enter here")
  func firstUsedElsewhere() throws {
    let back = try #require(DoorID("back"))
    let backIn = try #require(ReaderID("back-in"))
    var world = ControllerHarness(mode: .cardOnly) {
      $0.door.settings.personsRequired = 2
      $0.layout.doors.append(.init(id: back, hasContact: true))
      $0.layout.readers.append(.init(id: backIn, door: back))
      $0.otherDoors = [DoorPolicy(id: back, name: "Back door")]
    }
    for (index, name) in ["ada", "ben"].enumerated() {
      world.issue("card-\(name)", .card, to: name, as: "card:H10301:1:\(index)", usesMax: 1)
    }
    try world.badge(facility: 1, card: 0)
    try world.badge(facility: 1, card: 0, at: backIn)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.secondPersonRequired, nil, .companionDenied])
    #expect(world.attempts.last?.companion?.decision == .deny(.useCountExceeded))
  }

  @Test("A9: a second who is denied when both are read anew leaves the first waiting")
  func secondDenied() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.send(.lookedUp(world.read(world.asked[1])))
    world.change("card-ben") { $0.credential?.status = .revoked }
    world.send(.lookedUp(world.read(world.asked[2])))
    #expect(world.denials == [.secondPersonRequired, .credentialRevoked] && !world.isReleased)
    #expect(world.attempts.last?.companion == nil)
    world.isStalled = false
    try world.badge(facility: 1, card: 2)
    #expect(world.denials.last == .some(nil) && world.isReleased)
  }

  @Test("A9: a third who comes while both are read holds up neither, and waits for a fourth")
  func thirdComes() throws {
    var world = world(.cardOnly, .off)
    try world.badge(facility: 1, card: 0)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.send(.lookedUp(world.read(world.asked[1])))
    try world.badge(facility: 1, card: 2)
    world.send(.lookedUp(world.read(world.asked[3])))
    world.send(.lookedUp(world.read(world.asked[2])))
    #expect(world.denials == [.secondPersonRequired, .secondPersonRequired, nil])
    #expect(world.asked.count == 4 && world.isReleased)
    world.isStalled = false
    try world.badge(facility: 1, card: 0)
    #expect(world.denials.last == .some(nil))
    #expect(world.attempts.last?.companion?.person == person("cyd"))
  }

  @Test("A9: a store that fails when both are read anew lets nobody in")
  func bothUnread() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.send(.lookedUp(world.read(world.asked[1])))
    #expect(world.asked[2].canonicals.isEmpty)
    #expect(
      world.asked[2].again
        == ["ben", "ada"].map {
          HolderID(credential: card($0), person: person($0))
        })
    world.storeFails = true
    world.send(.lookedUp(world.read(world.asked[2])))
    #expect(world.denials == [.secondPersonRequired, .lookupFailed] && !world.isReleased)
  }

  @Test("A9: a door that stands open meanwhile lets the second in alone, and spends only there")
  func standsOpen() throws {
    var world = world(.cardOnly, .off, usesMax: 1)
    try world.badge(facility: 1, card: 0)
    var modes = DoorModes()
    modes.set(
      DoorModeEntry(mode: .forceOpen, owner: "desk", reason: "r", since: ControllerHarness.noon))
    world.send(.modes(Self.door, modes))
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.secondPersonRequired, nil])
    #expect(world.attempts.last?.companion == nil && Array(world.uses.keys) == [card("ben")])
    // Nobody is read anew for it.
    #expect(world.asked.count == 2)
    // The first no longer waits.
    world.send(.modes(Self.door, DoorModes()))
    try world.badge(facility: 1, card: 2)
    #expect(world.denials.last == .secondPersonRequired)
  }

  // MARK: Phones

  @Test("A9 D4: either of the two may come by phone; both orders are answered")
  func phones() throws {
    var world = world()
    world.unlock(by: "ada", order: "first")
    #expect(world.outcome(of: "first") == .rejected(reason: "secondPersonRequired"))
    world.unlock(by: "ben", order: "second")
    #expect(world.denials == [.secondPersonRequired, nil] && world.isReleased)
    #expect(world.attempts.last?.companion?.person == person("ada"))
    #expect(world.attempts.last?.commandID == "second")
    goThrough(&world)
    #expect(Set(world.presence.keys) == [person("ada"), person("ben")])
    world.run(forMilliseconds: 6_000)
    // A phone, then a card of somebody whose first is gone.
    var other = self.world()
    other.unlock(by: "ada", order: "first")
    other.change("card-ada") { $0.person.accessEnabled = false }
    other.unlock(by: "ben", order: "second")
    #expect(other.outcome(of: "second") == .rejected(reason: "companionDenied"))
  }

  @Test("A9 D4: an unlock whose time ends while both are read opens nothing; the first waits on")
  func expires() {
    var world = world()
    world.unlock(by: "ada", order: "first")
    world.isStalled = true
    world.unlock(by: "ben", order: "second", expires: world.moment.wall.advanced(bySeconds: 1))
    world.run(forMilliseconds: 1_000)
    world.answerAll()
    #expect(!world.isReleased && world.denials == [.secondPersonRequired])
    #expect(
      world.outcome(of: "second") == .rejected(reason: "it expired while the storage was read"))
    world.unlock(by: "ben", order: "third")
    #expect(world.isReleased)
  }

  @Test("A9 F3: when both are not read in time the order fails, and the first waits on")
  func timesOut() {
    var world = world()
    world.unlock(by: "ada", order: "first")
    world.isStalled = true
    world.unlock(by: "ben", order: "second")
    world.run(forMilliseconds: 2_000)
    #expect(world.denials == [.secondPersonRequired, .lookupTimedOut] && !world.isReleased)
    #expect(
      world.outcome(of: "second")
        == .failed(
          reason: "lookupTimedOut: \(DenialReason.lookupTimedOut.sentence)"))
    world.answerAll()
    world.unlock(by: "ben", order: "third")
    #expect(world.isReleased)
  }
}
