import DoorRules
import Testing

@testable import DoorCore

@Suite("One past each limit of what the controller remembers (A8, A9, D11)")
struct LimitControllerTests {
  private static let gym = AreaID("gym")!

  // MARK: Cards whose PINs are guessed

  @Test("of more than 256 cards with wrong PINs the one whose lock ends first is forgotten")
  func cardLockouts() throws {
    let begin = MonotonicInstant(nanoseconds: 5_000_000_000)
    var kept: [CredentialID: Lockout] = [:]
    for index in 0..<PINGuard.cardsMax {
      // Each is locked, the first for the shortest time.
      kept[CredentialID("card-\(1_000 + index)")!] = Lockout(
        failures: 0, level: 1, remainingMilliseconds: 600_000 + index, at: begin)
    }
    var world = ControllerHarness(
      mode: .cardThenPIN, memory: ControllerMemory(cardLockouts: kept))
    world.issue("new", .card, to: "ada", as: "card:H10301:1:1")
    world.issue("pin", .pin, to: "ada", as: "pin:1234")
    try world.badge(facility: 1, card: 1)
    world.type("9999#")
    #expect(world.denials == [.pinMismatch])
    let after = world.controller.guesses.lockouts
    #expect(after.count == PINGuard.cardsMax && after.count == 256)
    #expect(after[CredentialID("new")!]?.failures == 1)
    #expect(after[CredentialID("card-1000")!] == nil)
    #expect(after[CredentialID("card-1001")!] != nil)
    // A card that is remembered already replaces no other.
    try world.badge(facility: 1, card: 1)
    world.type("9999#")
    #expect(world.controller.guesses.lockouts[CredentialID("card-1001")!] != nil)
    #expect(world.controller.guesses.lockouts[CredentialID("new")!]?.failures == 2)
  }

  // MARK: People on their way

  @Test(
    "of more than 16 people who badge before the leaf opens the first ones' passage is not kept")
  func onTheWay() throws {
    var world = ControllerHarness(holdTimeSeconds: 30) {
      $0.facility.areas = [
        Area(
          id: Self.gym, name: "Gym", entry: [ControllerHarness.reader], exit: [],
          antiPassback: .soft)
      ]
    }
    #expect(Passengers.waitingMax == 16)
    for index in 0...Passengers.waitingMax {
      world.issue("c\(index)", .card, to: "p\(index)", as: "card:H10301:1:\(index)")
    }
    for index in 0...Passengers.waitingMax { try world.badge(facility: 1, card: UInt64(index)) }
    #expect(
      world.denials.count == Passengers.waitingMax + 1 && world.denials.allSatisfy { $0 == nil })
    #expect(world.presence.isEmpty)
    world.setContact(open: true)
    #expect(
      Set(world.presence.keys.map(\.rawValue)) == Set((1...Passengers.waitingMax).map { "p\($0)" }))
  }

  // MARK: Look-ups

  private func world() -> ControllerHarness {
    var world = ControllerHarness(mode: .cardOnly)
    world.issue("card", .card, to: "ada", as: "card:H10301:1:0")
    return world
  }

  @Test("F3: an answer that is overtaken more than 3 times is given up, and the card counts again")
  func overtakenForEver() throws {
    var world = world()
    world.isStalled = true
    try world.badge(facility: 1, card: 0)
    for turn in 0..<4 {
      #expect(world.asked.count == turn + 1)
      let answer = world.read(world.asked[turn])
      // The same person enters by phone.
      world.unlock(by: "ada", order: "\(turn)")
      world.send(.lookedUp(answer))
    }
    #expect(world.denials == [nil, nil, nil, nil, .lookupFailed] && world.asked.count == 4)
    #expect(world.attempts.last?.presentation == "unknown")
    world.answerAll()
    try world.badge(facility: 1, card: 0)
    #expect(world.denials.last == .some(nil))
  }

  // MARK: What is not usual

  private func access(_ door: String, _ credential: String) -> Occurrence {
    .access(
      AccessRecord(
        door: DoorID(door)!, reader: nil, presentation: "card",
        verdict: Verdict(
          decision: .grant(via: .rules), credential: CredentialID(credential)!, person: nil,
          policyRevision: 1, steps: [])))
  }

  @Test(
    "of more than 256 credentials within a minute the one seen longest ago is followed no more",
    arguments: [
      (AnomalyWatch.credentialsMax - 1, true), (AnomalyWatch.credentialsMax, false),
    ])
  func credentials(_ others: Int, _ isTold: Bool) {
    let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    var watch = AnomalyWatch()
    _ = watch.note(access("a", "key"), at: start)
    _ = watch.note(access("b", "key"), at: start.advanced(byMilliseconds: 1))
    for index in 0..<others {
      _ = watch.note(access("a", "other-\(index)"), at: start.advanced(byMilliseconds: 2 + index))
    }
    let told = watch.note(access("c", "key"), at: start.advanced(byMilliseconds: 1_000))
    #expect(told.map(\.kind) == (isTold ? [.oneCredentialManyDoors] : []))
  }

  // MARK: People in an area

  @Test("one area counts 20,000 people, and whoever comes beyond them is let in and in no list")
  func people() throws {
    let most = AreaMuster.insideMax
    let inside = AreaPresence(isInside: true, since: ControllerHarness.noon)
    func world(_ count: Int) -> ControllerHarness {
      var world = ControllerHarness(mode: .cardOnly, hasContact: false) {
        $0.facility.areas = [
          Area(
            id: Self.gym, name: "Gym", entry: [ControllerHarness.reader], antiPassback: .off,
            occupancy: Area.Occupancy())
        ]
      }
      for card in 1...2 {
        world.issue("card-\(card)", .card, to: "p\(card)", as: "card:H10301:1:\(card)")
      }
      let people = (0..<count).map { (PersonID("m\($0)")!, inside) }
      world.send(.presences([Self.gym: Dictionary(uniqueKeysWithValues: people)]))
      return world
    }
    var full = world(most - 1)
    for card: UInt64 in 1...2 { try full.badge(facility: 1, card: card) }
    let names = try #require(full.controller.musters.first).inside.map(\.person.rawValue)
    #expect(names.count == most && most == 20_000)
    #expect(names.contains("p1") && !names.contains("p2") && full.denials == [nil, nil])
    #expect(muster(world(most + 1)) == most)
  }

  private func muster(_ world: ControllerHarness) -> Int? {
    world.controller.musters.first?.inside.count
  }
}
