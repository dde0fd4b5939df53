public import DoorRules

/// The records of a message that can be applied, and what there is to say about the others. Nobody
/// but ``RecordSieve`` makes one, so a store need not look again.
public struct SoundRecords: Sendable, Hashable {
  /// No id occurs twice, and none is also removed; the same holds for credentials.
  public internal(set) var persons: [PersonRecord] = []
  public internal(set) var credentials: [CredentialRecord] = []
  /// The place of each person in the message's list.
  public internal(set) var personPlaces: [Int] = []
  /// The place of each credential in the message's list.
  public internal(set) var credentialPlaces: [Int] = []
  /// Ids of credentials that a later message will revoke.
  public internal(set) var revokedAhead: [String] = []
  public internal(set) var notes = RecordNotes()

  /// The records of a repair that stay withdrawn, as refused ones: who sent it has to know why the
  /// digests still differ.
  public func refusedBack(persons: [String], credentials: [String]) -> [RefusedRecord] {
    func refused<Record>(
      _ records: [Record], _ places: [Int], _ kind: RefusedRecord.Kind, _ ids: [String],
      _ id: (Record) -> String
    ) -> [RefusedRecord] {
      let ids = Set(ids)
      return zip(places, records).filter { ids.contains(id($1)) }.map { place, record in
        .withdrawn(kind, id(record), at: "\(kind.rawValue)s[\(place)]")
      }
    }
    return refused(self.persons, personPlaces, .person, persons, \.id)
      + refused(self.credentials, credentialPlaces, .credential, credentials, \.id)
  }
}

/// What of a ``CredentialDelta`` can be applied.
public struct SoundDelta: Sendable, Hashable {
  /// Nil for a full set, which replaces everything.
  public let baseRevision: UInt64?
  public let revision: UInt64
  public let removedPersons: [String]
  public let removedCredentials: [String]
  public let records: SoundRecords
  /// What the message says. A revision stands for one content; nil is like no other.
  public let content: ContentHash?
}

/// What of a ``SnapshotChunk`` can be applied.
public struct SoundChunk: Sendable, Hashable {
  public let snapshotID: String
  public let revision: UInt64
  public let index: Int
  public let records: SoundRecords
}

/// What of a ``BucketRepair`` can be applied.
public struct SoundRepair: Sendable, Hashable {
  public let revision: UInt64
  public let buckets: [Int]
  public let records: SoundRecords
}

extension CredentialDelta {
  /// Parts the records that can be applied from the others. Throws only for revisions that no
  /// message may have. The store checks whether the base is the revision in force.
  ///
  /// `words` are those of the configuration in force, for warnings; nil gives none.
  public func sifted(knowing words: PolicyWords? = nil) throws(ValidationFailure) -> SoundDelta {
    var reader = DocumentReader()
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    if let baseRevision, baseRevision >= revision {
      reader.note("baseRevision", "\(baseRevision) is not below the revision \(revision)")
    }
    try reader.check()
    var sieve = RecordSieve(words: words, unreadable: unreadable, unknown: unknownMembers)
    let removedPersons = sieve.ids(removedPersons, "removedPersons", .person)
    let removedCredentials = sieve.ids(removedCredentials, "removedCredentials", .credential)
    let revokedAhead = sieve.ids(revokedAhead ?? [], "revokedAhead", .credential)
    var records = sieve.sift(
      persons, credentials, removedPersons: removedPersons, removedCredentials: removedCredentials)
    records.revokedAhead = revokedAhead
    return SoundDelta(
      baseRevision: baseRevision, revision: revision, removedPersons: removedPersons,
      removedCredentials: removedCredentials, records: records, content: contentHash)
  }
}

extension SnapshotChunk {
  /// Parts the records that can be applied from the others; `words` as for a delta. Throws only
  /// for a revision that no snapshot may have.
  public func sifted(knowing words: PolicyWords? = nil) throws(ValidationFailure) -> SoundChunk {
    var reader = DocumentReader()
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    try reader.check()
    var sieve = RecordSieve(
      words: words, unreadable: unreadable, unknown: unknownMembers, below: "chunks[\(index)].")
    return SoundChunk(
      snapshotID: snapshotID, revision: revision, index: index,
      records: sieve.sift(persons, credentials))
  }
}

extension BucketRepair {
  /// Parts the records that can be applied from the others, such as those of another bucket;
  /// `words` as for a delta. Throws for a revision or for buckets that no repair may have.
  public func sifted(knowing words: PolicyWords? = nil) throws(ValidationFailure) -> SoundRepair {
    var reader = DocumentReader()
    reader.whole(revision, "revision", in: 1...DocumentReader.revisionMax)
    if reader.count(buckets.count, "buckets", max: RecordSetDigest.bucketCount) {
      for (index, bucket) in buckets.enumerated() {
        reader.whole(bucket, "buckets[\(index)]", in: 0...RecordSetDigest.bucketCount - 1)
      }
    }
    try reader.check()
    var sieve = RecordSieve(
      words: words, unreadable: unreadable, unknown: unknownMembers, buckets: Set(buckets))
    return SoundRepair(
      revision: revision, buckets: buckets, records: sieve.sift(persons, credentials))
  }
}
