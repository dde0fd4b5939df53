public import CloudProtocol
public import DoorPorts
public import DoorRules

/// The cached configuration and credentials of a controller.
public final class SimulatedCache: PolicyStore, @unchecked Sendable {
  // Unchecked: everything of one simulation happens in the thread that runs it.

  private let medium: DiskMedium
  private(set) var present: ConfigurationDocument?
  private var previous: ConfigurationDocument?
  private var presentZone: CompiledZone?
  private(set) var revision: UInt64 = 0
  private(set) var records = SimulatedRecords()
  private var staged: StagedSnapshot?
  private var stagedChunks: [SoundChunk] = []
  /// What brought the revision, and the root of all records since.
  private var bound: (content: ContentHash?, root: String?)
  private(set) var copies: [String: [UInt8]] = [:]

  init(medium: DiskMedium) { self.medium = medium }

  /// The file is gone.
  func lose() {
    present = nil
    presentZone = nil
    revision = 0
    records = SimulatedRecords()
    staged = nil
    stagedChunks = []
    copies = [:]
  }

  public func stateCopies() throws(PortError) -> [String: [UInt8]] {
    medium.read("read the second copy of the state")
    return copies
  }

  public func replaceStateCopies(_ copies: [String: [UInt8]]) throws(PortError) {
    try medium.write("keep the second copy of the state")
    self.copies = copies
  }

  public func configuration() throws(PortError) -> ConfigurationDocument? {
    medium.read("read the configuration")
    return present
  }

  public func previousConfiguration() throws(PortError) -> ConfigurationDocument? { previous }

  public func zone() throws(PortError) -> CompiledZone? { presentZone }

  public func storeZone(_ zone: CompiledZone, revision: UInt64) throws(PortError) {
    try medium.write("store the rules of time zone \(zone.name)")
    if present?.revision == revision { presentZone = zone }
  }

  public func replaceConfiguration(
    _ document: ConfigurationDocument, zone: CompiledZone?
  ) throws(PortError) {
    let operation = "store configuration \(document.revision)"
    try medium.write(operation)
    if let present, document.revision < present.revision {
      throw PortError(
        .invalid, operation: operation,
        detail: "it is older than revision \(present.revision), which is in force")
    }
    if let present, document.revision > present.revision { previous = present }
    present = document
    presentZone = zone
  }

  public func credentialPosition() throws(PortError) -> CredentialPosition {
    medium.read("read the credential position")
    return CredentialPosition(
      revision: revision, credentials: records.credentials.count, persons: records.persons.count)
  }

  @discardableResult
  public func apply(_ delta: SoundDelta) throws(PortError) -> AppliedRecords {
    let operation = "apply credentials \(delta.revision)"
    try medium.write(operation)
    if delta.revision == revision, delta.baseRevision != nil {
      guard let content = bound.content, content == delta.content else {
        throw Self.otherContent(operation)
      }
      return AppliedRecords(refused: records.withKept(delta.records.notes.refused))
    }
    if let base = delta.baseRevision, base != revision {
      throw PortError(
        .invalid, operation: operation,
        detail: "it builds on revision \(base), here is \(revision)")
    }
    guard delta.revision >= revision else {
      throw PortError(
        .invalid, operation: operation,
        detail: "the snapshot is older than revision \(revision), which is in force")
    }
    var changes: [CredentialChange] = []
    let before = records
    if delta.baseRevision == nil {
      changes += records.leftOut(of: delta.records)
      try records.removeEverything(but: delta.records.notes)
    }
    for id in delta.removedCredentials { changes += records.remove(credential: id) }
    for id in delta.removedPersons {
      for credential in records.credentials.values.filter({ $0.person == id }).map(\.id).sorted() {
        changes += records.remove(credential: credential)
      }
      records.remove(person: id)
    }
    changes += try records.put(delta.records)
    changes += try records.finish(revision: delta.revision)
    try bind(
      delta.revision, content: delta.baseRevision == nil ? nil : delta.content, before, operation)
    return AppliedRecords(
      changes: changes, refused: records.withKept(delta.records.notes.refused),
      stopped: records.stopped(since: before, isWhole: delta.baseRevision == nil))
  }

