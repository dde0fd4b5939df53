import CloudProtocol

/// The persons and credentials that the door should have, each with the revision that changed it.
struct CloudRecords {
  /// With more changes than this, the cloud sends a snapshot.
  static let deltaChangesMax = 12
  static let chunkRecordsMax = 7

  private(set) var persons: [String: (record: PersonRecord, revision: UInt64)] = [:]
  private(set) var credentials: [String: (record: CredentialRecord, revision: UInt64)] = [:]
  private(set) var revision: UInt64 = 0
  private var snapshots: [String: [SnapshotChunk]] = [:]

  mutating func beginRevision() { revision += 1 }
  mutating func put(_ record: PersonRecord) { persons[record.id] = (record, revision) }
  mutating func put(_ record: CredentialRecord) { credentials[record.id] = (record, revision) }

  /// Whether a door with revision `base` gets a snapshot instead of a delta.
  func needsSnapshot(since base: UInt64) -> Bool {
    let changed = credentials.values.filter { $0.revision > base }.count
    return base > revision || changed > Self.deltaChangesMax
  }

  func delta(since base: UInt64) -> CredentialDelta {
    CredentialDelta(
      baseRevision: base == 0 ? nil : base, revision: revision,
      persons: persons.values.filter { $0.revision > base }.map(\.record).sorted { $0.id < $1.id },
      credentials: credentials.values.filter {
        $0.revision > base && (base > 0 || $0.record.status == "active")
      }.map(\.record).sorted { $0.id < $1.id })
  }

  /// Makes a snapshot, which replaces the previous one, and offers it to a door with revision `base`.
  mutating func offer(to base: UInt64) -> SnapshotOffer {
    let people = persons.values.map(\.record).sorted { $0.id < $1.id }
    let active = credentials.values.map(\.record).filter { $0.status == "active" }
      .sorted { $0.id < $1.id }
    let id = "s-\(revision)"
    var chunks: [SnapshotChunk] = []
    func add(_ persons: [PersonRecord], _ credentials: [CredentialRecord]) {
      chunks.append(
        SnapshotChunk(
          snapshotID: id, revision: revision, index: chunks.count, persons: persons,
          credentials: credentials))
    }
    for start in stride(from: 0, to: people.count, by: Self.chunkRecordsMax) {
      add(Array(people[start..<min(start + Self.chunkRecordsMax, people.count)]), [])
    }
    for start in stride(from: 0, to: active.count, by: Self.chunkRecordsMax) {
      add([], Array(active[start..<min(start + Self.chunkRecordsMax, active.count)]))
    }
    snapshots = [id: chunks]
    let ahead = credentials.values.filter { $0.revision > base && $0.record.status != "active" }
    return SnapshotOffer(
      snapshotID: id, revision: revision, chunks: chunks.count,
      revokedAhead: ahead.map(\.record.id).sorted())
  }

  /// A chunk of the snapshot that is on offer; nil for any other.
  func chunk(_ pull: SnapshotPull) -> SnapshotChunk? {
    guard let chunks = snapshots[pull.snapshotID], chunks.indices.contains(pull.index) else {
      return nil
    }
    return chunks[pull.index]
  }

  /// The digest of all records that the door should have.
  var digest: String? {
    var digest = RecordSetDigest()
    for (record, _) in persons.values {
      guard let hash = try? record.recordHash() else { return nil }
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    for (record, _) in credentials.values where record.countsInDigest {
      guard let hash = try? record.recordHash() else { return nil }
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    return digest.root
  }
}
