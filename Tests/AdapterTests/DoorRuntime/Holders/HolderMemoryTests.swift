import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("HolderDirectory: uses and presence are remembered before they are on disk (A9, C3, F2)")
struct HolderMemoryTests {
  private static let card = CredentialID("k-1")!
  private static let person = PersonID("p1")!
  private static let area = AreaID("gym")!

  private let digester: CredentialDigester
  private let cache = MemoryPolicy()
  private let state: MemoryState
  private var holders: AnsweringDirectory

  init() throws {
    digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    state = MemoryState(["use.k-1": "2 5000", "presence.of.p1": "gym 1 7000\npool 0 8000"])
    holders = AnsweringDirectory(
      HolderReader(
        policy: cache, state: state, issued: nil, digester: digester, handOver: nil, offline: nil))
    cache.add(
      Credential(id: Self.card, kind: .card, person: Self.person, usesMax: 5),
      digest: digester.digest(ofCanonical: Secret("card:1")))
  }

  private mutating func holder(hasAreas: Bool = true) -> CredentialHolder? {
    let question = LookUp(ticket: 1, canonicals: [Secret("card:1")])
    return holders.find(question, hasAreas: hasAreas, at: PartFixture.moment())
      .answer.holders?.first
  }

  private func granted(_ count: Int) -> Occurrence {
    .access(
      AccessRecord(
        door: DoorID("front")!, reader: nil, presentation: "card",
        verdict: Verdict(
          decision: .grant(via: .rules), credential: Self.card, person: Self.person,
          policyRevision: 1,
          used: [Self.used(Self.card, count)], steps: [])))
  }

  private static func used(_ credential: CredentialID, _ count: Int) -> UsedCredential {
    UsedCredential(
      credential,
      use: CredentialUse(count: count, first: WallInstant(millisecondsSince1970: 5_000)))
  }

