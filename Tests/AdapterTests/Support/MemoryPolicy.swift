import CloudProtocol
import DoorPorts
import DoorRules
import Synchronization

/// A cache of the cloud's records in memory that a test can make fail.
final class MemoryPolicy: PolicyStore {
  private struct State {
    var document: ConfigurationDocument?
    var zone: CompiledZone?
    var position = CredentialPosition(revision: 0, credentials: 0, persons: 0)
    var holders: [(digest: CredentialDigest?, holder: CredentialHolder)] = []
    var failure: PortError?
    var copies: [String: [UInt8]] = [:]
  }
  private let state = Mutex(State())

  /// From now on every call fails with this; nil ends that.
  func fail(with error: PortError?) { state.withLock { $0.failure = error } }

  func add(
    _ credential: Credential, digest: CredentialDigest? = nil, ofKnown isKnown: Bool = true
  ) {
    state.withLock {
      let person =
        isKnown
        ? Person(id: credential.person, accessEnabled: true, memberType: "cached")
        : .unknown(credential.person)
      $0.holders.append((digest, CredentialHolder(credential: credential, person: person)))
    }
  }

  func add(_ person: Person) {
    state.withLock { $0.holders.append((nil, CredentialHolder(credential: nil, person: person))) }
  }

  func set(revision: UInt64) { state.withLock { $0.position.revision = revision } }

  private func read<Value: Sendable>(
    _ body: (inout State) -> Value
  ) throws(PortError) -> Value {
    let (value, failure) = state.withLock { state in
      let failure = state.failure
      return (body(&state), failure)
    }
    if let failure { throw failure }
    return value
  }

  func configuration() throws(PortError) -> ConfigurationDocument? { try read { $0.document } }

  func previousConfiguration() throws(PortError) -> ConfigurationDocument? { nil }

  func zone() throws(PortError) -> CompiledZone? { try read { $0.zone } }

  func replaceConfiguration(
    _ document: ConfigurationDocument, zone: CompiledZone?
  ) throws(PortError) {
    try read { if $0.failure == nil { ($0.document, $0.zone) = (document, zone) } }
  }

  func storeZone(_ zone: CompiledZone, revision: UInt64) throws(PortError) {
    try read {
      if $0.failure == nil, $0.document?.revision == revision { $0.zone = zone }
    }
  }

  func credentialPosition() throws(PortError) -> CredentialPosition {
    try read { $0.position }
  }

  @discardableResult
  func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords {
    let present = try credentialPosition().revision
    let refused = delta.records.notes.refused
    if delta.revision == present { return AppliedRecords(refused: refused) }
    if let base = delta.baseRevision, base != present {
      throw PortError(.invalid, operation: "apply a delta", detail: "\(present) is in force")
    }
    set(revision: delta.revision)
    return AppliedRecords(
      changes: delta.records.credentials.map { CredentialChange(.issued, $0) }, refused: refused)
  }

  func recordDigest() throws(PortError) -> RecordSetDigest { try read { _ in RecordSetDigest() } }

  func rescanRecordDigest() throws(PortError) -> RecordSetDigest { try recordDigest() }

  @discardableResult
  func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords {
    guard repair.revision == (try credentialPosition().revision) else {
      throw PortError(.invalid, operation: "repair", detail: "another revision is in force")
    }
    return AppliedRecords(refused: repair.records.notes.refused)
  }

  func revoke(_ credentials: [String]) throws(PortError) { try read { _ in } }

  func stateCopies() throws(PortError) -> [String: [UInt8]] { try read { $0.copies } }

  func replaceStateCopies(_ copies: [String: [UInt8]]) throws(PortError) {
    try read { if $0.failure == nil { $0.copies = copies } }
  }

  func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    try read { _ in
      StagedSnapshot(
        snapshotID: offer.snapshotID, revision: offer.revision, chunks: offer.chunks, next: 0)
    }
  }

  func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot? { try read { _ in nil } }

  func holders(ofAny digests: [CredentialDigest]) throws(PortError) -> [CredentialHolder] {
    try read { state in
      state.holders.filter { $0.digest.map { digests.contains($0) } ?? false }.map(\.holder)
    }
  }

  func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    try read { $0.holders.map(\.holder).first { $0.credential?.id == credential } }
  }

  func person(_ id: PersonID) throws(PortError) -> Person? {
    try read { $0.holders.map(\.holder.person).first { $0.id == id } }
  }

  func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    try read { $0.holders.compactMap(\.holder.credential).filter { $0.person == person } }
  }
}
