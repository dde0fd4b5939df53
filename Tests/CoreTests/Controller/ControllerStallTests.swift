import DoorRules
import Testing

@testable import DoorCore

/// The store does not answer: whoever stands outside is denied with a reason of its own, and whoever
/// is inside leaves as ever.
@Suite("Controller: a store that does not answer (A1, A2)")
struct ControllerStallTests {
  private static let lookUpMilliseconds = ControllerLayout(doors: [], readers: [])
    .lookUpMilliseconds

  private func world(_ mode: PresentationMode = .cardOrPIN) -> ControllerHarness {
    var world = ControllerHarness(mode: mode)
    world.issue("k1", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("k2", .pin, to: "ada", as: "pin:1234")
    return world
  }

  private func released(_ world: ControllerHarness) -> Bool {
    world.controller.requiredLock(of: ControllerHarness.door) == .released
  }

  @Test("A1: a card that nobody looked up in time is denied with its own reason, at its time")
  func timesOut() throws {
    var world = world()
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: Self.lookUpMilliseconds - 500)
    #expect(world.denials.isEmpty)
    world.run(forMilliseconds: 500)
    #expect(world.denials == [.lookupTimedOut] && !released(world))
  }

  @Test("A1: an answer that comes too late opens nothing and is not recorded")
  func late() throws {
    var world = world()
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: Self.lookUpMilliseconds)
    world.answerAll()
    world.run(forMilliseconds: 1_000)
    #expect(world.denials == [.lookupTimedOut] && !released(world))
  }

  @Test("A1: an answer within the time opens, and the card is asked about again after a denial")
  func recovers() throws {
    var world = world()
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: Self.lookUpMilliseconds - 500)
    world.answerAll()
    #expect(world.denials == [nil] && released(world))
    world.run(forMilliseconds: 10_000)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: Self.lookUpMilliseconds)
    world.isStalled = false
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [nil, .lookupTimedOut, nil] && released(world))
  }

  @Test("A2: the exit button frees the door at once while a look-up waits, and no denial shuts it")
  func exit() throws {
    var world = world()
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.send(
      .edge(
        LineEdge(
          line: .requestToExit(ControllerHarness.door), isActive: true, at: world.now)))
    world.run(forMilliseconds: DoorTiming().debounceMilliseconds)
    #expect(released(world))
    world.run(forMilliseconds: Self.lookUpMilliseconds)
    #expect(world.denials == [.lookupTimedOut] && released(world))
  }

  @Test("A1: a PIN that nobody looked up in time is no wrong PIN")
  func noWrongPIN() {
    var world = world(.pinOnly)
    world.isStalled = true
    for _ in 0..<Lockout.triesMax + 1 {
      world.type("1234#", pauseMilliseconds: 0)
      world.run(forMilliseconds: Self.lookUpMilliseconds)
    }
    world.isStalled = false
    world.type("1234#", pauseMilliseconds: 0)
    #expect(world.denials.last == .some(nil) && released(world))
    #expect(world.denials.dropLast().allSatisfy { $0 == .lookupTimedOut })
  }

  @Test("A1: digits that are typed while the card is still looked up begin its PIN")
  func typedEarly() throws {
    var world = world(.cardThenPIN)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.type("12", pauseMilliseconds: 0)
    world.answerAll()
    world.type("34#", pauseMilliseconds: 0)
    #expect(world.denials == [nil] && released(world))
  }

  @Test("A1: a PIN that is complete before its card's answer counts beside the card, not alone")
  func completeEarly() throws {
    var world = world(.cardThenPIN)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.type("1234#", pauseMilliseconds: 0)
    #expect(world.asked.count == 1)
    world.answerAll()
    #expect(world.denials == [nil] && released(world))
    #expect(world.attempts.last?.presentation == "cardThenPIN")
  }

  @Test(
    "A1: where the card alone decides, or was not answered, such a PIN is a presentation of its own"
  )
  func completeEarlyAlone() throws {
    var world = world()
    world.issue("k3", .pin, to: "bob", as: "pin:5678")
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.type("5678#", pauseMilliseconds: 0)
    world.answerAll()
    #expect(world.attempts.compactMap(\.verdict.person?.rawValue) == ["ada", "bob"])
    world.run(forMilliseconds: 10_000)
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.type("5678#", pauseMilliseconds: 0)
    world.run(forMilliseconds: Self.lookUpMilliseconds)
    world.answerAll()
    #expect(world.denials == [nil, nil, .lookupTimedOut, nil])
    #expect(world.attempts.last?.verdict.person?.rawValue == "bob")
  }

  @Test("A1: a card that comes before the answer to another one does not take that one's PIN")
  func completeEarlyBeforeAnother() throws {
    var world = world(.cardThenPIN)
    world.issue("k3", .card, to: "bob", as: "card:H10301:1:2")
    world.isStalled = true
    try world.badge(facility: 1, card: 1)
    world.type("1234#", pauseMilliseconds: 0)
    try world.badge(facility: 1, card: 2)
    world.answerAll()
    #expect(!released(world) && !world.denials.contains(nil))
  }

  @Test("A1: the PIN after a card is given up by itself, and card and PIN begin anew")
  func pinAfterCard() throws {
    var world = world(.cardThenPIN)
    try world.badge(facility: 1, card: 1)
    world.isStalled = true
    world.type("1234#", pauseMilliseconds: 0)
    world.run(forMilliseconds: Self.lookUpMilliseconds)
    world.answerAll()
    #expect(world.denials == [.lookupTimedOut] && !released(world))
    try world.badge(facility: 1, card: 1)
    world.type("1234#", pauseMilliseconds: 0)
    #expect(world.denials == [.lookupTimedOut, nil] && released(world))
  }
}

