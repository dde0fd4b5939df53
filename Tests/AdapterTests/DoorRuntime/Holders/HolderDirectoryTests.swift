import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite(
  "HolderDirectory: who holds what was shown, and which source has the first word (C1, C5, C6)")
struct HolderDirectoryTests {
  private static let door = DoorID("front")!
  private static let window = try? OfflinePINFixture.window()
  /// A time inside the window of the offline PIN.
  private static let now = moment(OfflinePINFixture.instant(hour: 500_000, seconds: 60))

  private static func moment(_ wall: WallInstant) -> Moment {
    Moment(monotonic: PartFixture.instant(0), wall: wall, trust: .synchronised)
  }

  private let digester: CredentialDigester
  private let pins: OfflinePINKeys
  private let cache = MemoryPolicy()
  private let state = MemoryState()
  private let issued = MemoryIssued()
  private var holders: AnsweringDirectory

  init() throws {
    digester = try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
    pins = try OfflinePINFixture.keys()
    holders = AnsweringDirectory(
      HolderReader(
        policy: cache, state: state, issued: issued, digester: digester, handOver: nil,
        offline: pins))
  }

  private mutating func find(_ canonicals: String...) -> AnsweringDirectory.Finding {
    let question = LookUp(ticket: 9, canonicals: canonicals.map { Secret($0) }, door: Self.door)
    return holders.find(question, at: Self.now)
  }

  private static func ids(_ finding: AnsweringDirectory.Finding) -> [String]? {
    finding.answer.holders?.map { $0.credential?.id.rawValue ?? "nobody" }
  }

  private func cached(
    _ id: String, _ canonical: String, kind: Credential.Kind = .card,
    until: WallInstant? = nil, status: Credential.Status = .active, ofKnown isKnown: Bool = true
  ) {
    cache.add(
      Credential(
        id: CredentialID(id)!, kind: kind, person: PersonID("p-\(id)")!, status: status,
        validUntil: until), digest: digester.digest(ofCanonical: Secret(canonical)),
      ofKnown: isKnown)
  }

  private func handedOver(_ id: String, _ canonical: String, kind: String = "card") throws {
    let record = CredentialRecord(
      id: id, kind: kind, person: "guest", status: "active",
      digest: digester.digest(ofCanonical: Secret(canonical)),
      className: CredentialClass.offlineName)
    try issued.keep(
      IssuedKey(
        record: record, issuer: "desk", certificate: "desk-2027", order: "order-1",
        issuedAt: EnvelopeForge.issued, handedOverAt: EnvelopeForge.issued), mark: nil)
  }

