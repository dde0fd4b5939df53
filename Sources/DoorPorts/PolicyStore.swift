public import CloudProtocol
public import DoorRules

/// The cache that the cloud can fill again: configuration, persons and credentials.
public protocol PolicyStore: Sendable {
  /// The configuration in force, as it was accepted; nil before the first.
  func configuration() throws(PortError) -> ConfigurationDocument?

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

  /// Applies a delta in one transaction: all of it or nothing. Refuses, as `invalid`, a delta
  /// whose base is not the present revision (a snapshot has none).
  /// Returns each credential that changed.
  @discardableResult
  func apply(_ delta: CredentialDelta) throws(PortError) -> [CredentialChange]

  /// The digest of all records, as updated with each change.
  func recordDigest() throws(PortError) -> RecordSetDigest

  /// Reads every record again, corrects the stored digest, and returns it. Slow: seconds for
  /// 250,000 credentials.
  func rescanRecordDigest() throws(PortError) -> RecordSetDigest

  /// Replaces everything in some buckets, in one transaction.
  func apply(_ repair: BucketRepair) throws(PortError)

  /// Revokes these credentials now, ahead of the delta that will carry the revocation.
  func revoke(_ credentials: [String]) throws(PortError)

  /// Begins to gather a snapshot, or returns how far it was gathered before.
  func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot

  /// Stores a chunk; one that is not the next changes nothing. With the last one the snapshot
  /// replaces everything, in one transaction. Nil when no such snapshot is being gathered.
  func stage(_ chunk: SnapshotChunk) throws(PortError) -> StagedSnapshot?

  /// Holders of any of these digests, ordered by credential id, at most ``holdersMax``.
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

/// How far a snapshot was gathered.
public struct StagedSnapshot: Sendable, Hashable {
  public var snapshotID: String
  public var revision: UInt64
  public var chunks: Int
  /// The first chunk that is not here; `chunks` once it is in force.
  public var next: Int

  public init(snapshotID: String, revision: UInt64, chunks: Int, next: Int) {
    self.snapshotID = snapshotID
    self.revision = revision
    self.chunks = chunks
    self.next = next
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
