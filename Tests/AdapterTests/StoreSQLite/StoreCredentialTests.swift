import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB
import Testing

@testable import StoreSQLite

@Suite("Persons and credentials: a delta is applied completely or not at all (C5, D3)")
struct StoreCredentialTests {
  private let fixture = StoreFixture()

  private func ids(_ cache: CacheDatabase, _ digest: Int) throws -> [String] {
    try cache.holders(ofAny: [StoreFixture.digest(digest)]).compactMap(\.credential?.id.rawValue)
  }

  @Test("a new cache has revision 0 and nobody in it (D3)")
  func new() throws {
    let cache = try fixture.cache()
    #expect(
      try cache.credentialPosition()
        == CredentialPosition(revision: 0, credentials: 0, persons: 0))
    #expect(try ids(cache, 1).isEmpty)
  }

  @Test("a record is read back as it was stored, hours included, after a restart (C5)")
  func roundTrip() throws {
    let cache = try fixture.cache()
    let person = PersonRecord(
      id: "ada", accessEnabled: false, memberType: "gold", membershipStatus: "paused",
      tags: ["sauna", "ümlaut \"quoted\""],
      grants: [
        GrantRecord(
          facilityWide: true, doors: ["front", "back"], groups: ["gym"],
          accessHours: ["monday": [WindowDocument(from: "09:00", to: "17:00")]]),
        GrantRecord(facilityWide: false),
      ],
      exclusions: [
        ExclusionRecord(facilityWide: true, validUntil: 1_700_000_000),
        ExclusionRecord(doors: ["front"], groups: ["gym"]),
      ],
      qualifications: [
        QualificationRecord(name: "Einführung", validUntil: 0), QualificationRecord(name: "paid"),
      ], escort: "host")
    let credential = CredentialRecord(
      id: "c1", kind: "card", person: "ada", status: "revoked", digest: StoreFixture.digest(1),
      validFrom: 0, validUntil: 1_700_000_000, doors: ["front"], scopes: ["gym", "pool"],
      issue: 4_294_967_295, unusedDays: 3_660, lastUsed: 1_700_000_000)
    try cache.apply(
      CredentialDelta(
        baseRevision: nil, revision: 1, persons: [person], credentials: [credential]))
    try cache.pool.close()

    let again = try fixture.cache()
    let holder = CredentialHolder(
      credential: try credential.validated(path: ""), person: try person.validated(path: ""))
    #expect(try again.holders(ofAny: [StoreFixture.digest(1)]) == [holder])
    #expect(try again.person(holder.person.id) == holder.person)
    #expect(try again.credentials(of: holder.person.id) == [holder.credential])
  }

  @Test("D3: a record hashes the same before and after the disk, with empty lists and without")
  func emptyLists() throws {
    let cache = try fixture.cache()
    let bare = StoreFixture.person(1)
    var empty = StoreFixture.person(2)
    (empty.customTags, empty.exclusions, empty.qualifications) = ([], [], [])
    var full = StoreFixture.person(3)
    full.customTags = ["x"]
    full.exclusions = [ExclusionRecord(facilityWide: false, doors: ["front"], groups: [])]
    full.qualifications = [QualificationRecord(name: "paid")]
    let persons = [bare, empty, full]
    try cache.apply(CredentialDelta(baseRevision: nil, revision: 1, persons: persons))
    let digest = try RecordSetDigest(persons: persons, credentials: [])
    #expect(try cache.recordDigest() == digest)
    // As after an update that computes all hashes anew.
    try cache.pool.write { try $0.execute(sql: "UPDATE person SET hash = NULL") }
    #expect(try cache.rescanRecordDigest() == digest)
  }

  @Test("a delta changes, adds and removes; the position follows (C5, D3)")
  func delta() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...3, revision: 4))
    try cache.apply(
      CredentialDelta(
        baseRevision: 4, revision: 6, persons: [StoreFixture.person(9)],
        removedPersons: ["p3", "never-was"],
        credentials: [
          StoreFixture.credential(1, status: "revoked"), StoreFixture.credential(9),
        ], removedCredentials: ["c2"]))
    #expect(
      try cache.credentialPosition()
        == CredentialPosition(revision: 6, credentials: 2, persons: 3))
    let first = try #require(try cache.holders(ofAny: [StoreFixture.digest(1)]).first)
    #expect(first.credential?.status == .revoked)
    #expect(try ids(cache, 2).isEmpty)
    #expect(try ids(cache, 9) == ["c9"])
  }

  @Test("a person who returns does not get the old credentials back (C5)")
  func removedPerson() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 1))
    try cache.apply(CredentialDelta(baseRevision: 1, revision: 2, removedPersons: ["p1"]))
    #expect(try ids(cache, 1).isEmpty)
    try cache.apply(
      CredentialDelta(baseRevision: 2, revision: 3, persons: [StoreFixture.person(1)]))
    #expect(try ids(cache, 1).isEmpty)
    #expect(try ids(cache, 2) == ["c2"])
  }

  @Test("a person who changes keeps the credentials (C5)")
  func changedPerson() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...1, revision: 1))
    var changed = StoreFixture.person(1)
    changed.accessEnabled = false
    try cache.apply(CredentialDelta(baseRevision: 1, revision: 2, persons: [changed]))
    let holder = try #require(try cache.holders(ofAny: [StoreFixture.digest(1)]).first)
    #expect(!holder.person.accessEnabled)
  }

  @Test("a credential without its person opens nothing until the person comes (C5)")
  func orphan() throws {
    let cache = try fixture.cache()
    try cache.apply(
      CredentialDelta(baseRevision: nil, revision: 1, credentials: [StoreFixture.credential(1)]))
    let holder = try #require(try cache.holders(ofAny: [StoreFixture.digest(1)]).first)
    #expect(!holder.person.isKnown && !holder.person.accessEnabled)
    try cache.apply(
      CredentialDelta(baseRevision: 1, revision: 2, persons: [StoreFixture.person(1)]))
    let known = try #require(try cache.holders(ofAny: [StoreFixture.digest(1)]).first)
    #expect(known.person.isKnown && known.person.accessEnabled)
  }

  @Test("a snapshot replaces everything (D3)")
  func snapshot() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...50, revision: 3))
    try cache.apply(StoreFixture.snapshot(50...51, revision: 8))
    #expect(
      try cache.credentialPosition()
        == CredentialPosition(revision: 8, credentials: 2, persons: 2))
    #expect(try ids(cache, 1).isEmpty)
    #expect(try ids(cache, 50) == ["c50"])
    // The same revision may repair, but not bring other records.
    try cache.apply(StoreFixture.snapshot(50...51, revision: 8))
    let other = portError { try cache.apply(StoreFixture.snapshot(1...1, revision: 8)) }
    #expect(other?.code == .invalid)
    #expect(try cache.credentialPosition().credentials == 2)
  }

  @Test("a delta with another base is refused with both revisions, and nothing changes (D3)")
  func order() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    let before = try cache.credentialPosition()
    let early = CredentialDelta(baseRevision: 4, revision: 6, removedPersons: ["p1"])
    let late = CredentialDelta(baseRevision: 6, revision: 7, removedPersons: ["p1"])
    let back = CredentialDelta(baseRevision: 5, revision: 5, removedPersons: ["p1"])
    for delta in [early, late, back, StoreFixture.snapshot(3...3, revision: 4)] {
      let error = portError { try cache.apply(delta) }
      #expect(error?.code == .invalid)
      #expect(error?.detail.contains("5") == true, "\(String(describing: error))")
      #expect(try cache.credentialPosition() == before)
    }
    #expect(portError { try cache.apply(early) }?.detail.contains("revision 4") == true)
    #expect(try ids(cache, 1) == ["c1"])
  }

  @Test("a write that fails in the middle of a snapshot leaves the old people (D3, F2)")
  func failedWrite() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    try cache.pool.write {
      try $0.execute(
        sql: """
          CREATE TRIGGER fail BEFORE INSERT ON credential WHEN new.id = 'c8'
          BEGIN SELECT RAISE(ABORT, 'no'); END
          """)
    }
    #expect(
      portError { try cache.apply(StoreFixture.snapshot(7...9, revision: 6)) }?.code
        == .inputOutput)
    #expect(try cache.credentialPosition().revision == 5)
    #expect(try ids(cache, 1) == ["c1"])
    #expect(try ids(cache, 7).isEmpty)
  }

  @Test("a power cut in the middle of a snapshot leaves the old people (D3, F2)")
  func cutInSnapshot() throws {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    let image = try cache.pool.write { database in
      try database.execute(sql: "DELETE FROM credential; DELETE FROM person")
      try database.execute(sql: "UPDATE position SET revision = 6")
      return try fixture.image(of: "cache.sqlite")
    }
    let after = try image.cache()
    #expect(try after.credentialPosition().revision == 5)
    #expect(try ids(after, 1) == ["c1"])
  }
}
