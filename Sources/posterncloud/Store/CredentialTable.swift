import CloudAPI
import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The table `credential`: each belongs to one controller, under whose key it is digested.
struct CredentialTable {
  let database: DatabasePool

  // MARK: Changes

  /// Stores a new credential. The same card or code for another person at the same door and time is
  /// a clash, which is an error.
  func issue(
    _ record: CredentialRecord, of holders: ValueHolders, at controller: String
  ) throws {
    do { _ = try record.validated(path: "credential") } catch { throw CloudProblem("\(error)") }
    try database.write { database in
      try ControllerTable.requireEnrolled(controller, database)
      if let clash = try Self.clash(of: record, holders, at: controller, database) { throw clash }
      guard try PersonTable.isKnown(record.person, database) else {
        throw CloudProblem("there is no person \(record.person); add the person first")
      }
      guard
        try !database.finds(
          sql: "SELECT 1 FROM credential WHERE id = ?", arguments: [record.id])
      else { throw CloudProblem("there is a credential \(record.id) already") }
      let person = try PersonTable.find(record.person, database)
      try ControllerTable.requireAbility(
        record.neededFeatures + (person?.neededFeatures ?? []), of: [controller], database)
      try Self.put(record, at: controller, database)
    }
  }

  /// What to tell of a credential whose card or code somebody else has at the same door and time.
  static func clash(
    of record: CredentialRecord, _ holders: ValueHolders, at controller: String,
    _ database: Database
  ) throws -> CloudProblem? {
    let reach = try ConfigurationTable.present(of: controller, database)?.reach
    let digester = try ControllerTable.digester(of: controller, database)
    let others = try holders.clashing(with: record, in: reach ?? CredentialReach()) {
      try credentials(of: digester.digest(ofCanonical: $0), at: controller, database)
    }
    return others.first.map { other in
      CloudProblem(
        "clash: credential \(other.id) of \(other.person) has the same "
          + "\(record.kind == "pin" ? "code" : "card") at \(controller), for a door and a time that "
          + "both are for; choose another")
    }
  }

