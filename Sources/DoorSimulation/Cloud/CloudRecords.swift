import CloudProtocol

/// The persons and credentials that the door should have, each with the revision that changed it and
/// its hash.
struct CloudRecords {
  /// With more changes than this, the cloud sends a snapshot.
  static let deltaChangesMax = 12
  static let chunkRecordsMax = 7

  private(set) var persons: [String: (record: PersonRecord, revision: UInt64, hash: [UInt8]?)] = [:]
  private(set) var credentials:
    [String: (record: CredentialRecord, revision: UInt64, hash: [UInt8]?)] = [:]
  private(set) var revision: UInt64 = 0
  private var snapshots: [String: [SnapshotChunk]] = [:]
  /// What the door has instead of the records that it refused, and at which revision.
  private var kept: [String: (revision: UInt64, hash: [UInt8]?)] = [:]

  /// The card that a second worker sent under the number of another change, by the message's id.
  var rivals: [String: CredentialRecord] = [:]

  /// The door refused the last message as a whole; it is not sent again before something changes.
  var isRefused = false

  mutating func beginRevision() {
    revision += 1
    isRefused = false
  }

  mutating func put(_ record: PersonRecord) {
    persons[record.id] = (record, revision, try? record.recordHash())
  }
  mutating func put(_ record: CredentialRecord) {
    let hash = record.countsInDigest ? try? record.recordHash() : nil
    credentials[record.id] = (record, revision, hash)
  }

  /// Notes which records the door refused.
  mutating func note(_ report: ApplyReport) {
    for record in report.refused ?? [] {
      guard let id = record.id else { continue }
      kept["\(record.kind.rawValue) \(id)"] = (
        report.revision, record.kept.flatMap { Base64URL.decode($0.utf8) }
      )
    }
  }

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

  /// Every so many revisions a second worker makes another change under the same number.
  static let rivalEvery: UInt64 = 5

  /// What the second worker sends: the same changes, and a card that nobody has; nil for most deltas.
  /// Whichever comes first, the door withdraws what the cloud means to withdraw.
  func rival(of delta: CredentialDelta) -> CredentialDelta? {
    guard delta.baseRevision != nil, delta.revision.isMultiple(of: Self.rivalEvery),
      let person = persons.keys.min(),
      let digest = CredentialDigest(
        bytes: Array(repeating: UInt8(truncatingIfNeeded: delta.revision), count: 32))
    else { return nil }
    var rival = delta
    rival.credentials.append(
      CredentialRecord(
        id: "rival-\(delta.revision)", kind: "card", person: person, status: "active",
        digest: digest
      ).sayingItsPlace)
    return rival
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

  /// The hash of each record that the door should have, by table and id; of refused ones, of what it
  /// kept.
  var hashes: [String: [UInt8]] {
    var hashes: [String: [UInt8]] = [:]
    func note(_ kind: String, _ id: String, _ revision: UInt64, _ hash: [UInt8]?) {
      let known = kept["\(kind) \(id)"].flatMap { $0.revision >= revision ? $0 : nil }
      hashes["\(kind) \(id)"] = known.map(\.hash) ?? hash
    }
    for (record, revision, hash) in persons.values { note("person", record.id, revision, hash) }
    for (record, revision, hash) in credentials.values {
      note("credential", record.id, revision, hash)
    }
    return hashes
  }

  var digest: String? {
    var digest = RecordSetDigest()
    for (key, hash) in hashes {
      let id = String(key[key.index(after: key.firstIndex(of: " ") ?? key.startIndex)...])
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: id))
    }
    return digest.root
  }
}
