import DoorCore
import DoorRules
import Testing

@Suite("What the controller does with an answer: every effect, in order (A3, A4, A8, A9, D4, E1)")
struct ControllerAnswerTests {
  private static let door = ControllerHarness.door
  private static let reader = ControllerHarness.reader

  /// A world in which only this signal lights the lamp, and no signal beeps.
  private func world(
    lighting signal: ReaderSignal, _ mode: PresentationMode = .cardOrPIN
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode) {
      for other in ReaderSignal.allCases {
        $0.layout.readers[0].patterns[other] = FeedbackPattern(
          steps: [.init(led: other == signal, beeper: false, milliseconds: 10)])
      }
    }
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    world.issue("pin-ada", .pin, to: "ada", as: "pin:0111")
    return world
  }

  private func isLit(_ world: ControllerHarness) -> Bool {
    world.journal.contains { $0.effect == .drive(.led(Self.reader), active: true) }
  }

  private func unlock(_ id: String, at door: DoorID = Self.door) -> ControllerInput {
    .order(Order(id: id, kind: .adminUnlock(door, by: "desk", reason: "r")))
  }

  @Test("a reader says granted, denied, or that the keypad is locked, each in its own case")
  func signals() throws {
    func said(_ signal: ReaderSignal, _ act: (inout ControllerHarness) throws -> Void) throws
      -> Bool
    {
      var world = world(lighting: signal)
      try act(&world)
      return isLit(world)
    }
    #expect(try said(.granted) { try $0.badge(facility: 1, card: 0) })
    #expect(try !said(.denied) { try $0.badge(facility: 1, card: 0) })
    #expect(try said(.denied) { try $0.badge(facility: 1, card: 7) })
    #expect(try !said(.granted) { try $0.badge(facility: 1, card: 7) })
    #expect(
      try said(.denied) {
        $0.storeFails = true
        try $0.badge(facility: 1, card: 0)
      })
    #expect(try said(.denied) { $0.send(bits: [true, false, true]) })
    #expect(try said(.lockedOut) { for _ in 0..<5 { $0.type("9999#") } })
    #expect(try !said(.lockedOut) { for _ in 0..<4 { $0.type("9999#") } })
  }

  @Test("A8: a keypad that is locked says so for each PIN, the right one too")
  func locked() {
    var world = world(lighting: .lockedOut)
    for _ in 0..<5 { world.type("9999#") }
    let before = world.journal.count
    world.type("0111#")
    #expect(
      world.journal[before...].contains { $0.effect == .drive(.led(Self.reader), active: true) })
  }

  @Test("A4: the lock is released for the hold time of the door, to the millisecond")
  func hold() {
    var world = ControllerHarness(holdTimeSeconds: 7)
    let start = world.now
    world.send(unlock("1"))
    world.run(forMilliseconds: 20_000)
    // Every level is driven again each second; only the first of a kind matters here.
    let relock = world.journal.first {
      $0.at > start && $0.effect == .setLock(Self.door, .secured, .inTurn, order: nil)
    }
    #expect(relock.map { $0.at.microseconds(since: start) } == 7_000_000)
  }

  @Test("D4: an unlock at a door that is released already drives the level once for its own order")
  func again() {
    var world = ControllerHarness()
    func driven(_ order: String) -> Int {
      world.journal.count {
        $0.effect == .setLock(Self.door, .released, .afterRecords, order: order)
      }
    }
    world.send(unlock("first"))
    world.run(forMilliseconds: 1_500)
    world.send(unlock("second"))
    world.run(forMilliseconds: 1_500)
    #expect(driven("first") == 1 && driven("second") == 1)
  }

  @Test("E1: identify is confirmed where something can blink, failed where nothing can")
  func identify() {
    func outcome(_ door: DoorID?, hasSignals: Bool = true) -> OrderOutcome? {
      var world = ControllerHarness {
        $0.layout.readers[0].hasLED = hasSignals
        $0.layout.readers[0].hasBeeper = hasSignals
      }
      world.send(.order(Order(id: "i", kind: .identify(door))))
      for entry in world.journal {
        if case .answer("i", let outcome) = entry.effect { return outcome }
      }
      return nil
    }
    #expect(outcome(nil) == .confirmed)
    #expect(outcome(Self.door) == .confirmed)
    #expect(
      outcome(Self.door, hasSignals: false)
        == .failed(reason: "no reader of this door has a lamp or a beeper"))
    #expect(
      outcome(DoorID("elsewhere"))
        == .rejected(reason: "unknownDoor: this controller has no elsewhere"))
  }

  @Test("D4: a phone's unlock at a door that is not here has the bare name of the reason")
  func unlockElsewhere() {
    var world = ControllerHarness()
    let unlock = Order(
      id: "u", kind: .memberUnlock(DoorID("elsewhere")!, holders: [], location: nil))
    world.send(.order(unlock))
    let answers = world.journal.compactMap { entry -> OrderOutcome? in
      if case .answer("u", let outcome) = entry.effect { outcome } else { nil }
    }
    #expect(answers == [.rejected(reason: "unknownDoor")])
  }

  @Test("D4: for a phone the door's readers show that it opens, and show nothing of a denial")
  func phones() {
    for (person, signal) in [("ada", ReaderSignal.granted), ("eve", .denied)] {
      var world = world(lighting: signal)
      world.unlock(by: person)
      #expect(isLit(world) == (person == "ada"))
    }
  }

  // MARK: Wrong PINs

  @Test("A2: where a PIN must follow, a card that opens nothing is denied at once, without one")
  func deniedBeforePIN() throws {
    var world = world(lighting: .moreInput, .cardThenPIN)
    try world.badge(facility: 1, card: 9)
    #expect(world.denials == [.unknownCredential] && !isLit(world))
  }

  private func cardLockouts(_ world: ControllerHarness) -> [[CredentialID: Lockout]] {
    world.journal.compactMap {
      if case .remember(.cardLockouts(let all)) = $0.effect { all } else { nil }
    }
  }

  @Test("A8: a card that nobody knows is no guessed PIN, however often it is shown")
  func unknownCards() throws {
    var world = world(lighting: .lockedOut)
    for _ in 0..<6 { try world.badge(facility: 1, card: 9) }
    #expect(world.denials == Array(repeating: .unknownCredential, count: 6))
    #expect(world.controller.view(of: Self.reader)?.lockout == Lockout())
  }

  @Test("A8: the right PIN for a card forgets the wrong ones for it; nothing wrong, nothing kept")
  func rightPIN() throws {
    var world = world(lighting: .granted, .cardThenPIN)
    try world.badge(facility: 1, card: 0)
    world.type("0111#")
    #expect(cardLockouts(world).isEmpty && world.denials == [nil])
    try world.badge(facility: 1, card: 0)
    world.type("9999#")
    #expect(cardLockouts(world).last?.keys.map(\.rawValue) == ["card-ada"])
    try world.badge(facility: 1, card: 0)
    world.type("0111#")
    #expect(cardLockouts(world).count == 2 && cardLockouts(world).last == [:])
  }

  @Test("A8: a card alone, at a door that asks for no PIN, forgets nothing of its wrong PINs")
  func cardAlone() throws {
    var memory = ControllerMemory()
    var lockout = Lockout()
    _ = lockout.fail(at: MonotonicInstant(nanoseconds: 1))
    memory.cardLockouts[CredentialID("card-ada")!] = lockout
    var world = ControllerHarness(mode: .cardOnly, memory: memory)
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil])
    #expect(cardLockouts(world).isEmpty)
    // Clearing all of them is persisted once; clearing none persists nothing.
    world.send(.order(Order(id: "c", kind: .clearLockout(nil, by: "desk"))))
    #expect(cardLockouts(world) == [[:]])
    world.send(.order(Order(id: "d", kind: .clearLockout(nil, by: "desk"))))
    #expect(cardLockouts(world) == [[:]])
  }

  @Test("A8: of 256 cards whose PINs are guessed the one locked least makes room for another")
  func cardLockoutsMax() throws {
    var memory = ControllerMemory()
    let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    for index in 0..<256 {
      // The lock of number 100 ends first.
      memory.cardLockouts[CredentialID("other-\(index)")!] = Lockout(
        failures: 0, level: 1, remainingMilliseconds: 600_000 + abs(index - 100) * 1_000, at: start)
    }
    var world = ControllerHarness(mode: .cardThenPIN, memory: memory)
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    for _ in 0..<2 {
      try world.badge(facility: 1, card: 0)
      world.type("9999#")
    }
    let kept = try #require(cardLockouts(world).last)
    let expected = Set((0..<256).filter { $0 != 100 }.map { "other-\($0)" } + ["card-ada"])
    #expect(Set(kept.keys.map(\.rawValue)) == expected)
  }

  // MARK: Two people, interlock

  @Test(
    "A9: the second person counts until 15 seconds after the first, and no longer",
    arguments: [(14_999, true), (15_000, false)])
  func companion(_ milliseconds: Int, _ opens: Bool) {
    var world = ControllerHarness { $0.door.settings.personsRequired = 2 }
    world.issue("a", .card, to: "ada", as: "ada")
    world.issue("b", .card, to: "bob", as: "bob")
    func come(_ name: String) { world.unlock(by: name, order: name) }
    come("ada")
    // Nothing has advanced the time in between.
    world.now = world.now.advanced(byMilliseconds: milliseconds)
    come("bob")
    #expect(world.denials == [.secondPersonRequired, opens ? nil : .secondPersonRequired])
  }

  @Test("A7: neither a door outside the interlock nor the door itself holds it back")
  func interlock() throws {
    let side = DoorID("side")!
    var world = ControllerHarness {
      $0.layout.doors[0].interlock = "lobby"
      $0.layout.doors.append(.init(id: side, hasContact: true))
      $0.otherDoors = [DoorPolicy(id: side, name: "Side door")]
    }
    world.issue("card-ada", .card, to: "ada", as: "card:H10301:1:0")
    world.send(unlock("s", at: side))
    #expect(world.controller.requiredLock(of: side) == .released)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil] && world.isReleased)
    try world.badge(facility: 1, card: 0)
    #expect(world.denials == [nil, nil], "while it is released itself")
  }
}