  @Test("what an earlier run persisted counts")
  mutating func persisted() {
    #expect(
      holder()?.use
        == CredentialUse(count: 2, first: WallInstant(millisecondsSince1970: 5_000)))
    #expect(
      holder()?.presence == [
        Self.area: AreaPresence(isInside: true, since: WallInstant(millisecondsSince1970: 7_000)),
        AreaID("pool")!: AreaPresence(
          isInside: false, since: WallInstant(millisecondsSince1970: 8_000)),
      ])
    #expect(holder(hasAreas: false)?.presence == [:])
  }

  @Test("F2: a second badge sees the use of the first one before the disk has it")
  mutating func use() {
    let wishes = holders.directory.note(granted(3), at: PartFixture.moment())
    #expect(wishes.names == ["persist use.k-1"])
    #expect(wishes.writtenText == ["use.k-1": "3 5000"])
    state.fail(with: PartFixture.error)
    #expect(holder(hasAreas: false)?.use.count == 3)
  }

  @Test("C2: what two people and their PINs use is one write; a denial for the first is none")
  mutating func usesOfTwo() throws {
    func verdict(_ decision: Verdict.Decision, _ ids: [String]) throws -> Verdict {
      Verdict(
        decision: decision, credential: CredentialID(ids[0]), person: Self.person,
        policyRevision: 1, used: try ids.map { Self.used(try #require(CredentialID($0)), 1) },
        steps: [])
    }
    var record = AccessRecord(
      door: DoorID("front")!, reader: nil, presentation: "cardThenPIN",
      verdict: try verdict(.grant(via: .rules), ["k-1", "k-2"]),
      companion: try verdict(.grant(via: .rules), ["k-3", "k-4"]))
    let wishes = holders.directory.note(.access(record), at: PartFixture.moment())
    #expect(wishes.names == ["persist use.k-1 use.k-2 use.k-3 use.k-4"])
    #expect(wishes.writtenText.values.allSatisfy { $0 == "1 5000" })
    record.verdict = try verdict(.deny(.companionDenied), ["k-1"])
    #expect(holders.directory.note(.access(record), at: PartFixture.moment()).isEmpty)
  }

  @Test("a denial uses nothing up, and nothing else than an access does")
  mutating func noUse() {
    let denied = AccessRecord(
      door: DoorID("front")!, reader: nil, presentation: "card",
      verdict: Verdict(
        decision: .deny(.expired), credential: Self.card, person: Self.person, policyRevision: 1,
        steps: []))
    #expect(holders.directory.note(.access(denied), at: PartFixture.moment()).isEmpty)
    #expect(holders.directory.note(.edgesLost, at: PartFixture.moment()).isEmpty)
  }

  @Test("deny by default: a use that cannot be read counts as used up, and can still be counted")
  mutating func unreadableUse() throws {
    for garbage in ["", "x", "3", "3 x", "-1 5000", "9223372036854775807 5000", "3 5 7", "\u{0}"] {
      try state.setValue(Array(garbage.utf8), forKey: "use.k-1")
      let use = holder(hasAreas: false)?.use
      #expect((use?.count ?? 0) >= CredentialLimits.usesMax.upperBound, "\(garbage)")
      #expect((use?.count ?? .max) < .max && use?.first?.millisecondsSince1970 == 0)
    }
  }

  @Test("G6: the last use is remembered beside the count, for credentials that ask for it only")
  mutating func lastUse() throws {
    let soap = CredentialID("k-2")!
    cache.add(
      Credential(id: soap, kind: .card, person: Self.person, unusedDays: 90),
      digest: digester.digest(ofCanonical: Secret("card:2")))
    func last(_ holders: inout AnsweringDirectory) -> WallInstant? {
      holders.find(LookUp(ticket: 1, canonicals: [Secret("card:2")]), at: PartFixture.moment())
        .answer.holders?.first?.use.last
    }
    #expect(last(&holders) == nil)
    let use = CredentialUse(
      count: 1, first: WallInstant(millisecondsSince1970: 7),
      last: WallInstant(millisecondsSince1970: 9))
    let access = AccessRecord(
      door: DoorID("front")!, reader: nil, presentation: "card",
      verdict: Verdict(
        decision: .grant(via: .rules), credential: soap, person: Self.person, policyRevision: 1,
        used: [UsedCredential(soap, use: use)], steps: []))
    let wishes = holders.directory.note(.access(access), at: PartFixture.moment())
    #expect(wishes.writtenText == ["use.k-2": "1 7", "lastUse.k-2": "9"])
    #expect(last(&holders) == use.last)
    // After a restart the disk has it; what cannot be read begins the days anew.
    try state.setValues(["use.k-2": Array("1 7".utf8), "lastUse.k-2": Array("9".utf8)])
    func restarted() -> AnsweringDirectory {
      AnsweringDirectory(
        HolderReader(
          policy: cache, state: state, issued: nil, digester: digester, handOver: nil,
          offline: nil))
    }
    var again = restarted()
    #expect(last(&again) == use.last)
    try state.setValues(["lastUse.k-2": Array("soon".utf8)])
    again = restarted()
    #expect(last(&again) == nil)
    // A credential that only counts its uses asks the disk for nothing more.
    let before = state.reads.count
    _ = holder(hasAreas: false)
    #expect(state.reads[before...] == ["use.k-1"])
  }

  @Test("A9: whoever went in is inside at once, and where they were before is not forgotten")
  mutating func presence() {
    _ = holder()
    let now = AreaPresence(isInside: false, since: WallInstant(millisecondsSince1970: 9_000))
    let wishes = holders.directory.note(now, of: Self.person, in: Self.area)
    #expect(wishes.names == ["persist presence.of.p1"])
    #expect(wishes.writtenText == ["presence.of.p1": "gym 0 9000\npool 0 8000"])
    #expect(holder()?.presence[Self.area] == now)
  }

  @Test("F3: where somebody is cannot be noted on top of what was never read")
  mutating func presenceUnread() {
    state.fail(with: PartFixture.error)
    #expect(holder() == nil)
    let now = AreaPresence(isInside: true, since: PartFixture.start)
    let wishes = holders.directory.note(now, of: Self.person, in: Self.area)
    #expect(wishes.names == ["log error"])
  }

  @Test("F2: what happens while the disk is read counts more than what the disk answers")
  mutating func meanwhile() throws {
    let now = PartFixture.moment()
    _ = holder()
    let asked = holders.directory.ask(
      .shown(LookUp(ticket: 2, canonicals: [Secret("card:1")])), hasAreas: true, at: now)
    guard case .job(.readHolders(let request, _)) = asked.first else {
      Issue.record("nothing is read")
      return
    }
    let reading = holders.reader.read(request)
    _ = holders.directory.note(granted(4), at: now)
    let inside = AreaPresence(isInside: false, since: now.wall)
    _ = holders.directory.note(inside, of: Self.person, in: Self.area)
    for case .core(.lookedUp(let answer)) in holders.directory.answeredAnywhere(reading, at: now) {
      #expect(answer.holders?.first?.use.count == 4)
      #expect(answer.holders?.first?.presence[Self.area] == inside)
      return
    }
    Issue.record("no answer")
  }

  @Test("A9: a person who is forgiven is outside everywhere, and it is recorded with the operator")
  mutating func forgivePerson() {
    let wishes = holders.directory.forgive(Self.person, by: "desk", at: PartFixture.moment())
    #expect(wishes.names == ["persist presence.of.p1", "record admin.antiPassbackForgiven"])
    #expect(wishes.writtenText == ["presence.of.p1": "removed"])
    #expect(wishes.records.first?.detail == ["by": "desk"])
    #expect(holder()?.presence == [:])
  }

  @Test("A9: everybody who is forgiven is outside; whoever goes in afterwards is inside")
  mutating func forgiveEverybody() {
    let now = PartFixture.moment()
    let wishes = holders.directory.forgive(nil, by: "desk", at: now)
    #expect(wishes.writtenText == ["presence.forgiven": "\(now.wall.millisecondsSince1970)"])
    #expect(holder()?.presence == [:])
    let later = AreaPresence(isInside: true, since: now.wall.advanced(bySeconds: 1))
    _ = holders.directory.note(later, of: Self.person, in: Self.area)
    #expect(holder()?.presence == [Self.area: later])
  }
}
