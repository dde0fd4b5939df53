import DoorCore
import DoorRules
import Testing

@Suite("A10: badges at a reader that only leads out")
struct ControllerWayOutTests {
  private static let out = ReaderID("front-out")!

  /// A door with a way in and a way out, a card for each name, numbered from 1, and a PIN, its number
  /// four times.
  private func world(
    _ names: String..., mode: PresentationMode = .cardOnly, schedule: WeeklyHours? = nil,
    usesMax: Int? = nil, change: (inout ControllerHarness.Setting) -> Void = { _ in }
  ) -> ControllerHarness {
    var world = ControllerHarness(mode: mode, unlockSchedule: schedule) {
      $0.layout.readers.append(
        .init(
          id: Self.out, door: ControllerHarness.door,
          habits: ReaderHabits(presentationMilliseconds: 0)))
      $0.facility.areas = [Self.area]
      change(&$0)
    }
    for (index, name) in names.enumerated() {
      let number = index + 1
      world.issue(
        "card-\(name)", .card, to: name, as: "card:H10301:1:\(number)", usesMax: usesMax)
      world.issue("pin-\(name)", .pin, to: name, as: "pin:\(number)\(number)\(number)\(number)")
    }
    return world
  }

  private static let area = Area(
    id: AreaID("gym")!, name: "Gym", entry: [ControllerHarness.reader], exit: [out],
    antiPassback: .off)

  @Test("the lock opens in a lockdown, for whoever is known, and closes after the hold time")
  func lockdown() throws {
    var world = world("ada")
    let entry = DoorModeEntry(
      mode: .lockdown, owner: "desk", reason: "drill", since: world.moment.wall)
    world.send(.modes(ControllerHarness.door, DoorModes([entry])))
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [.lockdown] && !world.isReleased)
    try world.badge(facility: 1, card: 1, at: Self.out)
    #expect(world.denials == [.lockdown, nil] && world.isReleased)
    #expect(world.attempts.last?.verdict.leavesDespite == .lockdown)
    world.run(forMilliseconds: 6_000)
    #expect(!world.isReleased)
    try world.badge(facility: 1, card: 9, at: Self.out)
    #expect(world.denials.last == .unknownCredential && !world.isReleased)
  }

  @Test("no use is spent, and a card that is used up lets out who came in by it")
  func uses() throws {
    var world = world("ada", usesMax: 1)
    let card = CredentialID("card-ada")!
    try world.badge(facility: 1, card: 1, at: Self.out)
    #expect(world.uses[card] == nil)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [nil, nil] && world.uses[card]?.count == 1)
    try world.badge(facility: 1, card: 1)
    try world.badge(facility: 1, card: 1, at: Self.out)
    #expect(world.denials == [nil, nil, .useCountExceeded, nil])
    #expect(world.uses[card]?.count == 1)
  }

  @Test("where the door asks for a card and a PIN, the card alone leaves, and waits for no PIN")
  func cardAlone() throws {
    var world = world("ada", mode: .cardThenPIN)
    try world.badge(facility: 1, card: 1)
    #expect(world.denials == [])
    world.type("1111#")
    #expect(world.denials == [nil])
    try world.badge(facility: 1, card: 1, at: Self.out)
    #expect(world.denials == [nil, nil])
    #expect(world.attempts.last?.presentation == "card")
  }

  @Test("a wrong PIN after a card holds nobody in where the reader leads out by then")
  func wrongPIN() throws {
    for pin in ["1111#", "2222#"] {
      var world = world("ada", "ben", mode: .cardThenPIN, usesMax: 5) { $0.facility.areas = [] }
      try world.badge(facility: 1, card: 1, at: Self.out)
      #expect(world.denials == [])
      var facility = world.policy.facility
      facility.areas = [Self.area]
      world.send(
        .policy(
          PolicySnapshot(
            revision: 8, zone: .utc, facility: facility, doors: world.policy.doors)))
      world.type(pin, at: Self.out)
      #expect(world.denials == [nil])
      #expect(world.attempts.last?.verdict.person == PersonID("ada"))
      #expect(world.attempts.last?.used == [])
    }
  }

  @Test("whoever goes is not the first person of the day")
  func firstPerson() throws {
    let hours = try WeeklyHours(parsing: ["friday": [("11:00", "18:00")]])
    var world = world("ada", schedule: hours) { $0.door.settings.unlocksWithFirstPerson = true }
    try world.badge(facility: 1, card: 1, at: Self.out)
    world.run(forMilliseconds: 10_000)
    #expect(world.denials == [nil] && !world.isReleased)
    try world.badge(facility: 1, card: 1)
    world.run(forMilliseconds: 10_000)
    #expect(world.isReleased)
  }

  @Test("A9: who waits for a second person goes on waiting while others leave, and leaves alone")
  func companion() throws {
    var world = world("ada", "ben", "cem") { $0.door.settings.personsRequired = 2 }
    try world.badge(facility: 1, card: 1)
    try world.badge(facility: 1, card: 2, at: Self.out)
    try world.badge(facility: 1, card: 3)
    #expect(world.denials == [.secondPersonRequired, nil, nil])
    #expect(world.attempts.last?.companion?.person == PersonID("ada"))
    try world.badge(facility: 1, card: 1)
    try world.badge(facility: 1, card: 1, at: Self.out)
    try world.badge(facility: 1, card: 2)
    #expect(world.denials.suffix(3) == [.secondPersonRequired, nil, .secondPersonRequired])
  }

  @Test("G5: a host whose phone leaves brings nobody in")
  func host() throws {
    var world = world("hal", "vic") {
      $0.layout.readers.removeFirst()
      $0.facility.areas = [
        Area(
          id: AreaID("gym")!, name: "Gym", entry: [], exit: [Self.out], antiPassback: .off)
      ]
    }
    world.change("card-hal") { $0.person.escort = .host }
    world.change("card-vic") { $0.person.escort = .needed }
    world.unlock(by: "hal")
    #expect(world.denials == [nil] && world.attempts[0].verdict.isLeaving)
    world.send(
      .policy(PolicySnapshot(revision: 8, zone: .utc, doors: world.policy.doors)))
    world.unlock(by: "vic")
    #expect(world.denials == [nil, .escortRequired])
  }
}
