import CloudProtocol
import DoorCore
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

/// The names and the bytes here are on the disks of doors in the field. Where one of these tests
/// fails, an upgrade would forget lockouts, modes or uses: give the new format a key of its own, or
/// read the old one too, and add a row; change none.
@Suite("StateKey: the names and formats that doors in the field have on their disks (F2, F3)")
struct StateKeyTests {
  private static let door = DoorID("front")!
  private static let five = WallInstant(millisecondsSince1970: 1_800_000_005_000)

  @Test("every key has the name that it always had")
  func names() {
    let reader = ReaderID("front-in")!
    let rows: [(StateKey, String)] = [
      (.clockWatermark, "clock.watermark"), (.cloudContact, "cloud.heard"),
      (.cloudKeys, "cloud.keys"), (.certificateWarnings, "expiry"), (.offlinePINs, "offlinePIN"),
      (.use(CredentialID("k-1")!), "use.k-1"), (.lockout(reader), "lockout.front-in"),
      (.cardLockouts, "lockout.cards"), (.firstPerson(Self.door), "firstPerson.front"),
      (.presence(PersonID("p1")!), "presence.of.p1"), (.forgiven, "presence.forgiven"),
      (.modes(Self.door), "modes.front"), (.runs, "runs"), (.clockOwn, "clock.own"),
      (.areaResets, "presence.resets"), (.fire, "fire"),
      (.revisions, "revisions"), (.zone, "zone"), (.lastUse(CredentialID("k-1")!), "lastUse.k-1"),
      (.twice, "twice"), (.plans, "plans"),
    ]
    for (key, name) in rows {
      #expect(key.name == name)
      #expect(StateKey.isKeptTwice(name) == key.isKeptTwice, "\(name)")
    }
    #expect(Set(rows.map { Self.place(of: $0.0) }) == Set(0..<rows.count))
  }

