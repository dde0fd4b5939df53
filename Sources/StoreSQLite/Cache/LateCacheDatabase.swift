public import CloudProtocol
public import DoorPorts
public import DoorRules

extension LateOpening: PolicyStore where Database == CacheDatabase {
  public func configuration() throws(PortError) -> ConfigurationDocument? {
    try opened().configuration()
  }

  public func replaceConfiguration(_ document: ConfigurationDocument) throws(PortError) {
    try opened().replaceConfiguration(document)
  }

  public func credentialPosition() throws(PortError) -> CredentialPosition {
    try opened().credentialPosition()
  }

  public func apply(_ delta: CredentialDelta) throws(PortError) -> [CredentialChange] {
    try opened().apply(delta)
  }

  public func recordDigest() throws(PortError) -> RecordSetDigest { try opened().recordDigest() }

  public func rescanRecordDigest() throws(PortError) -> RecordSetDigest {
    try opened().rescanRecordDigest()
  }

  public func apply(_ repair: BucketRepair) throws(PortError) { try opened().apply(repair) }

  public func revoke(_ credentials: [String]) throws(PortError) {
    try opened().revoke(credentials)
  }

  public func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    try opened().stage(offer)
  }

  public func stage(_ chunk: SnapshotChunk) throws(PortError) -> StagedSnapshot? {
    try opened().stage(chunk)
  }

  public func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try opened().holders(ofAny: digests)
  }

  public func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try opened().holder(of: credential)
  }

  public func person(_ id: PersonID) throws(PortError) -> Person? { try opened().person(id) }

  public func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try opened().credentials(of: person)
  }
}