  public func recordDigest() throws(PortError) -> RecordSetDigest {
    medium.read("read the digest")
    return records.digest
  }

  public func rescanRecordDigest() throws(PortError) -> RecordSetDigest {
    try medium.write("keep the credential digest")
    return try records.rescan()
  }

  @discardableResult
  public func apply(_ repair: SoundRepair) throws(PortError) -> AppliedRecords {
    let operation = "repair \(repair.buckets.count) buckets"
    try medium.write(operation)
    guard repair.revision == revision else {
      throw PortError(
        .invalid, operation: operation,
        detail: "it is for revision \(repair.revision), here is \(revision)")
    }
    let notes = repair.records.notes
    let before = records
    records.empty(buckets: Set(repair.buckets))
    try records.putBack(notes, from: before)
    _ = try records.put(repair.records)
    _ = try records.finish(revision: revision)
    bound = (nil, records.digest.root)
    let held = records.heldBack
    return AppliedRecords(
      refused: records.withKept(
        notes.refused
          + repair.records.refusedBack(persons: held.persons, credentials: held.credentials)),
      stopped: records.stopped(since: before, isWhole: false))
  }

  /// The revision is now in force with what is here. The one that was in force already may only
  /// bring what belongs here.
  private func bind(
    _ newRevision: UInt64, content: ContentHash?, _ before: SimulatedRecords, _ operation: String
  ) throws(PortError) {
    let root = records.digest.root
    if newRevision == revision, let known = bound.root, root != known, root != before.digest.root {
      records = before
      throw Self.otherContent(operation)
    }
    bound = (content, root)
    revision = newRevision
  }

  private static func otherContent(_ operation: String) -> PortError {
    PortError(
      .invalid, operation: operation, detail: "the revision is in force with another content")
  }

  private func revokeAhead(_ ids: [String], told: UInt64? = nil) throws(PortError) {
    let isBound = bound.root == records.digest.root
    _ = records.revoke(ids)
    _ = try records.finish(revision: revision, told: told)
    if isBound { bound.root = records.digest.root }
  }

  public func revoke(_ credentials: [String]) throws(PortError) {
    if credentials.isEmpty { return }
    try medium.write("revoke \(credentials.count) credentials")
    try revokeAhead(credentials)
  }

  public func stage(_ offer: SnapshotOffer) throws(PortError) -> StagedSnapshot {
    let operation = "begin snapshot \(offer.snapshotID)"
    do throws(ValidationFailure) { try offer.check() } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    try medium.write(operation)
    guard offer.revision >= revision else {
      throw PortError(
        .invalid, operation: operation,
        detail: "revision \(offer.revision) is older than \(revision), which is in force")
    }
    let standing = (records, bound)
    try revokeAhead(offer.revokedAhead, told: offer.revision)
    let ahead = records.stopped(since: standing.0, isWhole: false)
    if var staged, staged.snapshotID == offer.snapshotID, staged.revision == offer.revision,
      staged.chunks == offer.chunks
    {
      staged.stopped = ahead
      return staged
    }
    var begun = StagedSnapshot(
      snapshotID: offer.snapshotID, revision: offer.revision, chunks: offer.chunks, next: 0)
    staged = begun
    stagedChunks = []
    if offer.chunks == 0 {
      do throws(PortError) { try putInForce(&begun, operation) } catch {
        (records, bound) = standing
        throw error
      }
    }
    begun.stopped.add(ahead)
    return begun
  }

