import CloudProtocol
import DoorPorts
import DoorRules

/// The persons and credentials of a controller, with a digest that follows every change.
struct SimulatedRecords {
  private(set) var persons: [String: PersonRecord] = [:]
  private(set) var credentials: [String: CredentialRecord] = [:]
  private(set) var digest = RecordSetDigest()
  /// Ids of credentials by value.
  private var byDigest: [CredentialDigest: [String]] = [:]
  /// The hash of each record that is here or was, by table and id.
  private var known: [String: [UInt8]] = [:]

  private var withdrawals = SimulatedWithdrawals()
  /// Ids that the last change let work although they stay withdrawn.
  private(set) var heldBack: (persons: [String], credentials: [String]) = ([], [])

  /// Credentials whose value has this digest.
  func credentials(ofDigest digest: CredentialDigest) -> [CredentialRecord] {
    (byDigest[digest] ?? []).compactMap { credentials[$0] }
  }

  /// The hash of each record in the digest, by table and id.
  var hashes: [String: [UInt8]] {
    known.filter { key, _ in
      let id = String(key[key.index(after: key.firstIndex(of: " ") ?? key.startIndex)...])
      return key.hasPrefix("person ")
        ? persons[id] != nil : credentials[id]?.countsInDigest == true
    }
  }

  // MARK: Records in and out

  private func hash(_ record: PersonRecord) throws(PortError) -> [UInt8] {
    do { return try record.recordHash() } catch {
      throw PortError(.invalid, operation: "hash a record", detail: "\(error)")
    }
  }

  private func hash(_ record: CredentialRecord) throws(PortError) -> [UInt8] {
    do { return try record.recordHash() } catch {
      throw PortError(.invalid, operation: "hash a record", detail: "\(error)")
    }
  }

  mutating func put(_ record: PersonRecord) throws(PortError) {
    if !record.accessEnabled { withdrawals.stop(.person, [record.id]) }
    toggleOut("person", record.id, counted: persons[record.id] != nil)
    let hash = try hash(record)
    known["person \(record.id)"] = hash
    digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    persons[record.id] = record
  }