  /// Adds or replaces a credential that was validated; it is pending until the controller reports
  /// otherwise. One that was another controller's or another person's is taken from there.
  static func put(
    _ record: CredentialRecord, at controller: String, _ database: Database
  ) throws {
    let before = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT controller, person FROM credential WHERE id = ?"),
      arguments: [record.id])
    // The person comes first, or the controller warns of a credential of nobody.
    try KnownPersonTable.learn(record.person, at: controller, database)
    try KnownPersonTable.unwithdraw("credential", record.id, at: controller, database)
    try database.cachedStatement(
      sql: """
        INSERT INTO credential
          (id, controller, person, digest, record, revision, hash, bucket, active)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET controller = excluded.controller,
          person = excluded.person, digest = excluded.digest, record = excluded.record,
          revision = excluded.revision, hash = excluded.hash, active = excluded.active, status = 'pending', statusTime = NULL
        """
    ).execute(arguments: [
      record.id, controller, record.person, Data(record.digest.bytes), try storedJSON(record),
      try RevisionTable.next(of: controller, database), Data(try record.recordHash()),
      RecordSetDigest.bucket(of: record.id), record.countsInDigest,
    ])
    try ErasedTable.withdraw(.credential(record.id), database)
    guard let before else { return }
    let holder: String = try before.decode(forColumn: "person")
    let place: String = try before.decode(forColumn: "controller")
    if place != controller {
      try KnownPersonTable.withdraw("credential", record.id, at: place, database)
    }
    if place != controller || holder != record.person {
      try KnownPersonTable.leave(holder, at: place, database)
    }
  }

  /// Counts a credential as used at `seconds` since 1970. Throws for one that may stay unused.
  func resume(_ id: String, at seconds: Int64) throws {
    try database.write { database in
      guard let found = try Self.find(id, database) else {
        throw CloudProblem("there is no credential \(id)")
      }
      var record = found.record
      guard record.unusedDays != nil else {
        throw CloudProblem("credential \(id) may stay unused for ever; it is not suspended")
      }
      record.lastUsed = seconds
      try Self.put(record, at: found.controller, database)
    }
  }

  func revoke(_ id: String) throws {
    try database.write { try Self.revoke(id, $0) }
  }

  static func revoke(_ id: String, _ database: Database) throws {
    guard let found = try find(id, database) else {
      throw CloudProblem("there is no credential \(id)")
    }
    var record = found.record
    record.status = "revoked"
    try put(record, at: found.controller, database)
  }

  // MARK: What is there

  static func find(
    _ id: String, _ database: Database
  ) throws -> (record: CredentialRecord, controller: String)? {
    try Row.fetchOne(
      database, sql: "SELECT controller, record FROM credential WHERE id = ?", arguments: [id]
    ).map { (try $0.requiredJSON(CredentialRecord.self, in: "record"), $0["controller"]) }
  }

  /// Those with this value, active and revoked.
  static func credentials(
    of digest: CredentialDigest, at controller: String, _ database: Database
  ) throws -> [CredentialRecord] {
    try database.fetchAllJSON(
      CredentialRecord.self,
      sql: "SELECT record FROM credential WHERE controller = ? AND digest = ?",
      arguments: [controller, Data(digest.bytes)])
  }

  /// An active credential of another person, for the same reservation and a common door.
  static func twin(
    of record: CredentialRecord, at controller: String, _ database: Database
  ) throws -> CredentialRecord? {
    guard let reservation = record.reservationID else { return nil }
    return try database.fetchAllJSON(
      CredentialRecord.self,
      sql: """
        SELECT record FROM credential
        WHERE controller = ? AND active AND json_extract(CAST(record AS TEXT), '$.reservationID') = ?
        """, arguments: [controller, reservation]
    ).first { other in
      other.person != record.person && !Set(other.doors).isDisjoint(with: record.doors)
    }
  }

  /// A credential with its status, as the controller reported it.
  struct Standing {
    var record: CredentialRecord
    var status: String
    var statusMilliseconds: Int64?
  }

  /// The credentials of a controller by id, at most `limit` after `after`.
  func list(of controller: String, after: String, limit: Int) throws -> [Standing] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT record, status, statusTime FROM credential
          WHERE controller = ? AND id > ? ORDER BY id LIMIT ?
          """, arguments: [controller, after, limit]
      ).map {
        Standing(
          record: try $0.requiredJSON(CredentialRecord.self, in: "record"), status: $0["status"],
          statusMilliseconds: $0["statusTime"])
      }
    }
  }

  // MARK: What the controller reports

  /// Stores the status of each credential that a report names.
  func storeStatuses(_ report: ApplyReport, of controller: ControllerID) throws {
    guard report.subject == .credentials else { return }
    try database.write { database in
      let set = try database.cachedStatement(
        sql: """
          UPDATE credential SET status = ?, statusTime = ?
          WHERE id = ? AND controller = ? AND status IS NOT ?
          """)
      for credential in report.credentials ?? [] {
        let status = credential.status.rawValue
        try set.execute(arguments: [
          status, CloudClock.now(), credential.id, controller.rawValue, status,
        ])
      }
      guard report.applied, report.credentials == nil else { return }
      // A snapshot or a repair: at that revision the controller has what this table has.
      try database.execute(
        sql: """
          UPDATE credential SET status = CASE WHEN active THEN 'active' ELSE 'revoked' END,
            statusTime = ? WHERE controller = ? AND status = 'pending' AND revision <= ?
          """,
        arguments: [CloudClock.now(), controller.rawValue, Int64(clamping: report.revision)])
      for record in report.refused ?? [] where record.kind == .credential {
        let status: CredentialOutcome.Status = record.stops == true ? .revoked : .failed
        try set.execute(arguments: [
          status.rawValue, CloudClock.now(), record.id, controller.rawValue, status.rawValue,
        ])
      }
    }
  }
}
