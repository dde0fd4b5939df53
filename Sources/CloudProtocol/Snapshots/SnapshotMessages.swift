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

  /// Throws everything that is wrong, by path. Any text may stand in ``revokedAhead``.
  public func check() throws(ValidationFailure) {
    var reader = DocumentReader()
    _ = reader.identifier(snapshotID, "snapshotID") as Identifier<Never>?
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    reader.whole(chunks, "chunks", in: 0...Self.chunksMax)
    try reader.check()
  }

  private enum CodingKeys: String, CodingKey { case snapshotID, revision, chunks, revokedAhead }
}

extension SnapshotOffer {
  /// An entry of ``revokedAhead`` that is no text is passed over: no credential has such an id.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var unreadable: [UnreadableRecord] = []
    self.init(
      snapshotID: try container.decode(String.self, forKey: .snapshotID),
      revision: try container.decode(UInt64.self, forKey: .revision),
      chunks: try container.decode(Int.self, forKey: .chunks),
      revokedAhead: try container.readable(String.self, forKey: .revokedAhead, &unreadable))
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
  /// Entries that could not be read; they are never sent on.
  var unreadable: [UnreadableRecord] = []
  var unknownMembers: [Problem] = []

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

  private enum CodingKeys: String, CodingKey {
    case snapshotID, revision, index, persons, credentials
  }
}

extension SnapshotChunk {
  /// One record that cannot be read does not hinder the others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var unreadable: [UnreadableRecord] = []
    self.init(
      snapshotID: try container.decode(String.self, forKey: .snapshotID),
      revision: try container.decode(UInt64.self, forKey: .revision),
      index: try container.decode(Int.self, forKey: .index),
      persons: try container.readable(PersonRecord.self, forKey: .persons, &unreadable),
      credentials: try container.readable(
        CredentialRecord.self, forKey: .credentials, &unreadable))
    self.unreadable = unreadable
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
  /// Ids of the messages and commands that this answers; absent for none.
  public var requestIDs: [String]?
  /// Whether every record was read again for this answer; false for the digest that is kept with them.
  /// Absent from controllers that do not say it.
  public var rescanned: Bool?
  public var revision: UInt64
  public var root: String
  /// 256 of them.
  public var buckets: [String]

  public init(
    controller: String, revision: UInt64, digest: RecordSetDigest, requestIDs: [String] = [],
    rescanned: Bool? = nil
  ) {
    self.controller = controller
    self.rescanned = rescanned
    self.requestIDs = requestIDs.isEmpty ? nil : requestIDs
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
  /// Entries that could not be read; they are never sent on.
  var unreadable: [UnreadableRecord] = []
  var unknownMembers: [Problem] = []

  public init(
    revision: UInt64, buckets: [Int], persons: [PersonRecord] = [],
    credentials: [CredentialRecord] = []
  ) {
    self.revision = revision
    self.buckets = buckets
    self.persons = persons
    self.credentials = credentials
  }

  private enum CodingKeys: String, CodingKey { case revision, buckets, persons, credentials }
}

extension BucketRepair {
  /// One record that cannot be read does not hinder the others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var unreadable: [UnreadableRecord] = []
    self.init(
      revision: try container.decode(UInt64.self, forKey: .revision),
      buckets: try container.decode([Int].self, forKey: .buckets),
      persons: try container.readable(PersonRecord.self, forKey: .persons, &unreadable),
      credentials: try container.readable(
        CredentialRecord.self, forKey: .credentials, &unreadable))
    self.unreadable = unreadable
  }
}