/// What was persisted may come after the start, when the disk answers at last.
@Suite("Controller: what was persisted comes late (A2, A9)")
struct ControllerRestoreTests {
  private static let card = CredentialID("k1")!

  private func memory(at now: MonotonicInstant) -> ControllerMemory {
    var lockout = Lockout()
    while !lockout.isLocked(at: now) { _ = lockout.fail(at: now) }
    return ControllerMemory(
      lockouts: [ControllerHarness.reader: lockout], cardLockouts: [Self.card: lockout],
      modes: [
        ControllerHarness.door: DoorModes([
          DoorModeEntry(
            mode: .lockdown, owner: "desk", reason: "drill", since: ControllerHarness.noon)
        ])
      ])
  }

  @Test("modes and lockouts are in force as if they had been there from the start")
  func restored() {
    var world = ControllerHarness()
    world.send(.restored(memory(at: world.now)))
    #expect(world.controller.view(of: ControllerHarness.door)?.mode?.mode == .lockdown)
    #expect(
      world.controller.view(of: ControllerHarness.reader)?.lockout.isLocked(at: world.now) == true)
    #expect(world.controller.guesses.lockouts[Self.card]?.isLocked(at: world.now) == true)
  }

  @Test("A9 B7: the first person of this window counts, unless one has come since the start")
  func firstPerson() throws {
    let hours = try WeeklyHours(parsing: ["friday": [("11:55", "12:30")]])
    for (secondsAgo, comes) in [(120, false), (900, true)] as [(Int64, Bool)] {
      var world = ControllerHarness(unlockSchedule: hours) {
        $0.door.settings.unlocksWithFirstPerson = true
      }
      world.issue("c", .card, to: "ada", as: "card:H10301:1:1")
      if comes { try world.badge(facility: 1, card: 1) }
      let came = ControllerHarness.noon.advanced(bySeconds: -secondsAgo)
      world.send(.restored(ControllerMemory(firstPersons: [ControllerHarness.door: came])))
      world.run(forMilliseconds: 10_000)
      #expect(
        world.controller.view(of: ControllerHarness.door)?.mode?.mode == .scheduledUnlock)
    }
  }

  @Test("what was ordered or typed since the start counts more")
  func newer() {
    var world = ControllerHarness(modes: DoorModes())
    let ordered = DoorModes([
      DoorModeEntry(mode: .forceOpen, owner: "desk", reason: "fair", since: ControllerHarness.noon)
    ])
    world.send(.modes(ControllerHarness.door, ordered))
    world.type("9999#", pauseMilliseconds: 0)
    world.send(.restored(memory(at: world.now)))
    #expect(world.controller.modes(of: ControllerHarness.door) == ordered)
    #expect(
      world.controller.view(of: ControllerHarness.reader)?.lockout.isLocked(at: world.now) == false)
  }
}