  private func offlinePIN() throws -> String {
    "pin:" + (try pins.code(of: #require(Self.window), at: Self.door).reveal())
  }

  @Test("C1: what nobody holds is answered with its ticket, no holder, and a digest as evidence")
  mutating func unknown() {
    let finding = find("card:H10301:1:2")
    #expect(finding.answer.ticket == 9 && finding.answer.holders == [])
    #expect(finding.answer.digest?.count == 43 && finding.wishes.isEmpty)
  }

  @Test(
    "C4: two people's credentials that one card fits are told once, and the rules decide as usual")
  mutating func clash() {
    cached("one", "card:H10301:12:345")
    cached("two", "card:AWID26:12:345")
    cached("gone", "raw:26:0600ac8", status: .revoked)
    let shown = ["card:H10301:12:345", "card:AWID26:12:345", "raw:26:0600ac8"]
    let first = find(shown[0], shown[1], shown[2])
    #expect(Set(Self.ids(first) ?? []) == ["one", "two", "gone"])
    let told = first.wishes.compactMap { wish -> [String: String]? in
      guard case .record(let record) = wish, record.type == .credentialClash else { return nil }
      return record.detail
    }
    #expect(told == [["first": "one", "second": "two"]])
    #expect(find(shown[0], shown[1], shown[2]).wishes.isEmpty)
    // A reader that sends one of the formats only has one holder.
    #expect(find(shown[0]).wishes.isEmpty)
  }

  @Test("the cache comes first, then keys that were handed over")
  mutating func order() throws {
    cached("k-2", "card:H10301:1:2")
    try handedOver("k-1", "card:H10301:1:2")
    let finding = find("card:H10301:1:2")
    #expect(Self.ids(finding) == ["k-2", "k-1"] && finding.answer.digest == nil)
  }

  @Test("D4: a cache that is older than what was in force counts for nobody; other keys open")
  mutating func behind() throws {
    cached("k-2", "card:H10301:1:2")
    try handedOver("k-1", "card:H10301:1:3")
    holders.directory.cacheIsBehind = true
    #expect(Self.ids(find("card:H10301:1:2")) == nil)
    #expect(Self.ids(find("card:H10301:1:3")) == ["k-1"])
    #expect(Self.ids(find(try offlinePIN())) == ["opin.500000.24.0.front"])
    let again = holders.find(
      LookUp(
        ticket: 1, canonicals: [],
        again: [HolderID(credential: CredentialID("k-2")!, person: PersonID("p-k-2")!)],
        door: Self.door), at: Self.now)
    #expect(again.answer.holders == nil)
    holders.directory.cacheIsBehind = false
    #expect(Self.ids(find("card:H10301:1:2")) == ["k-2"])
  }

  @Test("C7: a key that was handed over never shadows the cloud's own of that id")
  mutating func shadow() throws {
    cached("k-1", "card:H10301:1:2", status: .revoked)
    try handedOver("k-1", "card:H10301:1:2")
    let finding = find("card:H10301:1:2")
    #expect(Self.ids(finding) == ["k-1"])
    #expect(finding.answer.holders?.first?.credential?.status == .revoked)
  }

  @Test("C5 C7: a credential of somebody who is not here is found, and shadows no key and no code")
  mutating func ofNobody() throws {
    let opin = try offlinePIN()
    cached("k-1", "card:H10301:1:2", ofKnown: false)
    cached("k-2", opin, kind: .pin, ofKnown: false)
    cached("k-3", "card:H10301:1:3", ofKnown: false)
    try handedOver("k-3", "card:H10301:1:3")
    cached("k-4", "card:H10301:1:4", status: .revoked, ofKnown: false)
    try handedOver("k-4", "card:H10301:1:4")
    let finding = find("card:H10301:1:2")
    #expect(Self.ids(finding) == ["k-1"] && finding.answer.digest == nil)
    #expect(finding.answer.holders?.map(\.person) == [.unknown(PersonID("p-k-1")!)])
    #expect(Self.ids(find(opin)) == ["k-2", "opin.500000.24.0.front"])
    #expect(
      try find(again: ("k-1", "p-k-1")).answer.holders?.map(\.person.isKnown) == [false])
    // The desk handed it over; the cloud has taken up the key, and not yet sent its guest.
    #expect(find("card:H10301:1:3").answer.holders?.map(\.person.isKnown).contains(true) == true)
    #expect(try find(again: ("k-3", "guest")).answer.holders?.map(\.person.isKnown) == [true])
    // One that the cloud withdraws is withdrawn, whoever is known.
    #expect(find("card:H10301:1:4").answer.holders?.map(\.credential?.status) == [.revoked])
  }

  @Test("B8: whoever asks why about a person who is not here is told so")
  mutating func explained() throws {
    cached("k-1", "card:H10301:1:2", ofKnown: false)
    func holders(_ subject: AccessQuestion.Subject) -> [CredentialHolder]? {
      let question = AccessQuestion(
        door: Self.door, subject: subject, presentation: .card, time: .now)
      for case .onSite(.explanation(_, let holders, _)) in self.holders.ask(
        .explanation(question) { _ in }, at: Self.now)
      {
        return holders
      }
      return nil
    }
    #expect(holders(.person(PersonID("zoe")!)) == [.nobody(PersonID("zoe")!)])
    #expect(holders(.credential(CredentialID("k-1")!))?.map(\.person.isKnown) == [false])
    #expect(holders(.credential(CredentialID("k-9")!)) == [])
  }

  @Test("C6: an offline PIN is added, with its window as its validity")
  mutating func offline() throws {
    let canonical = try offlinePIN()
    let finding = find(canonical)
    let window = try #require(Self.window)
    #expect(Self.ids(finding) == ["opin.500000.24.0.front"])
    let credential = finding.answer.holders?.first?.credential
    #expect(credential?.validFrom == window.validFrom && credential?.doors == [Self.door])
    #expect(state.reads == ["offlinePIN"])
    #expect(Self.ids(find("card:" + canonical.dropFirst(4))) == [])
  }

  @Test("C6: an offline PIN counts only where no ordinary PIN counts now")
  mutating func offlineBesideOrdinary() throws {
    let canonical = try offlinePIN()
    cached("k-1", canonical, kind: .pin)
    #expect(Self.ids(find(canonical)) == ["k-1"])
    // One that has ended, or was revoked, is no reason to keep the guest out.
    let gone = MemoryPolicy()
    let over: [(String, WallInstant?, Credential.Status)] = [
      ("k-2", Self.now.wall, .active), ("k-3", nil, .revoked),
    ]
    for (id, until, status) in over {
      gone.add(
        Credential(
          id: CredentialID(id)!, kind: .pin, person: PersonID("p1")!, status: status,
          validUntil: until), digest: digester.digest(ofCanonical: Secret(canonical)))
    }
    var others = AnsweringDirectory(
      HolderReader(
        policy: gone, state: state, issued: nil, digester: digester, handOver: nil, offline: pins))
    let question = LookUp(ticket: 1, canonicals: [Secret(canonical)], door: Self.door)
    let found = others.find(question, at: Self.now)
    #expect(Self.ids(found) == ["k-2", "k-3", "opin.500000.24.0.front"])
  }

  @Test("F3: a cache that fails leaves the keys on site and the offline PINs")
  mutating func cacheFails() throws {
    try handedOver("k-1", "card:H10301:1:2")
    let pin = try offlinePIN()
    cache.fail(with: PartFixture.error)
    let card = find("card:H10301:1:2")
    #expect(Self.ids(card) == ["k-1"] && card.wishes.names == ["log error"])
    let offline = find(pin)
    #expect(
      Self.ids(offline) == ["opin.500000.24.0.front"] && offline.wishes.names == ["log error"])
    // Nobody knows whose this is: that is no evidence of an unknown card.
    let other = find("card:H10301:1:3")
    #expect(other.answer.holders == nil && other.answer.digest == nil)
  }

