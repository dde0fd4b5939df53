public import CloudProtocol
public import DoorPorts
public import DoorRules

/// A cache that is open, or that may open later. The types of the tables implement the methods;
/// this protocol lends them to both.
public protocol CacheAccess: PolicyStore {
  /// The open cache; throws why it cannot be opened.
  func opened() throws(PortError) -> CacheDatabase
}

extension LateOpening: CacheAccess, PolicyStore where Database == CacheDatabase {
  /// Checks the file while the door is served; takes up to about a second.
  public func health() -> StoreHealth { StoreHealth.of { () throws(PortError) in try opened() } }
}

extension CacheAccess {
  public func configuration() throws(PortError) -> ConfigurationDocument? {
    try opened().configurations.present()
  }

  public func previousConfiguration() throws(PortError) -> ConfigurationDocument? {
    try opened().configurations.previous()
  }

  public func zone() throws(PortError) -> CompiledZone? { try opened().configurations.zone() }

  public func replaceConfiguration(
    _ document: ConfigurationDocument, zone: CompiledZone?
  ) throws(PortError) {
    try opened().configurations.replace(with: document, zone: zone)
  }

  public func storeZone(_ zone: CompiledZone, revision: UInt64) throws(PortError) {
    try opened().configurations.store(zone, revision: revision)
  }

  public func credentialPosition() throws(PortError) -> CredentialPosition {
    try opened().credentials.position()
  }

  @discardableResult
  public func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords {
    try opened().credentials.apply(delta)
  }

  public func revoke(_ credentials: [String]) throws(PortError) {
    try opened().credentials.revoke(credentials)
  }

  public func recordDigest() throws(PortError) -> RecordSetDigest { try opened().digests.digest() }

  public func rescanRecordDigest() throws(PortError) -> RecordSetDigest {
    try opened().digests.rescan()
  }

  @discardableResult
  public func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords {
    try opened().digests.apply(repair)
  }

  public func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    try opened().snapshots.stage(offer)
  }

  public func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot? {
    try opened().snapshots.stage(chunk)
  }

  public func stateCopies() throws(PortError) -> [String: [UInt8]] {
    try opened().stateCopies.copies()
  }

  public func replaceStateCopies(_ copies: [String: [UInt8]]) throws(PortError) {
    try opened().stateCopies.replace(with: copies)
  }

  public func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try opened().lookUps.holders(ofAny: digests)
  }

  public func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try opened().lookUps.holder(of: credential)
  }

  public func person(_ id: PersonID) throws(PortError) -> Person? {
    try opened().lookUps.person(id)
  }

  public func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try opened().lookUps.credentials(of: person)
  }

  /// Credentials whose id sorts after `after`, ordered by id, of one person or of all; at most 500.
  public func page(
    after: String?, person: String?, limit: Int
  ) throws(PortError) -> [CredentialRecord] {
    try opened().lookUps.page(after: after, person: person, limit: limit)
  }
}
