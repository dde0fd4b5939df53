import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import StoreSQLite

/// Every message stays well signed for days, so a broker can play old ones again and keep new ones
/// back.
@Suite("What was withdrawn stays withdrawn through any replay, until a newer revision says so (C5)")
struct StoreWithdrawalTests {
  private let fixture = StoreFixture()
  private let cache: CacheDatabase

  init() throws {
    cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...3, revision: 5))
  }

  private func status(_ number: Int, in cache: CacheDatabase) throws -> Credential.Status? {
    try cache.holder(of: CredentialID("c\(number)")!)?.credential?.status
  }

  private func isEnabled(_ number: Int) throws -> Bool? {
    try cache.person(PersonID("p\(number)")!)?.accessEnabled
  }

  /// All that an earlier moment of the cloud can have said about the first three, in messages that a
  /// controller at revision 5 takes.
  private static let replays: [@Sendable (CacheDatabase) throws -> Void] = [
    { try $0.apply(StoreFixture.snapshot(1...3, revision: 5)) },
    {
      let all = StoreFixture.snapshot(1...3, revision: 5)
      try $0.apply(
        BucketRepair(
          revision: 5, buckets: Array(0..<RecordSetDigest.bucketCount), persons: all.persons,
          credentials: all.credentials))
    },
    {
      try $0.apply(
        CredentialDelta(baseRevision: 5, revision: 6, credentials: [StoreFixture.credential(1)]))
    },
    { try Self.snapshot(5, $0) },
    { try Self.snapshot(12, $0) },
    { try Self.snapshot(20, $0) },
  ]

  private static func snapshot(_ revision: UInt64, _ cache: CacheDatabase) throws {
    let all = StoreFixture.snapshot(1...3, revision: revision)
    _ = try cache.stage(SnapshotOffer(snapshotID: "old", revision: revision, chunks: 1))
    _ = try cache.stage(
      SnapshotChunk(
        snapshotID: "old", revision: revision, index: 0, persons: all.persons,
        credentials: all.credentials))
  }

  @Test("C5: what an offer revoked ahead stays so, also over a restart", arguments: replays.indices)
  func ahead(replay: Int) throws {
    let offer = SnapshotOffer(snapshotID: "new", revision: 20, chunks: 9, revokedAhead: ["c1"])
    _ = try cache.stage(offer)
    #expect(try status(1, in: cache) == .revoked)
    try fixture.end(cache.pool)
    let again = try fixture.cache()
    try Self.replays[replay](again)
    #expect(try status(1, in: again) == .revoked)
    #expect(try status(2, in: again) == .active)
    #expect(try again.recordDigest() == again.rescanRecordDigest())
  }

  @Test("C5: what the newest message of a revision stopped, an older one of it does not bring back")
  func equal() throws {
    let all = Array(0..<RecordSetDigest.bucketCount)
    var people = StoreFixture.snapshot(1...3, revision: 5).persons
    people[1].accessEnabled = false
    try cache.apply(
      BucketRepair(
        revision: 5, buckets: all, persons: people, credentials: [StoreFixture.credential(3)]))
    for replay in Self.replays.prefix(2) {
      try replay(cache)
      #expect(try status(1, in: cache) == .revoked && status(3, in: cache) == .active)
      #expect(try isEnabled(2) == false && isEnabled(3) == true)
    }
    try Self.snapshot(5, cache)
    #expect(try status(1, in: cache) == .revoked && isEnabled(2) == false)
    #expect(try cache.recordDigest() == cache.rescanRecordDigest())
  }

  @Test("C5: a newer revision that says so brings it back")
  func newer() throws {
    _ = try cache.stage(
      SnapshotOffer(snapshotID: "new", revision: 20, chunks: 9, revokedAhead: ["c1"]))
    try Self.snapshot(21, cache)
    #expect(try status(1, in: cache) == .active)
    let kept = try cache.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM withdrawn") }
    #expect(kept == 0)
    try cache.apply(
      CredentialDelta(
        baseRevision: 21, revision: 22, credentials: [StoreFixture.credential(2, status: "revoked")]
      ))
    #expect(try status(2, in: cache) == .revoked)
    try cache.apply(
      CredentialDelta(baseRevision: 22, revision: 23, credentials: [StoreFixture.credential(2)]))
    #expect(try status(2, in: cache) == .active)
  }

  @Test("C5: what a message revokes ahead is revoked, even if it puts it or nobody knows it yet")
  func within() throws {
    try cache.apply(
      CredentialDelta(
        baseRevision: 5, revision: 6, credentials: [1, 2].map { StoreFixture.credential($0) },
        revokedAhead: ["c2", "c9"]))
    #expect(try status(1, in: cache) == .active && status(2, in: cache) == .revoked)
    try cache.apply(
      BucketRepair(
        revision: 6, buckets: [RecordSetDigest.bucket(of: "c9")],
        credentials: [StoreFixture.credential(9, person: 1)]))
    #expect(try status(9, in: cache) == .revoked)
  }

  @Test(
    "C5: a repair names what it may not bring back, so that its sender learns why digests differ")
  func told() throws {
    try cache.apply(
      CredentialDelta(baseRevision: 5, revision: 6, removedPersons: ["p1"]))
    let all = Array(0..<RecordSetDigest.bucketCount)
    let people = StoreFixture.snapshot(1...3, revision: 6).persons
    let refused = try cache.apply(
      BucketRepair(
        revision: 6, buckets: all, persons: [people[1], people[0]],
        credentials: [StoreFixture.credential(3), StoreFixture.credential(1)]))
    #expect(
      refused.map(\.path).sorted() == ["credentials[1]", "persons[1]"]
        && Set(refused.map(\.id)) == ["c1", "p1"])
    #expect(refused.allSatisfy { $0.problems.first?.message.contains("a newer revision") == true })
    #expect(refused.allSatisfy { $0.withdrawn == true })
    // The digest is the sender's own with what is kept in place of the refused records.
    let person = try #require(refused.first { $0.kind == .person })
    #expect(person.kept != nil && refused.first { $0.kind == .credential }?.kept == nil)
    #expect(try isEnabled(1) == false && status(1, in: cache) == .revoked)
    try cache.apply(
      CredentialDelta(
        baseRevision: 6, revision: 7, persons: [people[0]],
        credentials: [StoreFixture.credential(1)]))
    #expect(try isEnabled(1) == true && status(1, in: cache) == .active)
  }

  @Test("C5: a snapshot names what it may not bring back")
  func toldOfSnapshot() throws {
    let offer = SnapshotOffer(snapshotID: "s", revision: 20, chunks: 1, revokedAhead: ["c1"])
    _ = try cache.stage(offer)
    let all = StoreFixture.snapshot(1...3, revision: 20)
    let staged = try cache.stage(
      SnapshotChunk(
        snapshotID: "s", revision: 20, index: 0, persons: all.persons,
        credentials: all.credentials
      ).sifted())
    let refused = try #require(staged?.notes.refused.first)
    #expect(staged?.notes.refused.count == 1)
    #expect(refused.id == "c1" && refused.withdrawn == true && refused.kept == nil)
    #expect(try status(1, in: cache) == .revoked)
  }

  @Test("C5: the answer to a full set has each credential that it leaves out, at most 500")
  func leftOut() throws {
    let changes = try cache.apply(StoreFixture.snapshot(2...3, revision: 6))
    #expect(changes.filter { $0.kind == .revoked }.map(\.credential) == ["c1"])
    try cache.apply(StoreFixture.snapshot(1...600, revision: 7))
    let emptied = try cache.apply(CredentialDelta(baseRevision: nil, revision: 8))
    #expect(emptied.count { $0.kind == .revoked } == ApplyReport.stoppedToldMax)
  }

  @Test("C5: an offer that is older than what is in force revokes nobody")
  func oldOffer() throws {
    let old = SnapshotOffer(snapshotID: "old", revision: 4, chunks: 1, revokedAhead: ["c1"])
    #expect(portError { _ = try cache.stage(old) }?.code == .invalid)
    #expect(try status(1, in: cache) == .active)
  }

  @Test("D3: a snapshot that a delta has overtaken is not put in force")
  func overtaken() throws {
    _ = try cache.stage(SnapshotOffer(snapshotID: "s", revision: 5, chunks: 1))
    try cache.apply(
      CredentialDelta(
        baseRevision: 5, revision: 6, credentials: [StoreFixture.credential(1, status: "revoked")]))
    let all = StoreFixture.snapshot(1...3, revision: 5)
    let chunk = SnapshotChunk(
      snapshotID: "s", revision: 5, index: 0, persons: all.persons, credentials: all.credentials)
    #expect(portError { _ = try cache.stage(chunk) }?.code == .invalid)
    #expect(try cache.credentialPosition().revision == 6 && status(1, in: cache) == .revoked)
  }

  @Test("an offer that comes again writes nothing: replays do not wear the disk")
  func unwritten() throws {
    let offer = SnapshotOffer(
      snapshotID: "new", revision: 20, chunks: 9, revokedAhead: ["c1", "c8"])
    _ = try cache.stage(offer)
    let written = try fixture.bytes("cache.sqlite-wal")
    #expect(try cache.stage(offer).next == 0)
    #expect(try fixture.bytes("cache.sqlite-wal") == written)
  }
}
