import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("Looking up a credential by its digest (C1)")
struct StoreLookUpTests {
  private let fixture = StoreFixture()

  @Test("a duress PIN is stored as one, and any other is not (A9)")
  func duress() throws {
    let cache = try fixture.cache()
    var help = StoreFixture.credential(1, digest: 5)
    help.duress = true
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: [StoreFixture.person(1), StoreFixture.person(2)],
        credentials: [help, StoreFixture.credential(2, digest: 6)]))
    let found = try cache.holders(ofAny: [5, 6].map(StoreFixture.digest))
    #expect(found.map(\.credential?.isDuress) == [true, false])
    // The record that digests are made of says it too.
    #expect(try cache.recordDigest() == cache.rescanRecordDigest())
  }

  @Test("several holders are ordered by credential id, each once (C1)")
  func several() throws {
    let cache = try fixture.cache()
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: (1...4).map { StoreFixture.person($0) },
        credentials: [
          StoreFixture.credential(3, digest: 70), StoreFixture.credential(1, digest: 71),
          StoreFixture.credential(2, digest: 70), StoreFixture.credential(4, digest: 72),
        ]))
    let wanted = [71, 70, 70, 99].map(StoreFixture.digest)
    let found = try cache.holders(ofAny: wanted)
    #expect(found.map(\.credential?.id.rawValue) == ["c1", "c2", "c3"])
    #expect(found.map(\.person.id.rawValue) == ["p1", "p2", "p3"])
    #expect(try cache.holders(ofAny: []).isEmpty)
  }

  @Test("a credential whose person is not here is found as that, and displaces nobody (B8, C1)")
  func ofNobody() throws {
    let cache = try fixture.cache()
    let max = CacheDatabase.holdersMax
    let others = (100..<100 + max).map { StoreFixture.credential($0, person: $0, digest: 7) }
    let own = StoreFixture.credential(999, person: 1, digest: 7, until: 1_700_000_000)
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: [StoreFixture.person(1)],
        credentials: others + [own]))
    let found = try cache.holders(ofAny: [7, 8].map(StoreFixture.digest))
    #expect(found.count == max)
    #expect(found.last?.credential?.id.rawValue == "c999" && found.last?.person.isKnown == true)
    #expect(found.dropLast().allSatisfy { !$0.person.isKnown })
    let id = try #require(CredentialID("c100"))
    #expect(try cache.holder(of: id)?.person == .unknown(try #require(PersonID("p100"))))
    #expect(try cache.holder(of: #require(CredentialID("c998"))) == nil)
    // The record comes after all.
    try cache.apply(
      CredentialDelta(baseRevision: 1, revision: 2, persons: [StoreFixture.person(100)]))
    #expect(try cache.holder(of: id)?.person.isKnown == true)
  }

  @Test("a card with many former holders is found for its present holder (C1, C5)")
  func handedOn() throws {
    let cache = try fixture.cache()
    let max = CacheDatabase.holdersMax
    let revoked = (100..<100 + 2 * max).map {
      StoreFixture.credential($0, person: 1, digest: 7, status: "revoked")
    }
    let ended = (200..<200 + 2 * max).map {
      StoreFixture.credential($0, person: 1, digest: 7, until: 1_600_000_000 + Int64($0))
    }
    let present = StoreFixture.credential(999, person: 2, digest: 7, until: 4_000_000_000)
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: [1, 2].map { StoreFixture.person($0) },
        credentials: revoked + ended + [present]))
    let found = try cache.holders(ofAny: [StoreFixture.digest(7)])
    #expect(found.count == max)
    #expect(found.map(\.credential?.id.rawValue).contains("c999"))
    #expect(found.compactMap(\.credential?.id) == found.compactMap(\.credential?.id).sorted())
  }

  @Test("a copied cache is useless under another device's key, and names no card and no PIN (C1)")
  func anotherDevice() throws {
    let cache = try fixture.cache()
    let here = try #require(CredentialDigester(keyBytes: .init(repeating: 1, count: 32)))
    let elsewhere = try #require(CredentialDigester(keyBytes: .init(repeating: 2, count: 32)))
    let card = Secret("card:H10301:217:54983")
    let pin = Secret("pin:83650274")
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: [StoreFixture.person(1)],
        credentials: [
          CredentialRecord(
            id: "c1", kind: "card", person: "p1", status: "active",
            digest: here.digest(ofCanonical: card), everywhere: true),
          CredentialRecord(
            id: "c2", kind: "pin", person: "p1", status: "active",
            digest: here.digest(ofCanonical: pin), everywhere: true),
        ]))
    for secret in [card, pin] {
      #expect(try cache.holders(ofAny: [here.digest(ofCanonical: secret)]).count == 1)
      #expect(try cache.holders(ofAny: [elsewhere.digest(ofCanonical: secret)]).isEmpty)
    }
    for file in try fixture.files() {
      let bytes = try fixture.bytes(file)
      for text in ["54983", "83650274"] {
        #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text) is in \(file)")
      }
    }
  }

  @Test("a look-up during a commit does not wait and sees the state before (F2)")
  func duringCommit() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...1, revision: 1))
    let found = try cache.pool.write { database in
      try database.execute(sql: "DELETE FROM credential")
      return try cache.holders(ofAny: [StoreFixture.digest(1)])
    }
    #expect(found.map(\.credential?.id.rawValue) == ["c1"])
    #expect(try cache.holders(ofAny: [StoreFixture.digest(1)]).isEmpty)
  }

  @Test("an impossible stored record is damage, not a grant (F3)")
  func unreadable() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...1, revision: 1))
    let changes = [
      "UPDATE credential SET kind = 'finger'", "UPDATE credential SET kind = 'card', doors = '['",
      "UPDATE credential SET doors = '[]'; UPDATE person SET grants = '[{\"doors\":7}]'",
    ]
    for change in changes {
      try cache.pool.write { try $0.execute(sql: change) }
      let error = portError { _ = try cache.holders(ofAny: [StoreFixture.digest(1)]) }
      #expect(error?.code == .damaged, "\(change): \(String(describing: error))")
    }
  }

  /// Each leaves a record that could be somebody's.
  private static let quietDamage = [
    "UPDATE person SET access_enabled = 0", "UPDATE person SET exclusions = '[ ]'",
    "UPDATE person SET escort = 'host'", "UPDATE person SET tags = '[\"boss\"]'",
    "UPDATE person SET qualifications = '[ ]'", "UPDATE person SET membership_status = 'active2'",
    "UPDATE person SET hash = x''", "UPDATE person SET hash = x'00'",
    "UPDATE credential SET valid_until = 4000000000",
    "UPDATE credential SET valid_from = 5", "UPDATE credential SET uses_max = 99",
    "UPDATE credential SET device = 'x'", "UPDATE credential SET doors = '[\"vault\"]'",
    "UPDATE credential SET everywhere = 1", "UPDATE credential SET duress = 1",
    "UPDATE credential SET issue = 7",
    "UPDATE credential SET person = 'p2'",
  ]

  @Test(
    "F3 G23: a stored record that was changed to another possible one opens nothing, and is missing for the cloud",
    arguments: quietDamage)
  func changed(_ change: String) throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 1))
    let digest = try cache.recordDigest()
    let table = change.split(separator: " ")[1]
    let id = table == "person" ? "p1" : "c1"
    try cache.pool.write { try $0.execute(sql: "\(change) WHERE id = '\(id)'") }
    let failures = [
      portError { _ = try cache.holders(ofAny: [StoreFixture.digest(1)]) },
      portError {
        _ = try cache.holder(of: #require(CredentialID("c1")))
      },
      portError {
        let person = try #require(PersonID("p1"))
        if table == "person" { _ = try cache.person(person) }
        let owner = try #require(PersonID(change.contains("'p2'") ? "p2" : "p1"))
        if table == "credential" { _ = try cache.credentials(of: owner) }
      },
    ]
    #expect(failures.map { $0?.code } == [.damaged, .damaged, .damaged])
    #expect(try cache.holders(ofAny: [StoreFixture.digest(2)]).count == 1, "the others stay")
    // Where only the hash was changed the record itself is sound.
    let isSound = change.contains("SET hash")
    #expect((try cache.rescanRecordDigest() == digest) == isSound)
    let after = portError { _ = try cache.holders(ofAny: [StoreFixture.digest(1)]) }
    #expect((after == nil) == isSound, "read again, it still opens nothing")
    // Asked once more, the damaged one has become no sound one.
    #expect((try cache.rescanRecordDigest() == digest) == isSound)
    let later = portError { _ = try cache.holders(ofAny: [StoreFixture.digest(1)]) }
    #expect((later == nil) == isSound)
    let sound = StoreFixture.snapshot(1...2, revision: 1)
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 2, persons: sound.persons, credentials: sound.credentials))
    #expect(try cache.rescanRecordDigest() == digest)
    #expect(try cache.holders(ofAny: [StoreFixture.digest(1)]).count == 1)
  }

  @Test("among 100,000 credentials each is found, by the index alone (C1)")
  func many() throws {
    let cache = try fixture.cache()
    let step = CredentialDelta.recordsMax
    for first in stride(from: 1, to: 100_001, by: step) {
      var delta = StoreFixture.snapshot(first...first + step - 1, revision: UInt64(first))
      delta.baseRevision = first == 1 ? nil : UInt64(first - step)
      try cache.apply(delta)
    }
    #expect(try cache.credentialPosition().credentials == 100_000)
    #expect(try cache.credentialPosition().persons == 100_000)
    for number in [1, 777, 50_000, 99_999, 100_000] {
      let found = try cache.holders(ofAny: [StoreFixture.digest(number)])
      #expect(found.map(\.credential?.id.rawValue) == ["c\(number)"])
      #expect(found.map(\.person.id.rawValue) == ["p\(number)"])
    }
    #expect(try cache.holders(ofAny: [StoreFixture.digest(100_001)]).isEmpty)
    let plan = try cache.pool.read { database in
      try Row.fetchAll(
        database,
        sql: """
          EXPLAIN QUERY PLAN SELECT * FROM credential
          LEFT JOIN person ON person.id = credential.person WHERE credential.digest = x''
          """
      ).map { try $0.decode(String.self, atIndex: 3) }.joined(separator: "; ")
    }
    #expect(plan.contains("credential_by_digest"), "\(plan)")
    #expect(!plan.contains("SCAN"), "\(plan)")
  }
}
