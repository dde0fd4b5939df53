import DoorRules

/// A snapshot of all persons and credentials, which the controller pulls chunk by chunk. After a
/// lost connection it continues where it was. Records may be newer than ``revision``; the deltas
/// that follow bring the rest, and repeating a record does no harm.
public struct SnapshotOffer: Sendable, Hashable, Codable {
  /// The most chunks of one snapshot.
  public static let chunksMax = 4_096

  /// Id of this snapshot; the same after a lost connection.
  public var snapshotID: String
  /// The revision in force once every chunk is stored.
  public var revision: UInt64
  public var chunks: Int
  /// Ids of credentials that were revoked since the controller's revision. They stop working at
  /// once, before the snapshot is complete.
  public var revokedAhead: [String]

  public init(snapshotID: String, revision: UInt64, chunks: Int, revokedAhead: [String] = []) {
    self.snapshotID = snapshotID
    self.revision = revision
    self.chunks = chunks
    self.revokedAhead = revokedAhead
  }

  /// Throws everything that is wrong, by path.
  public func check() throws(ValidationFailure) {
    var reader = DocumentReader()
    _ = reader.identifier(snapshotID, "snapshotID") as Identifier<Never>?
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    reader.whole(chunks, "chunks", in: 0...Self.chunksMax)
    _ =
      reader.identifiers(
        revokedAhead, "revokedAhead", max: CredentialDelta.recordsMax) as Set<CredentialID>
    try reader.check()
  }
}

/// The controller asks for a chunk.
public struct SnapshotPull: Sendable, Hashable, Codable {
  public var snapshotID: String
  /// From 0.
  public var index: Int

  public init(snapshotID: String, index: Int) {
    self.snapshotID = snapshotID
    self.index = index
  }
}

/// One chunk of a snapshot.
public struct SnapshotChunk: Sendable, Hashable, Codable {
  public var snapshotID: String
  public var revision: UInt64
  /// From 0; chunks are taken in their order.
  public var index: Int
  public var persons: [PersonRecord]
  public var credentials: [CredentialRecord]

  public init(
    snapshotID: String, revision: UInt64, index: Int, persons: [PersonRecord] = [],
    credentials: [CredentialRecord] = []
  ) {
    self.snapshotID = snapshotID
    self.revision = revision
    self.index = index
    self.persons = persons
    self.credentials = credentials
  }

  /// Throws everything that is wrong with the records, by path.
  public func check() throws(ValidationFailure) {
    _ = try CredentialDelta(
      baseRevision: nil, revision: revision, persons: persons, credentials: credentials
    ).validated()
  }
}

/// Asks the controller for its digest by bucket.
public struct DigestRequest: Sendable, Hashable, Codable {
  /// True reads every record again instead of using the kept digest.
  public var rescan: Bool
  /// True also asks for a hello: a restarted cloud does not know what the controller has. Absent is
  /// false.
  public var hello: Bool?

  public init(rescan: Bool = false, hello: Bool? = nil) {
    self.rescan = rescan
    self.hello = hello
  }
}

/// The controller's digest, see ``RecordSetDigest``.
public struct DigestReport: Sendable, Hashable, Codable {
  public var controller: String
  public var revision: UInt64
  public var root: String
  /// 256 of them.
  public var buckets: [String]

  public init(controller: String, revision: UInt64, digest: RecordSetDigest) {
    self.controller = controller
    self.revision = revision
    root = digest.root
    buckets = digest.buckets
  }
}

/// All records of some buckets; they replace what the controller has in those.
public struct BucketRepair: Sendable, Hashable, Codable {
  /// Only a controller at this revision applies it.
  public var revision: UInt64
  /// 0 to 255, each once.
  public var buckets: [Int]
  public var persons: [PersonRecord]
  public var credentials: [CredentialRecord]

  public init(
    revision: UInt64, buckets: [Int], persons: [PersonRecord] = [],
    credentials: [CredentialRecord] = []
  ) {
    self.revision = revision
    self.buckets = buckets
    self.persons = persons
    self.credentials = credentials
  }

  /// Throws everything that is wrong, by path, including a record of another bucket.
  public func check() throws(ValidationFailure) {
    _ = try CredentialDelta(
      baseRevision: nil, revision: revision, persons: persons, credentials: credentials
    ).validated()
    var reader = DocumentReader()
    if reader.count(buckets.count, "buckets", max: RecordSetDigest.bucketCount) {
      for (index, bucket) in buckets.enumerated() {
        reader.whole(bucket, "buckets[\(index)]", in: 0...RecordSetDigest.bucketCount - 1)
      }
    }
    let known = Set(buckets)
    for (index, person) in persons.enumerated()
    where !known.contains(RecordSetDigest.bucket(of: person.id)) {
      reader.note("persons[\(index)].id", "belongs in none of the buckets")
    }
    for (index, credential) in credentials.enumerated()
    where !known.contains(RecordSetDigest.bucket(of: credential.id)) {
      reader.note("credentials[\(index)].id", "belongs in none of the buckets")
    }
    try reader.check()
  }
}
