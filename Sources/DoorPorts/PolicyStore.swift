public import CloudProtocol
public import DoorRules

/// The cache that the cloud can fill again: configuration, persons and credentials.
public protocol PolicyStore: Sendable {
  /// The configuration in force, as it was accepted; nil before the first.
  func configuration() throws(PortError) -> ConfigurationDocument?

  /// The one that was in force before; nil when there was none.
  func previousConfiguration() throws(PortError) -> ConfigurationDocument?

  /// The rules of the time zone of the configuration in force, as last stored; nil when there are
  /// none, or when they are damaged.
  func zone() throws(PortError) -> CompiledZone?

  /// Replaces the configuration, and the rules of its time zone, in one transaction; stores the
  /// previous configuration too.
  func replaceConfiguration(
    _ document: ConfigurationDocument, zone: CompiledZone?) throws(PortError)

  /// Replaces the rules of the time zone; changes nothing unless `revision` is in force.
  func storeZone(_ zone: CompiledZone, revision: UInt64) throws(PortError)

  /// Where the credentials stand.
  func credentialPosition() throws(PortError) -> CredentialPosition

  /// Applies a delta in one transaction: all its sound records or nothing. One that is in force
  /// already changes nothing. Refuses, as `invalid`, one whose base is not the present revision (a
  /// snapshot has none), and one whose revision is in force with another content. What stops working does so whatever else it holds, and of a
  /// refused record the present one stays.
  @discardableResult
  func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords

  /// The digest of all records, as updated with each change.
  func recordDigest() throws(PortError) -> RecordSetDigest

  /// Reads every record again, corrects the stored digest, and returns it. Slow: seconds for
  /// 250,000 credentials.
  func rescanRecordDigest() throws(PortError) -> RecordSetDigest

  /// Replaces everything in some buckets, in one transaction, except what a refused record names.
  /// Returns the refused ones, with what is kept instead, and what stopped.
  @discardableResult
  func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords

  /// Revokes these credentials now, ahead of the delta that will carry the revocation.
  func revoke(_ credentials: [String]) throws(PortError)

  /// Begins to gather a snapshot, or returns how far it was gathered before.
  func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot

  /// Stores a chunk; one that is not the next changes nothing. With the last one the snapshot
  /// replaces everything, in one transaction, except what a refused record names. Refuses, as
  /// `invalid`, and forgets one whose revision is in force with other records. Nil when no such
  /// snapshot is being gathered.
  func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot?

  /// The second copy of small state that is kept twice, by key. It is here because it must outlive the
  /// file of the first one; the cloud knows nothing of it.
  func stateCopies() throws(PortError) -> [String: [UInt8]]

  /// Replaces all of it, in one transaction.
  func replaceStateCopies(_ copies: [String: [UInt8]]) throws(PortError)

  /// Holders of any of these digests, ordered by credential id, at most ``holdersMax``. The person of a
  /// holder is ``Person/unknown(_:)`` where only the credential is here.
  func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder]

  /// The holder of one credential, by its id.
  func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder?

  /// A person and that person's credentials, for an unlock command or an explanation.
  func person(_ id: PersonID) throws(PortError) -> Person?
  func credentials(of person: PersonID) throws(PortError) -> [Credential]
}

extension PolicyStore {
  /// The most holders one look-up returns.
  public static var holdersMax: Int { 16 }

  /// What a look-up returns of all that it found: of too many, those whose person is known.
  public static func chosen(of found: [CredentialHolder]) -> [CredentialHolder] {
    func isBefore(_ left: CredentialHolder, _ right: CredentialHolder) -> Bool {
      (left.credential?.id.rawValue ?? "") < (right.credential?.id.rawValue ?? "")
    }
    let ordered = found.sorted(by: isBefore)
    guard ordered.count > holdersMax else { return ordered }
    let known = ordered.filter(\.person.isKnown)
    let others = ordered.filter { !$0.person.isKnown }
    return (known + others).prefix(holdersMax).sorted(by: isBefore)
  }
}

/// A credential that a delta changed.
public struct CredentialChange: Sendable, Hashable {
  /// What the delta did to the credential.
  public enum Kind: String, Sendable, Hashable, CaseIterable { case issued, updated, revoked }

  public var kind: Kind
  public var credential: String
  public var person: String
  public var doors: [String]
  public var reservationID: String?
  public var tenantID: String?

  public init(_ kind: Kind, _ record: CredentialRecord) {
    self.kind = kind
    credential = record.id
    person = record.person
    doors = record.doors
    reservationID = record.reservationID
    tenantID = record.tenantID
  }
}

/// What a message about persons and credentials brought about.
public struct AppliedRecords: Sendable, Hashable {
  /// Each credential that a delta changed; of anything else, nothing shows what changed.
  public var changes: [CredentialChange]
  /// The records that were refused, with what is kept instead.
  public var refused: [RefusedRecord]
  /// What worked before and does not now.
  public var stopped: StoppedRecords

  public init(
    changes: [CredentialChange] = [], refused: [RefusedRecord] = [],
    stopped: StoppedRecords = StoppedRecords()
  ) {
    self.changes = changes
    self.refused = refused
    self.stopped = stopped
  }
}

/// How far a snapshot was gathered.
public struct StagedSnapshot: Sendable, Hashable {
  public var snapshotID: String
  public var revision: UInt64
  public var chunks: Int
  /// The first chunk that is not here; `chunks` once it is in force.
  public var next: Int
  /// What there is to say about the records of all chunks, once it is in force.
  public var notes: RecordNotes
  /// What its offer or its last chunk stopped.
  public var stopped = StoppedRecords()

  public init(
    snapshotID: String, revision: UInt64, chunks: Int, next: Int, notes: RecordNotes = RecordNotes()
  ) {
    self.snapshotID = snapshotID
    self.revision = revision
    self.chunks = chunks
    self.next = next
    self.notes = notes
  }

  /// Nothing more is wanted of the snapshot that a chunk belongs to.
  public init(ended chunk: SnapshotChunk) {
    self.init(snapshotID: chunk.snapshotID, revision: chunk.revision, chunks: 0, next: 0)
  }
}

/// Revision and size of the credential cache.
public struct CredentialPosition: Sendable, Hashable {
  public var revision: UInt64
  public var credentials: Int
  public var persons: Int

  public init(revision: UInt64, credentials: Int, persons: Int) {
    self.revision = revision
    self.credentials = credentials
    self.persons = persons
  }
}