  @Test("F3: without the state no offline PIN opens, since it may have been withdrawn")
  mutating func stateFails() throws {
    let pin = try offlinePIN()
    state.fail(with: PartFixture.error)
    let failed = find(pin)
    #expect(Self.ids(failed) == [] && failed.wishes.names == ["log error"])
    state.fail(with: nil)
    #expect(Self.ids(find(pin)) == ["opin.500000.24.0.front"])
    let key = OfflinePINBook.Key(door: Self.door, window: try #require(Self.window))
    let wishes = try holders.directory.revoke(key, by: "desk", hasDoor: true, at: Self.now)
    #expect(wishes.names == ["persist offlinePIN", "record lock.key.revoked"])
    #expect(find(pin).answer.holders?.first?.credential?.status == .revoked)
  }

  @Test("F3: a store of handed-over keys that fails leaves the cache, and is tried again")
  mutating func issuedFails() throws {
    cached("k-2", "card:H10301:1:2")
    try handedOver("k-1", "card:H10301:1:2")
    issued.fail(with: PartFixture.error)
    let failed = find("card:H10301:1:2")
    #expect(Self.ids(failed) == ["k-2"] && failed.wishes.names == ["log error"])
    issued.fail(with: nil)
    #expect(Self.ids(find("card:H10301:1:2")) == ["k-2", "k-1"])
  }

  @Test("C5: only a mobile key opens by phone; a member without one comes by the app alone")
  mutating func mobile() throws {
    cached("k-1", "mobile:t-1")
    cached("k-2", "mobile:t-2", kind: .mobile)
    #expect(phone("t-1") == [])
    #expect(phone("t-2")?.map(\.credential?.id) == [CredentialID("k-2")])
    #expect(unlock("p-k-1")?.map(\.credential) == [nil])
    #expect(unlock("x") == [.nobody(PersonID("x")!)])
  }

  private mutating func phone(_ token: String) -> [CredentialHolder]? {
    let wishes = holders.ask(.phone(Secret(token), door: Self.door) { _ in }, at: Self.now)
    for case .onSite(.phone(let holders, _, _)) in wishes { return holders }
    return nil
  }

  private mutating func unlock(_ person: String) -> [CredentialHolder]? {
    holders.ask(
      .member(PersonID(person)!, door: Self.door, nil, order: "o", expires: nil), at: Self.now
    ).orderHolders
  }

  // MARK: Read again

  private mutating func find(again ids: (String?, String)..., pin: String? = nil) throws
    -> AnsweringDirectory.Finding
  {
    let again = try ids.map {
      HolderID(
        credential: $0.0.flatMap(CredentialID.init), person: try #require(PersonID($0.1)))
    }
    let question = LookUp(
      ticket: 9, canonicals: pin.map { [Secret($0)] } ?? [], again: again, door: Self.door)
    return holders.find(question, at: Self.now)
  }

  @Test("A9: each source is read again by id; what is gone is not found")
  mutating func again() throws {
    cached("k-1", "card:H10301:1:2", status: .revoked)
    try handedOver("k-2", "card:H10301:1:3")
    _ = find(try offlinePIN())
    let opin = "opin.500000.24.0.front"
    let found = try find(
      again: ("k-1", "p-k-1"), ("k-2", "guest"), (opin, opin), ("k-9", "x"), (nil, "p-k-1"),
      (nil, "y"))
    #expect(Self.ids(found) == ["k-1", "k-2", opin, "nobody", "nobody"] && found.wishes.isEmpty)
    #expect(found.answer.holders?.map(\.person.isKnown) == [true, true, true, true, false])
    #expect(found.answer.holders?.first?.credential?.status == .revoked)
    let key = OfflinePINBook.Key(door: Self.door, window: try #require(Self.window))
    _ = try holders.directory.revoke(key, by: "desk", hasDoor: true, at: Self.now)
    #expect(
      try find(again: (opin, opin)).answer.holders?.first?.credential?.status == .revoked)
  }

  @Test("F3: what cannot be read again is no answer; keys on site and offline PINs still are one")
  mutating func againFails() throws {
    cached("k-1", "card:H10301:1:2")
    try handedOver("k-2", "card:H10301:1:3")
    _ = find(try offlinePIN())
    let opin = "opin.500000.24.0.front"
    cache.fail(with: PartFixture.error)
    #expect(Self.ids(try find(again: ("k-2", "guest"), (opin, opin))) == ["k-2", opin])
    #expect(try find(again: ("k-2", "guest"), ("k-1", "p-k-1")).answer.holders == nil)
    #expect(try find(again: (nil, "p-k-1")).answer.holders == nil)
  }

  @Test("G6: a card is found without its issue and with it; what it told comes along, and stays so")
  mutating func issues() throws {
    cached("exact", "card:S12906:1:2:i1")
    cached("any", "card:S12906:1:2")
    try handedOver("k-2", "card:S12906:1:2")
    let question = LookUp(
      ticket: 9, canonicals: [Secret("card:S12906:1:2:i1"), Secret("raw:36:00")],
      issues: [
        CardIssue(canonical: Secret("card:S12906:1:2"), issue: 1),
        CardIssue(canonical: Secret("card:Kastle:1:2"), issue: 7),
      ], door: Self.door)
    let found = holders.find(question, at: Self.now)
    #expect(Self.ids(found) == ["exact", "any", "k-2"])
    #expect(found.answer.holders?.map(\.issue) == [nil, 1, 1])
    let again = try #require(found.answer.holders).map(\.id)
    let later = holders.find(
      LookUp(ticket: 10, canonicals: [], again: again, door: Self.door), at: Self.now)
    #expect(later.answer.holders == found.answer.holders)
    // The cache fails: keys on site still open.
    cache.fail(with: PartFixture.error)
    #expect(Self.ids(holders.find(question, at: Self.now)) == ["k-2"])
  }

  @Test("A3: a card that is read again with its PIN does not hide an offline PIN")
  mutating func cardAndOfflinePIN() throws {
    cached("k-1", "card:H10301:1:2")
    let found = try find(again: ("k-1", "p-k-1"), pin: try offlinePIN())
    #expect(Self.ids(found) == ["opin.500000.24.0.front", "k-1"])
  }
}