  mutating func put(_ record: CredentialRecord) throws(PortError) -> [CredentialChange] {
    if !record.countsInDigest { withdrawals.stop(.credential, [record.id]) }
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
    toggleOut("credential", record.id, counted: before?.countsInDigest == true)
    if let before { byDigest[before.digest]?.removeAll { $0 == record.id } }
    let hash = try hash(record)
    known["credential \(record.id)"] = hash
    if record.countsInDigest {
      digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: record.id))
    }
    credentials[record.id] = record
    byDigest[record.digest, default: []].append(record.id)
    return changes
  }

  /// Removes a record from the digest if it is counted there.
  private mutating func toggleOut(_ table: String, _ id: String, counted: Bool) {
    guard counted, let hash = known["\(table) \(id)"] else { return }
    digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: id))
  }

  mutating func remove(credential id: String) -> [CredentialChange] {
    withdrawals.stop(.credential, [id])
    return take(credential: id)
  }

  private mutating func take(credential id: String) -> [CredentialChange] {
    guard let record = credentials.removeValue(forKey: id) else { return [] }
    byDigest[record.digest]?.removeAll { $0 == id }
    toggleOut("credential", id, counted: record.countsInDigest)
    return record.countsInDigest ? [CredentialChange(.revoked, record)] : []
  }

  mutating func revoke(_ ids: [String]) -> [CredentialChange] {
    withdrawals.stop(.credential, ids)
    var changes: [CredentialChange] = []
    for id in ids {
      guard var record = credentials[id], record.countsInDigest else { continue }
      toggleOut("credential", id, counted: true)
      record.status = "revoked"
      credentials[id] = record
      changes.append(CredentialChange(.revoked, record))
    }
    return changes
  }

  /// Removes all records of some buckets.
  mutating func empty(buckets: Set<Int>) {
    for (id, record) in credentials where buckets.contains(RecordSetDigest.bucket(of: id)) {
      if record.countsInDigest { withdrawals.stop(.credential, [id]) }
      _ = take(credential: id)
    }
    for (id, record) in persons where buckets.contains(RecordSetDigest.bucket(of: id)) {
      if record.accessEnabled { withdrawals.stop(.person, [id]) }
      take(person: id)
    }
  }

  mutating func remove(person id: String) {
    withdrawals.stop(.person, [id])
    take(person: id)
  }

  private mutating func take(person id: String) {
    toggleOut("person", id, counted: persons.removeValue(forKey: id) != nil)
  }

  mutating func removeEverything() {
    var kept = withdrawals
    kept.stop(.credential, credentials.values.filter(\.countsInDigest).map(\.id))
    kept.stop(.person, persons.values.filter(\.accessEnabled).map(\.id))
    self = SimulatedRecords()
    withdrawals = kept
  }

  /// Ends a change: what was withdrawn stays so, unless `revision` is newer.
  mutating func finish(
    revision: UInt64, told: UInt64? = nil
  ) throws(PortError) -> [CredentialChange] {
    heldBack.credentials = withdrawals.held(.credential, by: revision).filter {
      credentials[$0]?.countsInDigest == true
    }
    heldBack.persons = withdrawals.held(.person, by: revision).filter {
      persons[$0]?.accessEnabled == true
    }
    let changes = revoke(heldBack.credentials)
    for id in heldBack.persons {
      guard var record = persons[id] else { continue }
      record.accessEnabled = false
      try put(record)
    }
    withdrawals.keep(told: told ?? revision, inForce: revision) { [persons, credentials] key in
      switch key.kind {
      case .person: persons[key.id]?.accessEnabled == true
      case .credential: credentials[key.id]?.countsInDigest == true
      }
    }
    return changes
  }

  // MARK: Messages

  /// Puts what can be applied of a message; what stops working comes last.
  mutating func put(_ sound: SoundRecords) throws(PortError) -> [CredentialChange] {
    for record in sound.persons { try put(record) }
    var changes: [CredentialChange] = []
    for record in sound.credentials { changes += try put(record) }
    changes += revoke(sound.revokedAhead)
    return changes + (try stop(sound.notes))
  }

  /// Stops what refused records say is to stop.
  mutating func stop(_ notes: RecordNotes) throws(PortError) -> [CredentialChange] {
    for id in notes.stoppedIDs(.person) {
      guard var person = persons[id] else { continue }
      person.accessEnabled = false
      try put(person)
    }
    return revoke(notes.stoppedIDs(.credential))
  }

  /// Removes all records but those that refused ones name.
  mutating func removeEverything(but notes: RecordNotes) throws(PortError) {
    let before = self
    removeEverything()
    try putBack(notes, from: before)
  }

  /// The credentials that stop because a full set leaves them out.
  func leftOut(of sound: SoundRecords) -> [CredentialChange] {
    let staying = Set(sound.credentials.map(\.id) + sound.notes.refusedIDs(.credential))
    return credentials.values.filter { $0.countsInDigest && !staying.contains($0.id) }
      .sorted { $0.id < $1.id }.prefix(ApplyReport.stoppedToldMax)
      .map { CredentialChange(.revoked, $0) }
  }

  /// What worked before and does not now; of a message that replaced everything, no more than it names.
  func stopped(since before: SimulatedRecords, isWhole: Bool) -> StoppedRecords {
    let ended = before.credentials.values.filter {
      $0.countsInDigest && credentials[$0.id]?.countsInDigest != true
    }.sorted { $0.id < $1.id }
    let stops = before.persons.values.sorted { $0.id < $1.id }.compactMap {
      PersonStop(from: $0, to: persons[$0.id])
    }
    let most = isWhole ? StoppedRecords.namedMax : Int.max
    return StoppedRecords(
      credentials: ended.prefix(most).map { CredentialChange(.revoked, $0) },
      persons: Array(stops.prefix(most)),
      unnamed: max(ended.count - most, 0) + max(stops.count - most, 0))
  }

  /// Takes over what was there under the ids of refused records, unless there are newer ones.
  mutating func putBack(
    _ notes: RecordNotes, from before: SimulatedRecords
  ) throws(PortError) {
    for id in notes.refusedIDs(.person) {
      if persons[id] == nil, let person = before.persons[id] { try put(person) }
    }
    for id in notes.refusedIDs(.credential) {
      if credentials[id] == nil, let credential = before.credentials[id] {
        _ = try put(credential)
      }
    }
  }

  /// The refused records, each with the hash of what is here instead.
  func withKept(_ refused: [RefusedRecord]) -> [RefusedRecord] {
    refused.map { record in
      guard let id = record.id else { return record }
      let counts =
        switch record.kind {
        case .person: persons[id] != nil
        case .credential: credentials[id]?.countsInDigest == true
        }
      var record = record
      let hash = counts ? known["\(record.kind.rawValue) \(id)"] : nil
      record.kept = hash.map { String(decoding: Base64URL.encode($0), as: UTF8.self) }
      return record
    }
  }

  /// Computes the digest again from the records.
  mutating func rescan() throws(PortError) -> RecordSetDigest {
    var found = RecordSetDigest()
    for person in persons.values {
      found.toggle(try hash(person), inBucket: RecordSetDigest.bucket(of: person.id))
    }
    for credential in credentials.values where credential.countsInDigest {
      found.toggle(try hash(credential), inBucket: RecordSetDigest.bucket(of: credential.id))
    }
    digest = found
    return found
  }
}