  @Test("B12: no two states share a key, whatever ids people use, and each key is plain ASCII")
  func unambiguous() throws {
    let ids = [
      "a b", "a%20b", "a%b", "zo\u{EB}", "zoe\u{308}", "cards", "forgiven", "of.a", "A", "a", "ä",
    ]
    var keys: [StateKey] = [.cardLockouts, .forgiven, .lockout(try #require(ReaderID("cards")))]
    for id in ids {
      keys.append(.use(try #require(CredentialID(id))))
      keys.append(.lastUse(try #require(CredentialID(id))))
      keys.append(.presence(try #require(PersonID(id))))
    }
    #expect(Set(keys.map { Array($0.name.utf8) }).count == keys.count)
    #expect(keys.allSatisfy { $0.name.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
    // Persisted together they are still each one of their own.
    let write = StateWrite("uses", Dictionary(uniqueKeysWithValues: keys.map { ($0, [1]) }))
    #expect(write.values.count == keys.count)
  }

  @Test("G2: a presence's key names its person again, whatever the id is, and no other key does")
  func persons() throws {
    for id in ["p1", "Ada Lovelace", "a%b", "ä/ö", "resets", String(repeating: "é", count: 60)] {
      let person = try #require(PersonID(id))
      #expect(StateKey.personOfPresence(key: StateKey.presence(person).name) == person)
    }
    for key in [
      "presence.forgiven", "presence.resets", "fire", "presence.of.", "presence.of.%",
      "presence.of.%4", "presence.of.%zz", "presence.of.%ff", "use.presence.of.p1",
    ] {
      #expect(StateKey.personOfPresence(key: key) == nil, "\(key)")
    }
  }

  @Test("G2: a fire alarm is two times, or one while it sounds; anything else is none")
  func fire() {
    let began = WallInstant(millisecondsSince1970: 5)
    for ended in [nil, WallInstant(millisecondsSince1970: 9)] {
      let span = EvacuationSpan(began: began, ended: ended)
      #expect(KeptFire.span(KeptFire.bytes(of: span)) == span)
    }
    for text in ["", "x", "5 x", "5 6 7", "x 6"] { #expect(KeptFire.span(Array(text.utf8)) == nil) }
  }

  @Test("B12: lockouts of cards are read back, whatever the cards' ids are")
  func cardLockouts() throws {
    let now = Moment(monotonic: PartFixture.instant(0), wall: Self.five, trust: .synchronised)
    let ids = try ["k 1", "k 1 2 3 4 5", "é", "zoe\u{308}", "zo\u{EB}"].map {
      try #require(CredentialID($0))
    }
    let lockouts = Dictionary(
      uniqueKeysWithValues: ids.map {
        ($0, Lockout(failures: 2, level: 1, remainingMilliseconds: 5_000, at: now.monotonic))
      })
    let bytes = KeptLockout.bytes(ofCards: lockouts, at: now)
    #expect(KeptLockout.cards(from: bytes, at: now) == lockouts)
  }

  /// Its only use is that a new key does not compile without a row.
  private static func place(of key: StateKey) -> Int {
    switch key {
    case .clockWatermark: 0
    case .clockOwn: 13
    case .cloudContact: 1
    case .cloudKeys: 2
    case .certificateWarnings: 3
    case .offlinePINs: 4
    case .use: 5
    case .lockout: 6
    case .cardLockouts: 7
    case .firstPerson: 8
    case .presence: 9
    case .forgiven: 10
    case .modes: 11
    case .runs: 12
    case .revisions: 14
    case .zone: 15
    case .lastUse: 16
    case .areaResets: 17
    case .fire: 18
    case .twice: 19
    case .plans: 20
    }
  }

  @Test("the clock's watermark is eight bytes, lowest first")
  func watermark() {
    let bytes: [UInt8] = [0x88, 0x63, 0x5C, 0x18, 0xA3, 0x01, 0x00, 0x00]
    #expect(ClockWatermark.bytes(of: Self.five) == bytes)
    #expect(ClockWatermark.instant(bytes) == Self.five)
    #expect(ClockWatermark.instant(Array(bytes.dropLast())) == nil)
    #expect(ClockWatermark.instant([]) == nil)
  }

  @Test("the last contact with the cloud is when its newest word was signed, and its age")
  func contact() {
    let kept = Array("1800000005000 70".utf8)
    let now = Moment(
      monotonic: PartFixture.instant(0), wall: Self.five.advanced(bySeconds: 100), trust: .holdover)
    let contact = CloudContact(kept: kept, startedAt: now.monotonic)
    #expect(contact.ageSeconds(at: now) == 100)
    #expect(contact.bytes(at: now) == Array("1800000005000 100".utf8))
  }

  @Test("how the controller was stopped is a word, two counts and the machine's start")
  func runs() throws {
    let kept = Array("running 2 1 3f0c-77".utf8)
    var runs = try #require(RunCount(bytes: kept))
    #expect(runs.powerLosses == 2 && runs.crashes == 1 && runs.bytes == kept)
    runs.end()
    #expect(runs.bytes == Array("stopped 0 0 3f0c-77".utf8))
  }

  @Test("points of civil time are milliseconds in decimal")
  func instants() {
    #expect(KeptInstant.bytes(of: Self.five) == Array("1800000005000".utf8))
    #expect(KeptInstant.instant(Array("1800000005000".utf8)) == Self.five)
    for garbage in ["", " ", "x", "1.5", "99999999999999999999"] {
      #expect(KeptInstant.instant(Array(garbage.utf8)) == nil)
    }
  }

  @Test("a use is its count and the time of the first")
  func use() {
    #expect(
      CredentialUses.bytes(of: CredentialUse(count: 3, first: Self.five))
        == Array("3 1800000005000".utf8))
    #expect(CredentialUses.bytes(of: CredentialUse(count: 0)) == Array("0 0".utf8))
  }

  @Test("offline PINs are a line for each code, in order")
  func offlinePINs() throws {
    let text = "back 500000 1 3 1 live\nfront 500000 24 0 0 revoked\nfront 500000 24 0 12 live"
    let lines = text.split(separator: "\n")
    for line in lines { #expect(try bytes(ofBook: String(line)) == Array(line.utf8)) }
    let two = "back 500000 1 3 1 live\nfront 500000 24 0 0 revoked"
    #expect(try bytes(ofBook: two) == Array(two.utf8))
    for garbage in [
      "x", "front 500000 25 0 0 live", "front 500000 24 4 0 live", "front 500000 24 0 0 dead",
      "front 500000 24 0 0", "front 99999999999999999999 24 0 0 live",
    ] {
      #expect(OfflinePINBook(bytes: Array("\(two)\n\(garbage)".utf8)) == nil, "\(garbage)")
    }
  }

  private func bytes(ofBook text: String) throws -> [UInt8] {
    try #require(OfflinePINBook(bytes: Array(text.utf8))).bytes
  }

  @Test("G4: the plans in force are JSON; a drill is one, and an end counts on over a restart")
  func plans() throws {
    let text = """
      [{"by":"desk","drill":false,"plan":"lockdown","reason":"alarm","remainingMilliseconds":60000,\
      "savedAtMilliseconds":1800000005000,"sinceMilliseconds":1800000005000},{"by":"ann",\
      "drill":true,"plan":"storm","reason":"yearly","sinceMilliseconds":1800000005000}]
      """
    let now = PartFixture.moment(5_000)
    let entries = [
      PlanEntry(
        plan: PlanID("lockdown")!, by: "desk", reason: "alarm", since: Self.five,
        end: ModeEnd(
          at: now.monotonic.advanced(byMilliseconds: 60_000),
          shown: Self.five.advanced(bySeconds: 60))),
      PlanEntry(
        plan: PlanID("storm")!, isDrill: true, by: "ann", reason: "yearly", since: Self.five),
    ]
    #expect([KeptPlans.persist(entries, at: now)].writtenText == ["plans": text])
    #expect([KeptPlans.persist([], at: now)].writtenText == ["plans": "removed"])
    #expect(try KeptPlans.entries(from: Array(text.utf8), at: now) == entries)
    // Half a minute later; without a trusted clock nothing is taken off, and nothing makes it longer.
    for (later, trust, left) in [
      (35_000, ClockTrust.synchronised, 30_000), (35_000, .unknown, 60_000),
      (0, .synchronised, 60_000), (99_000, .synchronised, 0),
    ] {
      let then = PartFixture.moment(later, trust: trust)
      let end = try KeptPlans.entries(from: Array(text.utf8), at: then).first?.end?.at
      #expect(end == then.monotonic.advanced(byMilliseconds: left))
    }
    #expect(throws: (any Error).self) {
      try KeptPlans.entries(from: Array("[{}]".utf8), at: now)
    }
    let many = Array(repeating: text.dropFirst().dropLast(), count: 20).joined(separator: ",")
    #expect(
      try KeptPlans.entries(from: Array("[\(many)]".utf8), at: now).count
        == ConfigurationLimits.plansMax)
  }

  @Test("the modes of a door are JSON; a mode of another version is passed over")
  func modes() throws {
    let text = """
      [{"mode":"lockdown","owner":"desk","reason":"drill","remainingMilliseconds":60000,\
      "savedAtMilliseconds":1800000005000,"sinceMilliseconds":1800000005000,\
      "untilMilliseconds":1800000065000},{"mode":"forceOpen","owner":"ann","reason":"move",\
      "sinceMilliseconds":1800000005000}]
      """
    let now = PartFixture.moment(5_000)
    let modes = DoorModes([
      DoorModeEntry(mode: .forceOpen, owner: "ann", reason: "move", since: Self.five),
      DoorModeEntry(
        mode: .lockdown, owner: "desk", reason: "drill", since: Self.five,
        end: ModeEnd(
          at: now.monotonic.advanced(byMilliseconds: 60_000),
          shown: Self.five.advanced(bySeconds: 60))),
    ])
    #expect(String(decoding: try KeptModes.bytes(of: modes, at: now), as: UTF8.self) == text)
    #expect(try KeptModes.modes(from: Array(text.utf8), at: now) == modes)
    let other = text.replacingOccurrences(of: "lockdown", with: "sealed")
    #expect(try KeptModes.modes(from: Array(other.utf8), at: now).all.map(\.mode) == [.forceOpen])
    #expect(throws: (any Error).self) {
      try KeptModes.modes(from: Array("[{}]".utf8), at: now)
    }
    // What is over is not kept.
    let over = PartFixture.moment(65_000)
    #expect(
      try !String(decoding: KeptModes.bytes(of: modes, at: over), as: UTF8.self)
        .contains("lockdown"))
  }

  @Test(
    "A5: a mode with an end goes on after a restart, or is over, as the table of spans says",
    arguments: [true, false])
  func modesWithEnd(_ isOfEarlierVersion: Bool) throws {
    let rest =
      isOfEarlierVersion
      ? "" : #""remainingMilliseconds":60000,"savedAtMilliseconds":1800000005000,"#
    func left(_ mode: String, _ milliseconds: Int, _ trust: ClockTrust) throws -> Int? {
      let text = """
        [{"mode":"\(mode)","owner":"ann","reason":"move",\(rest)\
        "sinceMilliseconds":1800000005000,"untilMilliseconds":1800000065000}]
        """
      let now = PartFixture.moment(milliseconds, trust: trust)
      return try KeptModes.modes(from: Array(text.utf8), at: now).all.first.map {
        ($0.end?.at.microseconds(since: now.monotonic) ?? -1_000) / 1_000
      }
    }
    for mode in ["forceOpen", "lockdown", "forceClosed"] {
      #expect(try left(mode, 15_000, .holdover) == 50_000)
      #expect(try left(mode, 65_000, .synchronised) == nil)
      #expect(try left(mode, 1_000, .synchronised) == 60_000)
    }
    for trust in [ClockTrust.doubtful, .unknown] {
      #expect(try left("forceOpen", 15_000, trust) == nil)
      #expect(try left("lockdown", 15_000, trust) == 60_000)
      #expect(try left("forceClosed", 900_000, trust) == 60_000)
    }
    // Of an office mode that is over the door still tells that, so it comes back as one that is over.
    #expect(try left("office", 15_000, .holdover) == 50_000)
    #expect(try left("office", 65_000, .synchronised) == 0)
    #expect(try left("office", 15_000, .unknown) == 0)
  }
}
