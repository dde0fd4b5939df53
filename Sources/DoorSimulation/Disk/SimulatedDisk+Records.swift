import CloudProtocol
import DoorPorts
import DoorRules

/// Records in and out, with the digest in step.
extension SimulatedDisk {
  func hash(_ record: PersonRecord) throws(PortError) -> [UInt8] {
    do { return try record.recordHash() } catch {
      throw PortError(.invalid, operation: "hash a record", detail: "\(error)")
    }
  }

  func hash(_ record: CredentialRecord) throws(PortError) -> [UInt8] {
    do { return try record.recordHash() } catch {
      throw PortError(.invalid, operation: "hash a record", detail: "\(error)")
    }
  }

  func put(_ record: PersonRecord) throws(PortError) {
    takeOut("person", record.id, counted: persons[record.id] != nil)
    let hash = try hash(record)
    hashes["person \(record.id)"] = hash
    digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    persons[record.id] = record
  }

  func put(_ record: CredentialRecord) throws(PortError) -> [CredentialChange] {
    let before = credentials[record.id]
    var changes: [CredentialChange] = []
    if before != record {
      switch (before?.countsInDigest == true, record.countsInDigest) {
      case (false, true): changes.append(CredentialChange(.issued, record))
      case (true, true): changes.append(CredentialChange(.updated, record))
      case (true, false): changes.append(CredentialChange(.revoked, record))
      case (false, false): break
      }
    }
    takeOut("credential", record.id, counted: before?.countsInDigest == true)
    if let before { byDigest[before.digest]?.removeAll { $0 == record.id } }
    let hash = try hash(record)
    hashes["credential \(record.id)"] = hash
    if record.countsInDigest {
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    credentials[record.id] = record
    byDigest[record.digest, default: []].append(record.id)
    return changes
  }

  func takeOut(_ table: String, _ id: String, counted: Bool) {
    guard counted, let hash = hashes["\(table) \(id)"] else { return }
    digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: id))
  }

  func remove(credential id: String) -> [CredentialChange] {
    guard let record = credentials.removeValue(forKey: id) else { return [] }
    byDigest[record.digest]?.removeAll { $0 == id }
    takeOut("credential", id, counted: record.countsInDigest)
    return record.countsInDigest ? [CredentialChange(.revoked, record)] : []
  }

  func revokeNow(_ ids: [String]) -> [CredentialChange] {
    var changes: [CredentialChange] = []
    for id in ids {
      guard var record = credentials[id], record.countsInDigest else { continue }
      takeOut("credential", id, counted: true)
      record.status = "revoked"
      credentials[id] = record
      changes.append(CredentialChange(.revoked, record))
    }
    return changes
  }

  func removeEverything() {
    persons = [:]
    credentials = [:]
    byDigest = [:]
    hashes = [:]
    digest = RecordSetDigest()
  }

  func putInForce(_ newRevision: UInt64) throws(PortError) {
    removeEverything()
    for chunk in stagedChunks {
      for record in chunk.persons { try put(record) }
      for record in chunk.credentials { _ = try put(record) }
    }
    revision = newRevision
    staged = nil
    stagedChunks = []
  }
}
