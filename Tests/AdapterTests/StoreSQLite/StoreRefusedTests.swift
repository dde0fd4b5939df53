import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import StoreSQLite

@Suite("Sound records are applied; of a refused one the door keeps what it had (B11, C5, D3)")
struct StoreRefusedTests {
  private let fixture = StoreFixture()

  /// Two people with a card each, at revision 5.
  private func cache() throws -> CacheDatabase {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...3, revision: 5))
    return cache
  }

  private func status(_ cache: CacheDatabase, _ id: String) throws -> Credential.Status? {
    try cache.holder(of: try #require(CredentialID(id)))?.credential?.status
  }

  private func person(_ cache: CacheDatabase, _ id: String) throws -> Person? {
    try cache.person(try #require(PersonID(id)))
  }

  /// Records that a door refuses, each of an id that is there.
  private var spoiled: (person: PersonRecord, credential: CredentialRecord) {
    var person = StoreFixture.person(1)
    person.memberType = "new"
    person.tags = (0...64).map { "t\($0)" }
    var credential = StoreFixture.credential(1)
    credential.kind = "fob"
    credential.validUntil = 1_900_000_000
    return (person, credential)
  }

  @Test("65 tags and a revocation in one delta: the card is revoked, the person stays as it was")
  func revocation() throws {
    let cache = try cache()
    let before = try person(cache, "p1")
    let applied = try cache.apply(
      CredentialDelta(
        baseRevision: 5, revision: 6, persons: [spoiled.person, StoreFixture.person(9)],
        credentials: [StoreFixture.credential(2, status: "revoked")],
        removedCredentials: ["c3"]
      ).sifted())
    #expect(try cache.credentialPosition().revision == 6)
    #expect(try status(cache, "c2") == .revoked && status(cache, "c3") == nil)
    #expect(try person(cache, "p1") == before && person(cache, "p9") != nil)
    #expect(applied.refused.map(\.id) == ["p1"])
    #expect(try cache.recordDigest() == cache.rescanRecordDigest())
  }

  @Test("the answer says what is kept, so that a cloud can compute the digest that is here")
  func keptHash() throws {
    let cache = try cache()
    let (badPerson, badCredential) = spoiled
    let delta = CredentialDelta(
      baseRevision: 5, revision: 6, persons: [badPerson], credentials: [badCredential])
    let applied = try cache.apply(delta.sifted())
    var digest = RecordSetDigest()
    func add(_ id: String, _ hash: [UInt8]) {
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: id))
    }
    for number in 2...3 {
      add("p\(number)", try StoreFixture.person(number).recordHash())
      add("c\(number)", try StoreFixture.credential(number).recordHash())
    }
    for record in applied.refused {
      let kept = try #require(record.kept.flatMap { Base64URL.decode($0.utf8) })
      add(try #require(record.id), kept)
    }
    #expect(try cache.recordDigest() == digest)
    // The same delta again is an answer that was lost: it says the same, and changes nothing.
    #expect(try cache.apply(delta.sifted()) == AppliedRecords(refused: applied.refused))
    let unknown = CredentialRecord(
      id: "c77", kind: "fob", person: "p1", status: "active", digest: StoreFixture.digest(77))
    let none = try cache.apply(
      CredentialDelta(baseRevision: 6, revision: 7, credentials: [unknown]).sifted())
    #expect(none.refused.map(\.kept) == [nil])
  }

  @Test("a refused record that says stop stops what is here: by delta, full set, snapshot, repair")
  func stops() throws {
    var (person, credential) = spoiled
    person.accessEnabled = false
    credential.status = "Blocked"
    let delta = CredentialDelta(
      baseRevision: 5, revision: 6, persons: [person], credentials: [credential])
    var full = StoreFixture.snapshot(2...3, revision: 6)
    full.persons.append(person)
    full.credentials.append(credential)
    let buckets = Set(["p1", "c1"].map { RecordSetDigest.bucket(of: $0) }).sorted()
    let ways: [(CacheDatabase) throws -> Void] = [
      { try $0.apply(delta) }, { try $0.apply(full) },
      {
        _ = try $0.stage(SnapshotOffer(snapshotID: "s", revision: 6, chunks: 1))
        _ = try $0.stage(
          SnapshotChunk(
            snapshotID: "s", revision: 6, index: 0, persons: full.persons,
            credentials: full.credentials))
      },
      {
        try $0.apply(
          BucketRepair(
            revision: 5, buckets: buckets, persons: [person], credentials: [credential]))
      },
    ]
    for (index, way) in ways.enumerated() {
      let fixture = StoreFixture()
      let cache = try fixture.cache()
      try cache.apply(StoreFixture.snapshot(1...3, revision: 5))
      try way(cache)
      #expect(try status(cache, "c1") == .revoked, "\(index)")
      let kept = try self.person(cache, "p1")
      #expect(kept?.accessEnabled == false && kept?.memberType != "new", "\(index)")
      #expect(try status(cache, "c2") == .active, "\(index)")
      #expect(try cache.recordDigest() == cache.rescanRecordDigest(), "\(index)")
    }
  }

  @Test("a snapshot keeps what it refuses, over a restart in the middle, and says so at its end")
  func snapshot() throws {
    let (badPerson, badCredential) = spoiled
    var cache = try cache()
    _ = try cache.stage(SnapshotOffer(snapshotID: "s", revision: 8, chunks: 2))
    let first = try cache.stage(
      SnapshotChunk(
        snapshotID: "s", revision: 8, index: 0, persons: [badPerson, StoreFixture.person(9)],
        credentials: [badCredential]))
    #expect(first?.notes.isEmpty == true)
    try cache.close()
    cache = try fixture.cache()
    let last = try cache.stage(
      SnapshotChunk(
        snapshotID: "s", revision: 8, index: 1,
        persons: [PersonRecord(id: "", accessEnabled: true)],
        credentials: [StoreFixture.credential(9, person: 9)]))
    let refused = try #require(last?.notes.refused)
    #expect(
      refused.map(\.path)
        == ["chunks[0].persons[0]", "chunks[0].credentials[0]", "chunks[1].persons[0]"])
    #expect(refused.map { $0.kept != nil } == [true, true, false])
    #expect(try status(cache, "c1") == .active && status(cache, "c2") == nil)
    #expect(try person(cache, "p1")?.memberType != "new")
    #expect(
      try cache.credentialPosition() == CredentialPosition(revision: 8, credentials: 2, persons: 2))
    #expect(try cache.recordDigest() == cache.rescanRecordDigest())
  }

  @Test("revoked ahead is revoked, even by the message that adds it")
  func ahead() throws {
    let cache = try cache()
    try cache.apply(
      CredentialDelta(
        baseRevision: 5, revision: 6, credentials: [StoreFixture.credential(7, person: 1)],
        revokedAhead: ["c7", "c1"]))
    #expect(try status(cache, "c7") == .revoked && status(cache, "c1") == .revoked)
  }
}
