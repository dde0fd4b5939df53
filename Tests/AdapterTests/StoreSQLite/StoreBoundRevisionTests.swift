import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import StoreSQLite

/// Two workers of a cloud may use one number for two changes: the second must not be told that its
/// change is in force (D3).
@Suite("A revision stands for one content (D3, D8)")
struct StoreBoundRevisionTests {
  private let fixture = StoreFixture()

  private func delta(
    _ numbers: ClosedRange<Int>, base: UInt64 = 5, revision: UInt64 = 6
  ) -> CredentialDelta {
    CredentialDelta(
      baseRevision: base, revision: revision, persons: numbers.map { StoreFixture.person($0) },
      credentials: numbers.map { StoreFixture.credential($0) })
  }

  private func cache() throws -> CacheDatabase {
    let cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    return cache
  }

  private func isRefused(_ body: () throws -> Void) -> Bool {
    let error = portError(body)
    return error?.code == .invalid && error?.detail.contains("another content") == true
  }

  @Test(
    "the same delta again is an answer that was lost; other records, removals or a base are not")
  func deltas() throws {
    let cache = try cache()
    try cache.apply(delta(10...11))
    let before = try cache.recordDigest().root
    var turned = delta(10...11)
    turned.persons.reverse()
    turned.credentials.reverse()
    try cache.apply(turned)
    var removing = delta(10...11)
    removing.removedCredentials = ["c1"]
    var ahead = delta(10...11)
    ahead.revokedAhead = ["c1"]
    let others = [
      delta(12...12), delta(10...10), delta(10...11, base: 4),
      CredentialDelta(baseRevision: 5, revision: 6), removing, ahead,
    ]
    for (index, other) in others.enumerated() {
      #expect(isRefused { try cache.apply(other) }, "\(index)")
    }
    #expect(try cache.recordDigest().root == before)
  }

  @Test("it is remembered over a restart (F1)")
  func restart() throws {
    try cache().apply(delta(10...11))
    let again = try fixture.cache()
    try again.apply(delta(10...11))
    #expect(isRefused { try again.apply(delta(12...12)) })
  }

  @Test(
    "a full set and a snapshot of the revision in force bring what belongs here, or are refused")
  func sets() throws {
    let cache = try cache()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    #expect(isRefused { try cache.apply(StoreFixture.snapshot(1...3, revision: 5)) })
    func pull(_ id: String, _ numbers: ClosedRange<Int>) throws -> StagedSnapshot? {
      _ = try cache.stage(SnapshotOffer(snapshotID: id, revision: 5, chunks: 1))
      return try cache.stage(
        SnapshotChunk(
          snapshotID: id, revision: 5, index: 0, persons: numbers.map { StoreFixture.person($0) },
          credentials: numbers.map { StoreFixture.credential($0) }))
    }
    #expect(isRefused { _ = try pull("s-1", 2...3) })
    // It is not gathered any longer.
    #expect(
      try cache.stage(SnapshotChunk(snapshotID: "s-1", revision: 5, index: 0)) == nil)
    #expect(
      isRefused { _ = try cache.stage(SnapshotOffer(snapshotID: "s-2", revision: 5, chunks: 0)) })
    #expect(try pull("s-3", 1...2)?.next == 1)
    #expect(try cache.credentialPosition().credentials == 2)
  }

  @Test("B15: under a new revision a snapshot replaces content that its sender does not have")
  func nextRevision() throws {
    let cache = try cache()
    try cache.apply(delta(10...11))
    func pull(_ revision: UInt64) throws {
      let id = "s-\(revision)"
      _ = try cache.stage(SnapshotOffer(snapshotID: id, revision: revision, chunks: 2))
      for (index, numbers) in [12...12, 13...13].enumerated() {
        _ = try cache.stage(
          SnapshotChunk(
            snapshotID: id, revision: revision, index: index,
            persons: numbers.map { StoreFixture.person($0) },
            credentials: numbers.map { StoreFixture.credential($0) }))
      }
    }
    #expect(isRefused { try pull(6) })
    try pull(7)
    #expect(try cache.credentialPosition() == .init(revision: 7, credentials: 2, persons: 2))
    #expect(try cache.holder(of: #require(CredentialID("c12"))) != nil)
  }

  @Test("a snapshot of the revision in force repairs what the disk lost of it")
  func drift() throws {
    let cache = try cache()
    try cache.pool.write { try $0.execute(sql: "DELETE FROM credential WHERE id = 'c1'") }
    _ = try cache.rescanRecordDigest()
    try cache.apply(StoreFixture.snapshot(1...2, revision: 5))
    #expect(try cache.credentialPosition().credentials == 2)
  }

  @Test("what a later revision revokes ahead does not make the present one another")
  func ahead() throws {
    let cache = try cache()
    try cache.apply(delta(10...11))
    try cache.revoke(["c10"])
    try cache.apply(delta(10...11))
    #expect(isRefused { try cache.apply(delta(12...12)) })
    try cache.apply(StoreFixture.snapshot(1...2, revision: 7))
    _ = try cache.stage(
      SnapshotOffer(snapshotID: "s-1", revision: 8, chunks: 2, revokedAhead: ["c1"]))
    // The set of revision 7 may come again; what was revoked since stays so.
    try cache.apply(StoreFixture.snapshot(1...2, revision: 7))
    #expect(try cache.holder(of: #require(CredentialID("c1")))?.credential?.status == .revoked)
  }

  @Test("after a repair nothing earlier counts as the same revision")
  func repair() throws {
    let cache = try cache()
    try cache.apply(delta(10...11))
    try cache.apply(BucketRepair(revision: 6, buckets: [RecordSetDigest.bucket(of: "c10")]))
    #expect(isRefused { try cache.apply(delta(10...11)) })
  }
}
