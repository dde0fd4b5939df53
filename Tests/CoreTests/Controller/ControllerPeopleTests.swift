import DoorCore
import DoorRules
import Testing

@Suite("Several people, areas, duress (A7, A8, A9)")
struct ControllerPeopleTests {
  private static let gym = AreaID("gym")!

  private func world(
    _ mode: PresentationMode = .cardOrPIN, hasContact: Bool = true,
    _ change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode, hasContact: hasContact, change: change)
    for (index, name) in ["ada", "bob", "cyd"].enumerated() {
      world.issue("card-\(name)", .card, to: name, as: "card:H10301:1:\(index)")
      world.issue("pin-\(name)", .pin, to: name, as: "pin:\(index)111")
    }
    return world
  }

  private func relayedSignals(_ world: ControllerHarness) -> Int {
    world.journal.count { entry in
      if case .drive(.beeper, active: true) = entry.effect { true } else { false }
    }
  }

  // MARK: Two people

  @Test("A9: two people in time open; alone, twice the same, or too slow do not")
  func twoPeople() throws {
    var world = world { $0.door.settings.personsRequired = 2 }
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [.secondPersonRequired] && !world.isReleased)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials.last == .secondPersonRequired && !world.isReleased)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials.last == .some(nil) && world.isReleased)
    // The pair is used up.
    world.run(forMilliseconds: 6_000)
    try world.badge(facility: 1, card: 2)
    #expect(world.denials.last == .secondPersonRequired)
    world.run(forMilliseconds: 15_000)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials.last == .secondPersonRequired && !world.isReleased)
  }

  @Test("A9: somebody without access is nobody's companion")
  func stranger() throws {
    var world = world { $0.door.settings.personsRequired = 2 }
    world.issue("card-eve", .card, to: "eve", as: "card:H10301:1:66", enabled: false)
    try world.badge(facility: 1, card: 66)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [.accessDisabled, .secondPersonRequired])
  }

  // MARK: First person

  @Test("A9 B7: the schedule waits for the first person, in every window anew")
  func firstPerson() throws {
    let hours = try WeeklyHours(parsing: [
      "friday": [("12:00", "12:10"), ("12:20", "12:30")]
    ])
    var world = ControllerHarness(unlockSchedule: hours) {
      $0.door.settings.unlocksWithFirstPerson = true
    }
    world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
    func mode() -> DoorMode? { world.controller.view(of: ControllerHarness.door)?.mode?.mode }
    #expect(mode() == .awaitingFirstPerson && !world.isReleased)
    try world.badge(facility: 1, card: 1)
    #expect(mode() == .scheduledUnlock)
    let changes = world.occurrences.compactMap { occurrence -> [DoorMode?]? in
      if case .modeChanged(_, let from, let to) = occurrence { [from, to?.mode] } else { nil }
    }
    #expect(changes.last == [.awaitingFirstPerson, .scheduledUnlock])
    world.run(forMilliseconds: 60_000)
    #expect(world.isReleased)
    world.run(forMilliseconds: 10 * 60_000)
    #expect(mode() == nil && !world.isReleased)
    world.run(forMilliseconds: 10 * 60_000)
    #expect(mode() == .awaitingFirstPerson && !world.isReleased)
  }

  @Test(
    "A9 B7: over a restart the first person of this window counts, of another one not",
    arguments: [(-120, true), (-900, false), (-691_200, false), (60, false)] as [(Int64, Bool)])
  func firstPersonKept(_ seconds: Int64, _ counts: Bool) throws {
    let hours = try WeeklyHours(parsing: ["friday": [("11:55", "12:30")]])
    let came = ControllerHarness.noon.advanced(bySeconds: seconds)
    var world = ControllerHarness(
      unlockSchedule: hours,
      memory: ControllerMemory(firstPersons: [ControllerHarness.door: came])
    ) {
      $0.door.settings.unlocksWithFirstPerson = true
    }
    world.run(forMilliseconds: 2_000)
    #expect(world.isReleased == counts)
  }

  // MARK: Duress

  @Test(
    "A9: a duress PIN opens like any other and raises a silent alarm",
    arguments: [
      PresentationMode.cardOrPIN, .cardThenPIN,
    ])
  func duress(_ mode: PresentationMode) throws {
    func attempt(_ pin: String) throws -> ControllerHarness {
      var world = world(mode)
      world.issue("help", .pin, to: "ada", as: "pin:9119", duress: true)
      if mode == .cardThenPIN { try world.badge(facility: 1, card: 0) }
      world.type(pin + "#")
      world.run(forMilliseconds: 3_000)
      return world
    }
    let calm = try attempt("0111")
    let forced = try attempt("9119")
    #expect(forced.isReleased && forced.denials == [nil])
    let alarms = forced.occurrences.filter { if case .duress = $0 { true } else { false } }
    #expect(
      alarms == [.duress(ControllerHarness.door, ControllerHarness.reader, PersonID("ada")!)])
    #expect(!calm.occurrences.contains { if case .duress = $0 { true } else { false } })
    // Lamp, beeper and relay act as for any entry, and the duress alarm is not among the door's
    // alarms that a display shows.
    func seen(_ world: ControllerHarness) -> [ControllerEffect] {
      world.journal.map(\.effect).filter {
        switch $0 {
        case .drive, .setLock: true
        default: false
        }
      }
    }
    #expect(seen(calm) == seen(forced))
    #expect(forced.controller.view(of: ControllerHarness.door)?.alarms == [])
  }

  @Test("C2: a withdrawn PIN proves nothing beside a card")
  func revokedPIN() throws {
    var world = world(.cardThenPIN)
    world.issue("old", .pin, to: "ada", as: "pin:7777", status: .revoked)
    try world.badge(facility: 1, card: 0)
    world.type("7777#")
    #expect(world.denials == [.pinMismatch] && !world.isReleased)
  }

  // MARK: Wrong PINs of one card

  @Test("A8: PINs guessed for one card lock that card, at every reader, and no other")
  func cardLockout() throws {
    var world = world(.cardThenPIN)
    for _ in 0..<5 {
      try world.badge(facility: 1, card: 0)
      world.type("9999#")
    }
    #expect(
      world.occurrences.contains(
        .cardLockedOut(
          CredentialID("card-ada")!, ControllerHarness.reader, ControllerHarness.door,
          seconds: 30)))
    // The reader's own lock is cleared; the card's is not.
    world.send(
      .order(Order(id: "1", kind: .clearLockout(ControllerHarness.reader, by: "desk"))))
    try world.badge(facility: 1, card: 0)
    world.type("0111#")
    #expect(world.denials.last == .lockedOut)
    try world.badge(facility: 1, card: 1)
    world.type("1111#")
    #expect(world.denials.last == .some(nil))
    // Clearing everything clears the card's too.
    world.send(.order(Order(id: "2", kind: .clearLockout(nil, by: "desk"))))
    try world.badge(facility: 1, card: 0)
    world.type("0111#")
    #expect(world.denials.last == .some(nil))
  }

  @Test("A8: a card's lock is kept, and is there after a restart")
  func cardLockoutKept() throws {
    var before = world(.cardThenPIN)
    for _ in 0..<5 {
      try before.badge(facility: 1, card: 0)
      before.type("9999#")
    }
    let kept = before.journal.compactMap { entry -> [CredentialID: Lockout]? in
      if case .remember(.cardLockouts(let all)) = entry.effect { all } else { nil }
    }
    let last = try #require(kept.last)
    var after = ControllerHarness(
      mode: .cardThenPIN, memory: ControllerMemory(cardLockouts: last))
    after.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    after.issue("pin-ada", .pin, to: "ada", as: "pin:0111")
    try after.badge(facility: 1, card: 0)
    after.type("0111#")
    #expect(after.denials == [.lockedOut])
  }

  // MARK: Areas

  private func gym(_ kind: Area.AntiPassback, hasContact: Bool = true) -> ControllerHarness {
    world(hasContact: hasContact) {
      $0.layout.readers.append(.init(id: ReaderID("front-out")!, door: ControllerHarness.door))
      $0.facility.areas = [
        Area(
          id: Self.gym, name: "Gym", entry: [ControllerHarness.reader],
          exit: [ReaderID("front-out")!], antiPassback: kind)
      ]
    }
  }

  @Test("A9 A7: in, in again is denied; out, and in again is right")
  func area() throws {
    var world = gym(.hard)
    try world.badge(facility: 1, card: 0)
    world.setContact(open: true)
    world.setContact(open: false)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil, .antiPassback])
    try world.badge(facility: 1, card: 0, at: ReaderID("front-out")!)
    world.setContact(open: true)
    world.setContact(open: false)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil, .antiPassback, nil, nil])
  }

  @Test("A9: who badges and does not go in may badge again")
  func turnedBack() throws {
    var world = gym(.hard)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 6_000)
    #expect(!world.isReleased && world.presence.isEmpty)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil, nil])
  }

  // MARK: Let in, did not open

  private func turnedBack(_ world: ControllerHarness) -> [Occurrence] {
    world.occurrences.filter { if case .notOpened = $0 { true } else { false } }
  }

  @Test("A9: whoever is let in and does not open is told when the lock closes, once")
  func notOpened() throws {
    var world = world()
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 3_000)
    try world.badge(facility: 1, card: 1)
    #expect(turnedBack(world).isEmpty)
    world.run(forMilliseconds: 60_000)
    #expect(
      turnedBack(world)
        == ["ada", "bob"].map {
          .notOpened(
            ControllerHarness.door, ControllerHarness.reader, PersonID($0)!,
            CredentialID("card-\($0)")!)
        })
  }

  @Test(
    "A9: nobody is told who opened, who came to an open leaf, or whose door has no contact",
    arguments: DoorTiming.Relock.allCases)
  func opened(_ relock: DoorTiming.Relock) throws {
    var world = world { $0.layout.doors[0].timing = DoorTiming(relock: relock) }
    try world.badge(facility: 1, card: 0)
    world.setContact(open: true)
    try world.badge(facility: 1, card: 1)
    world.setContact(open: false)
    world.run(forMilliseconds: 60_000)
    #expect(world.denials == [nil, nil] && turnedBack(world).isEmpty)
    var blind = self.world(hasContact: false)
    try blind.badge(facility: 1, card: 0)
    blind.run(forMilliseconds: 60_000)
    #expect(turnedBack(blind).isEmpty)
  }

  @Test("A9: an exit or an operator's unlock that nobody uses is nobody's; a lockdown turns back")
  func notOpenedElse() throws {
    var world = world()
    world.pressExit()
    world.send(
      .order(Order(id: "1", kind: .adminUnlock(ControllerHarness.door, by: "d", reason: "r"))))
    world.run(forMilliseconds: 60_000)
    #expect(turnedBack(world).isEmpty)
    try world.badge(facility: 1, card: 0)
    var modes = DoorModes()
    modes.set(
      DoorModeEntry(mode: .lockdown, owner: "desk", reason: "r", since: ControllerHarness.noon))
    world.send(.modes(ControllerHarness.door, modes))
    #expect(turnedBack(world).count == 1)
  }

  @Test("A9: who badges and turns back is not taken in by the next one, nor by a forced opening")
  func turnedBackBeforeAnother() throws {
    var world = gym(.hard)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 6_000)
    world.setContact(open: true)
    world.setContact(open: false)
    world.run(forMilliseconds: 500)
    #expect(
      world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true)))
    #expect(world.presence.isEmpty)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 6_000)
    try world.badge(facility: 1, card: 1)
    world.setContact(open: true)
    #expect(world.denials == [nil, nil, nil])
    let inside = world.presence.mapValues { $0.mapValues(\.isInside) }
    #expect(inside == [PersonID("bob")!: [Self.gym: true]])
  }

  @Test("A9: without a contact the badge itself counts; soft opens and tells")
  func withoutContact() throws {
    var world = gym(.soft, hasContact: false)
    try world.badge(facility: 1, card: 0)
    world.run(forMilliseconds: 6_000)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil, nil])
    #expect(
      world.occurrences.contains(
        .antiPassback(ControllerHarness.door, ControllerHarness.reader, PersonID("ada")!)))
  }

  // MARK: Interlock

  @Test("A7: of two doors in an interlock one opens only while the other is closed; exit always")
  func interlock() throws {
    let back = DoorID("back")!
    let backIn = ReaderID("back-in")!
    var world = world {
      $0.layout.doors[0].interlock = "lobby"
      $0.layout.doors.append(.init(id: back, hasContact: true, interlock: "lobby"))
      $0.layout.readers.append(.init(id: backIn, door: back))
      $0.otherDoors = [DoorPolicy(id: back, name: "Back door")]
    }
    try world.badge(facility: 1, card: 0)
    #expect(world.isReleased)
    try world.badge(facility: 1, card: 1, at: backIn)
    #expect(world.denials == [nil, .interlocked])
    world.setContact(open: true)
    world.run(forMilliseconds: 6_000)
    try world.badge(facility: 1, card: 1, at: backIn)
    #expect(world.denials.last == .interlocked)
    // The exit button of the back door always works.
    world.send(.edge(LineEdge(line: .requestToExit(back), isActive: true, at: world.now)))
    world.run(forMilliseconds: 100)
    #expect(world.controller.requiredLock(of: back) == .released)
    world.send(.edge(LineEdge(line: .requestToExit(back), isActive: false, at: world.now)))
    world.run(forMilliseconds: 6_000)
    world.setContact(open: false)
    try world.badge(facility: 1, card: 1, at: backIn)
    #expect(world.denials.last == .some(nil))
  }
}
