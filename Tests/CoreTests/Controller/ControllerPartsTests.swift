import DoorRules
import Testing

@testable import DoorCore

@Suite("Parts of the controller, each alone")
struct ControllerPartsTests {
  private static let now = MonotonicInstant(nanoseconds: 5_000_000_000)
  private static let reader = ReaderID("front-in")!
  private static let door = DoorID("front")!

  @Test("a roster keeps the layout's order, finds by id, and of two with one id takes the first")
  func roster() {
    var roster = Roster([(id: "b", unit: 1), (id: "a", unit: 2), (id: "b", unit: 3)])
    #expect(roster.units == [1, 2])
    #expect(roster["b"] == 1 && roster["a"] == 2 && roster["c"] == nil)
    #expect(roster.place(of: "a") == 1 && roster.place(of: "c") == nil)
    roster.units[1] += 10
    #expect(roster["a"] == 12)
  }

  @Test("a look-up is answered once, and each has a ticket of its own")
  func lookUps() {
    var lookUps = LookUps(milliseconds: 1_000)
    func begin(_ canonical: String) -> LookUp {
      lookUps.begin(
        .pin, [Secret(canonical)], reader: Self.reader, door: Self.door, at: Self.now
      ).question
    }
    let first = begin("pin:1")
    let second = begin("pin:2")
    #expect(first.ticket != second.ticket && first.door == Self.door)
    #expect(lookUps.end(first.ticket)?.reader == Self.reader)
    #expect(lookUps.end(first.ticket) == nil && lookUps.waiting.count == 1)
  }

  @Test("of two look-ups the one that began first is given up first, each in its own time")
  func lookUpsInTime() {
    var lookUps = LookUps(milliseconds: 1_000)
    func begin(_ purpose: LookUps.Purpose, after milliseconds: Int) {
      _ = lookUps.begin(
        purpose, reader: Self.reader, door: Self.door,
        at: Self.now.advanced(byMilliseconds: milliseconds))
    }
    begin(.pin, after: 0)
    begin(.pinAfterCard([]), after: 400)
    for (milliseconds, name) in [(1_000, "pin"), (1_400, "cardThenPIN")] {
      let end = Self.now.advanced(byMilliseconds: milliseconds)
      #expect(lookUps.nextDeadline == end)
      #expect(lookUps.giveUp(at: end.advanced(byMilliseconds: -1)).isEmpty)
      #expect(lookUps.giveUp(at: end).map(\.purpose.name) == [name])
    }
    #expect(lookUps.nextDeadline == nil)
  }

  @Test("of two cards of one person only the one that was judged waits, with that person's PINs")
  func narrowed() throws {
    let ada = PersonID("ada")!
    let holders = ["a", "b"].map { HolderID(credential: CredentialID($0)!, person: ada) }
    let claim = Claim(
      presentation: .cardThenPIN, reader: Self.reader,
      holders: holders + [HolderID(credential: CredentialID("b")!, person: PersonID("ben")!)],
      pins: ["ada", "ben"].map {
        HolderID(credential: CredentialID("pin-\($0)")!, person: PersonID($0)!)
      })
    let verdict = Verdict(
      decision: .deny(.secondPersonRequired), credential: CredentialID("b"), person: ada,
      policyRevision: 1, steps: [])
    let narrowed = claim.narrowed(to: verdict)
    #expect(narrowed.holders == [holders[1]])
    #expect(narrowed.pins.map(\.person) == [ada])
  }

  @Test("a layout names the readers of a door in their order, and no other door's")
  func readersOfDoor() throws {
    let layout = ControllerLayout(
      doors: [],
      readers: [("b", "front"), ("c", "back"), ("a", "front")].map {
        .init(id: ReaderID($0.0)!, door: DoorID($0.1)!)
      })
    #expect(layout.readers(of: Self.door).map(\.rawValue) == ["b", "a"])
  }

  @Test("five wrong PINs lock a card, a right one forgets them, and clearing is persisted once")
  func guesses() {
    let card = CredentialID("card")!
    let holder = HolderID(credential: card, person: PersonID("ada")!)
    var guesses = PINGuard(lockouts: [:])
    var effects: [ControllerEffect] = []
    for _ in 0..<Lockout.triesMax {
      #expect(guesses.lockedCard(of: [holder], at: Self.now) == nil)
      effects = guesses.noteWrongPIN(of: card, at: Self.reader, of: Self.door, Self.now)
    }
    #expect(
      effects == [
        .record(
          .cardLockedOut(card, Self.reader, Self.door, seconds: Lockout.durationsSeconds[0])),
        .remember(.cardLockouts(guesses.lockouts)),
      ])
    #expect(guesses.lockedCard(of: [holder], at: Self.now) == card)
    #expect(guesses.noteRightPIN(of: card) == [.remember(.cardLockouts([:]))])
    #expect(guesses.noteRightPIN(of: card) == [] && guesses.clear() == [])
  }

  @Test("an exit counts before the leaf that opens at the same moment: nobody forced the door")
  func exitFirst() {
    var door = DoorUnit(
      layout: .init(id: Self.door, hasContact: true), active: [], modes: DoorModes(),
      firstPerson: nil, at: Self.now)
    let conditions = DoorConditions(policy: .empty)
    let moment = Moment(
      monotonic: Self.now, wall: WallInstant(secondsSince1970: 0), trust: .synchronised)
    _ = door.advance(to: moment, under: conditions)
    door.handle(.contact, isActive: true, at: Self.now)
    door.handle(.exit, isActive: true, at: Self.now)
    var later = moment
    later.monotonic = Self.now.advanced(byMilliseconds: 20)
    #expect(
      door.advance(to: later, under: conditions) == [
        .effect(.setLock(Self.door, .released, .atOnce, order: nil)),
        .effect(.record(.exitRequested(Self.door))),
        .effect(.record(.leaf(Self.door, open: true))),
      ])
    #expect(door.isOpen == true && door.alarms == [] && !door.isSecured)
  }
}
