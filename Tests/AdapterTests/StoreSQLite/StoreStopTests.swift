import CloudProtocol
import DoorPorts
import DoorRules
import Testing

@testable import StoreSQLite

/// A cloud that lost its last days learns from a door's events what it had stopped, so every message
/// has to tell, also one that replaces everything.
@Suite("A message tells what worked before it and does not now (D9)")
struct StoreStopTests {
  private let fixture = StoreFixture()
  private let cache: CacheDatabase

  init() throws {
    cache = try fixture.cache()
    try cache.apply(StoreFixture.snapshot(1...4, revision: 5))
  }

  private static func stopped(_ applied: StoppedRecords) -> [String] {
    applied.credentials.map { "\($0.kind) \($0.credential)" }
      + applied.persons.map { "\($0.person) \($0.why)\($0.status.map { " \($0)" } ?? "")" }
      + (applied.unnamed > 0 ? ["\(applied.unnamed) more"] : [])
  }

  /// The first key revoked and the second left out; the first person off, the second gone, the third
  /// lapsed, the fourth excluded.
  private static func less() -> (persons: [PersonRecord], credentials: [CredentialRecord]) {
    let all = StoreFixture.snapshot(1...4, revision: 6)
    var persons = all.persons.filter { $0.id != "p2" }
    var credentials = all.credentials.filter { $0.id != "c2" }
    for index in persons.indices {
      switch persons[index].id {
      case "p1": persons[index].accessEnabled = false
      case "p3": persons[index].membershipStatus = "lapsed"
      default: persons[index].exclusions = [ExclusionRecord(facilityWide: true)]
      }
    }
    for index in credentials.indices where credentials[index].id == "c1" {
      credentials[index].status = "revoked"
    }
    return (persons, credentials)
  }

  private static let messages: [@Sendable (CacheDatabase) throws -> StoppedRecords] = [
    { cache in
      let less = less()
      return try cache.apply(
        try CredentialDelta(
          baseRevision: 5, revision: 6, persons: less.persons, removedPersons: ["p2"],
          credentials: less.credentials, removedCredentials: ["c2"]
        ).sifted()
      ).stopped
    },
    { cache in
      let less = less()
      return try cache.apply(
        try CredentialDelta(
          baseRevision: nil, revision: 6, persons: less.persons, credentials: less.credentials
        ).sifted()
      ).stopped
    },
    { cache in
      let less = less()
      return try cache.apply(
        try BucketRepair(
          revision: 5, buckets: Array(0..<RecordSetDigest.bucketCount), persons: less.persons,
          credentials: less.credentials
        ).sifted()
      ).stopped
    },
    { cache in
      let less = less()
      _ = try cache.stage(SnapshotOffer(snapshotID: "s", revision: 6, chunks: 1))
      let staged = try cache.stage(
        try SnapshotChunk(
          snapshotID: "s", revision: 6, index: 0, persons: less.persons,
          credentials: less.credentials
        ).sifted())
      return staged?.stopped ?? StoppedRecords()
    },
  ]

  @Test("of keys and people, in whatever way the message says so", arguments: messages.indices)
  func everyWay(message: Int) throws {
    let stopped = Self.stopped(try Self.messages[message](cache))
    #expect(
      stopped == [
        "revoked c1", "revoked c2", "p1 accessDisabled", "p2 removed",
        "p3 membershipStatus lapsed", "p4 excluded",
      ])
    // What is stopped already is told once.
    let again = try cache.apply(
      try CredentialDelta(
        baseRevision: cache.credentialPosition().revision, revision: 9,
        credentials: [], removedCredentials: ["c1", "c2"]
      ).sifted())
    #expect(Self.stopped(again.stopped).isEmpty)
  }

  @Test("of keys that an offer revokes ahead of its snapshot, once")
  func ahead() throws {
    let offer = SnapshotOffer(snapshotID: "s", revision: 6, chunks: 2, revokedAhead: ["c3"])
    #expect(Self.stopped(try cache.stage(offer).stopped) == ["revoked c3"])
    #expect(try cache.stage(offer).stopped.credentials.isEmpty)
  }

  @Test("a key that the message itself brings and takes back was never there")
  func neverThere() throws {
    let applied = try cache.apply(
      try CredentialDelta(
        baseRevision: 5, revision: 6, credentials: [StoreFixture.credential(9)],
        revokedAhead: ["c9"]
      ).sifted())
    #expect(applied.stopped.credentials.isEmpty)
  }

  @Test("a full set names as many as it may, and counts the others")
  func limit() throws {
    let most = StoppedRecords.namedMax
    try cache.apply(StoreFixture.snapshot(1...(most + 1), revision: 6))
    let applied = try cache.apply(
      try CredentialDelta(baseRevision: nil, revision: 7, persons: [], credentials: []).sifted())
    #expect(applied.stopped.credentials.count == most && applied.stopped.persons.count == most)
    #expect(applied.stopped.unnamed == 2)
  }
}