  private func putInForce(
    _ snapshot: inout StagedSnapshot, _ operation: String
  ) throws(PortError) {
    let newRevision = snapshot.revision
    var notes = RecordNotes()
    for chunk in stagedChunks {
      notes.refused += chunk.records.notes.refused
      notes.warnings += chunk.records.notes.warnings
    }
    let before = records
    records.removeEverything()
    for chunk in stagedChunks { _ = try records.put(chunk.records) }
    try records.putBack(notes, from: before)
    _ = try records.stop(notes)
    _ = try records.finish(revision: newRevision)
    staged = nil
    stagedChunks = []
    try bind(newRevision, content: nil, before, operation)
    let held = records.heldBack
    notes.refused += RefusedRecord.withdrawn(
      persons: held.persons, credentials: held.credentials)
    notes.refused = records.withKept(notes.refused)
    snapshot.notes = notes
    snapshot.stopped = records.stopped(since: before, isWhole: true)
  }

  public func stage(_ chunk: SoundChunk) throws(PortError) -> StagedSnapshot? {
    let operation = "keep chunk \(chunk.index) of snapshot \(chunk.snapshotID)"
    try medium.write(operation)
    guard var standing = staged, standing.snapshotID == chunk.snapshotID,
      standing.revision == chunk.revision
    else { return nil }
    guard standing.revision >= revision else {
      (staged, stagedChunks) = (nil, [])
      throw PortError(
        .invalid, operation: operation,
        detail: "revision \(standing.revision) is older than \(revision), which is in force by now")
    }
    guard chunk.index == standing.next else { return standing }
    stagedChunks.append(chunk)
    standing.next += 1
    staged = standing
    if standing.next == standing.chunks {
      try putInForce(&standing, operation)
    }
    return standing
  }

  public func holders(
    ofAny digests: [CredentialDigest]
  ) throws(PortError) -> [CredentialHolder] {
    medium.read("look up")
    var found: [CredentialHolder] = []
    for digest in Set(digests) {
      let known = records.credentials(ofDigest: digest).sorted(by: isFirst)
      for record in known.prefix(Self.holdersMax) { found.append(try holder(record)) }
    }
    return Self.chosen(of: found)
  }

  /// Those of known people first, then active credentials, then those that expire last.
  private func isFirst(_ left: CredentialRecord, _ right: CredentialRecord) -> Bool {
    let isLeftKnown = records.persons[left.person] != nil
    if isLeftKnown != (records.persons[right.person] != nil) { return isLeftKnown }
    if (left.status == "active") != (right.status == "active") { return left.status == "active" }
    let leftEnd = left.validUntil ?? .max
    let rightEnd = right.validUntil ?? .max
    return leftEnd == rightEnd ? left.id < right.id : leftEnd > rightEnd
  }

  public func holder(of credential: CredentialID) throws(PortError) -> CredentialHolder? {
    medium.read("read a credential")
    guard let record = records.credentials[credential.rawValue] else { return nil }
    return try holder(record)
  }

  private func holder(_ record: CredentialRecord) throws(PortError) -> CredentialHolder {
    do throws(ValidationFailure) {
      let credential = try record.validated(path: "credential")
      let person = try records.persons[record.person]?.validated(path: "person")
      return CredentialHolder(
        credential: credential, person: person ?? .unknown(credential.person))
    } catch {
      throw PortError(.damaged, operation: "look up a credential", detail: "\(error)")
    }
  }

  public func person(_ id: PersonID) throws(PortError) -> Person? {
    medium.read("read a person")
    guard let record = records.persons[id.rawValue] else { return nil }
    do throws(ValidationFailure) { return try record.validated(path: "person") } catch {
      throw PortError(.damaged, operation: "look up a person", detail: "\(error)")
    }
  }

  public func credentials(of person: PersonID) throws(PortError) -> [Credential] {
    medium.read("read a person's credentials")
    let held = records.credentials.values.filter { $0.person == person.rawValue }
    do throws(ValidationFailure) {
      return try held.sorted { $0.id < $1.id }.map { (record) throws(ValidationFailure) in
        try record.validated(path: "credential")
      }
    } catch {
      throw PortError(.damaged, operation: "look up credentials", detail: "\(error)")
    }
  }
}
