import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// Changes persons and credentials within one transaction, and updates the digest.
struct RecordWriter {
  let database: Database
  var digest: RecordSetDigest
  /// The credentials that were put or removed and differ from before.
  private(set) var changes: [CredentialChange] = []
  /// Ids that the change lets work although they were withdrawn at its revision or later: they stay so.
  private(set) var heldBack: [Withdrawals.Table: [String]] = [:]
  private var withdrawals: Withdrawals
  private var stops = Stops()

  init(_ database: Database) throws {
    self.database = database
    withdrawals = Withdrawals(database)
    let kept = try Data.fetchOne(database, sql: "SELECT buckets FROM position")
    digest = kept.flatMap { RecordSetDigest(bytes: Array($0)) } ?? RecordSetDigest()
  }

  mutating func put(_ record: PersonRecord) throws {
    if !record.accessEnabled { withdrawals.stop(.person, [record.id]) }
    // Any other record stops nobody.
    if !record.accessEnabled || record.membershipStatus != "active"
      || record.exclusions?.isEmpty == false
    {
      stops.note(try knownPerson(record.id))
    }
    try store(record)
  }

  private mutating func store(_ record: PersonRecord) throws {
    try takeOut("person", record.id)
    let hash = try record.recordHash()
    let bucket = RecordSetDigest.bucket(of: record.id)
    digest.toggle(hash, inBucket: bucket)
    try database.cachedStatement(sql: PersonRecord.rows.put)
      .execute(arguments: try record.arguments(hash: hash, bucket: bucket))
  }

  mutating func put(_ record: CredentialRecord) throws {
    if !record.countsInDigest { withdrawals.stop(.credential, [record.id]) }
    let before = try known(record.id)
    if !record.countsInDigest {
      stops.note(before)
    } else {
      stops.replace(record.id, before)
    }
    if before != record {
      switch (before?.countsInDigest == true, record.countsInDigest) {
      case (false, true): changes.append(CredentialChange(.issued, record))
      case (true, true): changes.append(CredentialChange(.updated, record))
      case (true, false): changes.append(CredentialChange(.revoked, record))
      case (false, false): break
      }
    }
    try store(record)
  }

  private mutating func store(_ record: CredentialRecord) throws {
    try takeOut("credential", record.id)
    let hash = try record.recordHash()
    let bucket = RecordSetDigest.bucket(of: record.id)
    if record.countsInDigest { digest.toggle(hash, inBucket: bucket) }
    try database.cachedStatement(sql: CredentialRecord.rows.put)
      .execute(arguments: try record.arguments(hash: hash, bucket: bucket))
  }

  /// Puts what can be applied of a message. What stops working comes last, so that nothing of the
  /// same message lets it work again.
  mutating func put(_ records: SoundRecords) throws {
    for record in records.persons { try put(record) }
    for record in records.credentials { try put(record) }
    try revoke(records.revokedAhead)
    try stop(records.notes)
  }

  /// Stops what refused records say is to stop.
  mutating func stop(_ notes: RecordNotes) throws {
    try revoke(notes.stoppedIDs(.credential))
    try switchOff(notes.stoppedIDs(.person))
  }

  private func known(_ id: String) throws -> CredentialRecord? {
    let find = try database.cachedStatement(
      sql: "SELECT \(CredentialRecord.rows.columns) FROM credential WHERE id = ?")
    return try Row.fetchOne(find, arguments: [id]).flatMap { try? CredentialRecord($0) }
  }

  /// Removes the hash of the present record from the digest.
  private mutating func takeOut(_ table: String, _ id: String) throws {
    guard let hash = try hash(table, id) else { return }
    digest.toggle(hash, inBucket: RecordSetDigest.bucket(of: id))
  }

  /// The hash by which a record counts in the digest; nil where none does.
  private func hash(_ table: String, _ id: String) throws -> [UInt8]? {
    let condition = table == "credential" ? " AND status = 'active'" : ""
    let find = try database.cachedStatement(
      sql: "SELECT hash FROM \(table) WHERE id = ?\(condition)")
    // What follows is the mark of ``DigestTable/rescan()``.
    return try Data.fetchOne(find, arguments: [id]).map {
      Array($0.prefix(RecordSetDigest.hashByteCount))
    }
  }

  /// Removes all records; those that are staged are taken afterwards.
  mutating func removeEverything(butStaged isStaged: Bool = false) throws {
    if isStaged { try stops.noteAll(butStaged: database) }
    try withdrawals.removeEverything(butStaged: isStaged)
    try database.execute(sql: "DELETE FROM credential; DELETE FROM person")
    digest = RecordSetDigest()
  }

  /// Notes the credentials that stop because a full set leaves them out, so that its answer can
  /// name them: as many as an answer names at most.
  mutating func noteLeftOut(of records: SoundRecords, kept: KeptRecords, max: Int) throws {
    try stops.noteAll(but: records, database)
    let staying = Set((records.credentials + kept.credentials).map(\.id))
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT \(CredentialRecord.rows.columns) FROM credential WHERE status = 'active'")
    var noted = 0
    while noted < max, let row = try rows.next() {
      // Most stay: those are not decoded.
      guard let id = try? row.decode(String.self, atIndex: 0), !staying.contains(id),
        let record = try? CredentialRecord(row)
      else { continue }
      changes.append(CredentialChange(.revoked, record))
      noted += 1
    }
  }

  mutating func removeCredentials(_ ids: [String]) throws {
    withdrawals.stop(.credential, ids)
    let remove = try database.cachedStatement(sql: "DELETE FROM credential WHERE id = ?")
    for id in ids {
      if let record = try known(id), record.countsInDigest {
        stops.note(record)
        changes.append(CredentialChange(.revoked, record))
      }
      try takeOut("credential", id)
      try remove.execute(arguments: [id])
    }
  }

  /// Removes the credentials of these persons too, so that none of them works again when the person
  /// returns.
  mutating func removePersons(_ ids: [String]) throws {
    withdrawals.stop(.person, ids)
    let remove = try database.cachedStatement(sql: "DELETE FROM person WHERE id = ?")
    for id in ids {
      stops.note(try knownPerson(id))
      try removeCredentials(
        try String.fetchAll(
          database, sql: "SELECT id FROM credential WHERE person = ?", arguments: [id]))
      try takeOut("person", id)
      try remove.execute(arguments: [id])
    }
  }

  mutating func revoke(_ ids: [String]) throws { try revoke(ids, worked: true) }

  /// `worked` is false for what works by the present change only.
  private mutating func revoke(_ ids: [String], worked: Bool) throws {
    withdrawals.stop(.credential, ids)
    let revoke = try database.cachedStatement(
      sql: "UPDATE credential SET status = 'revoked', hash = x'' WHERE id = ?")
    for id in ids {
      if var record = try known(id), record.countsInDigest {
        if worked { stops.note(record) }
        record.status = "revoked"
        changes.append(CredentialChange(.revoked, record))
      }
      try takeOut("credential", id)
      try revoke.execute(arguments: [id])
    }
  }

  /// Revokes credentials of which a later revision, `told`, says so. The revision in force is bound to
  /// what is left.
  mutating func revokeAhead(_ ids: [String], inForce revision: UInt64, told: UInt64? = nil) throws {
    let before = digest.root
    try revoke(ids)
    try finish(revision: revision, told: told)
    var bound = try BoundRevision.read(database)
    guard bound.root == before else { return }
    bound.root = digest.root
    try bound.keep(database)
  }

  /// Switches the access of persons off.
  private mutating func switchOff(_ ids: [String]) throws {
    for id in ids {
      guard var record = try knownPerson(id), record.accessEnabled else { continue }
      record.accessEnabled = false
      try put(record)
    }
  }

  /// Removes all records of a bucket; its digest is then zero.
  mutating func empty(bucket: Int) throws {
    try stops.note(bucket: bucket, database)
    try withdrawals.empty(bucket: bucket)
    for table in ["person", "credential"] {
      try database.cachedStatement(sql: "DELETE FROM \(table) WHERE bucket = ?")
        .execute(arguments: [bucket])
    }
    var bytes = digest.bytes
    let start = bucket * RecordSetDigest.hashByteCount
    for index in start..<start + RecordSetDigest.hashByteCount { bytes[index] = 0 }
    digest = RecordSetDigest(bytes: bytes) ?? digest
  }

  /// What worked before the change and does not now.
  func stopped() throws -> StoppedRecords { try stops.stopped(now: known, knownPerson) }

  // MARK: What stays in place of refused records

  private func knownPerson(_ id: String) throws -> PersonRecord? {
    let find = try database.cachedStatement(
      sql: "SELECT \(PersonRecord.rows.columns) FROM person WHERE id = ?")
    return try Row.fetchOne(find, arguments: [id]).flatMap { try? PersonRecord($0, from: 0) }
  }

  /// What is here now under the ids of refused records.
  func known(_ notes: RecordNotes) throws -> KeptRecords {
    KeptRecords(
      persons: try notes.refusedIDs(.person).compactMap(knownPerson),
      credentials: try notes.refusedIDs(.credential).compactMap(known))
  }

  /// Puts records back after everything around them was removed, unless there are newer ones.
  mutating func putBack(_ kept: KeptRecords) throws {
    for record in kept.persons where try knownPerson(record.id) == nil { try put(record) }
    for record in kept.credentials where try known(record.id) == nil { try store(record) }
  }

  /// The refused records, each with the hash of what is here instead.
  func withKept(_ refused: [RefusedRecord]) throws -> [RefusedRecord] {
    try refused.map { record in
      guard let id = record.id else { return record }
      var record = record
      record.kept = try hash(record.kind.rawValue, id).map { Data($0).base64URL }
      return record
    }
  }

  /// Ends the change: what was withdrawn stays so, unless `revision` is newer; then stores revision,
  /// counts and digest in one row, so that reading them is cheap. `told` is the revision of the
  /// message where that is not the one in force.
  mutating func finish(revision: UInt64, told: UInt64? = nil) throws {
    let credentials = try withdrawals.broughtBack(.credential, by: revision)
    let persons = try withdrawals.broughtBack(.person, by: revision)
    heldBack = [.credential: credentials, .person: persons]
    try revoke(credentials, worked: false)
    for id in persons {
      let find = try database.cachedStatement(
        sql: "SELECT \(PersonRecord.rows.columns) FROM person WHERE id = ?")
      guard let row = try Row.fetchOne(find, arguments: [id]) else { continue }
      var record = try PersonRecord(row, from: 0)
      record.accessEnabled = false
      withdrawals.stop(.person, [id])
      try store(record)
    }
    try withdrawals.keep(told: told ?? revision, inForce: revision)
    try database.execute(
      sql: """
        UPDATE position SET revision = ?, buckets = ?,
          credentials = (SELECT COUNT(*) FROM credential),
          persons = (SELECT COUNT(*) FROM person)
        """, arguments: [Int64(clamping: revision), Data(digest.bytes)])
  }
}

/// Records that stay although a message replaces everything around them.
struct KeptRecords {
  var persons: [PersonRecord] = []
  var credentials: [CredentialRecord] = []
}
