import CloudProtocol
import DoorRules
import GRDB

/// The tables `issued` and `revokedCertificate`: keys that were issued on site, without this
/// cloud, and the decision about each when the controller reported it.
/// `deploy/protocol/hand-over.md` has the table of decisions.
struct IssuedTable {
  let database: DatabasePool

  /// The decision about one key, for the log and the command `issuer keys`.
  struct Decision: CustomStringConvertible {
    enum Outcome: String {
      case confirmed, changed, revoked
      /// The key is invalid here; the controller keeps it and reports it again.
      case refused
    }

    var credential: String
    var outcome: Outcome
    var reason: String

    var description: String { "key \(credential) is \(outcome.rawValue): \(reason)" }
  }

  /// Stores every key of a report as a credential of this cloud; the controller receives them like
  /// any change, and then removes its own copy.
  func reconcile(_ report: IssuedReport, of controller: ControllerID) throws -> [Decision] {
    guard report.keys.count <= IssuedReport.keysMax else {
      throw CloudProblem("a report has at most \(IssuedReport.keysMax) keys")
    }
    if !report.keys.isEmpty {
      // Its certificate may have been made elsewhere.
      try database.write { try WayTable.addDesk(at: controller.rawValue, $0) }
    }
    return try report.keys.map { key in
      do {
        return try database.write { try Self.reconcile(key, of: controller.rawValue, $0) }
      } catch let problem as CloudProblem {
        // An invalid key must not delay the others.
        return Decision(
          credential: String(key.record.id.prefix(64)), outcome: .refused, reason: problem.message)
      }
    }
  }

  private static func reconcile(
    _ key: IssuedKey, of controller: String, _ database: Database
  ) throws -> Decision {
    do { _ = try key.record.validated(path: "credential") } catch {
      throw CloudProblem("\(error)")
    }
    if try ErasedTable.holds(.person(key.record.person), database)
      || ErasedTable.holds(.credential(key.record.id), database)
    {
      // The answer to the removal ends the controller's own copy too.
      try KnownPersonTable.withdraw(
        "credential", key.record.id, at: controller, isErased: true, database)
      try ErasedTable.add(.credential(key.record.id), at: CloudClock.now(), database)
      return Decision(
        credential: key.record.id, outcome: .revoked, reason: "the person was erased here")
    }
    let (record, outcome, reason) = try decide(key, of: controller, database)
    if try !PersonTable.isKnown(record.person, database) {
      try PersonTable.put(PersonRecord(id: record.person, accessEnabled: true), database)
    }
    // Also when nothing changed: the new revision of the record confirms the key to the controller.
    try CredentialTable.put(record, at: controller, database)
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO issued (id, controller, issuer, outcome, reason, body, stored)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        record.id, controller, key.issuer, outcome.rawValue, reason, try storedJSON(key),
        CloudClock.now(),
      ])
    return Decision(credential: record.id, outcome: outcome, reason: reason)
  }

  /// The table of decisions: the first row that matches counts.
  private static func decide(
    _ key: IssuedKey, of controller: String, _ database: Database
  ) throws -> (CredentialRecord, Decision.Outcome, String) {
    var revoked = key.record
    revoked.status = "revoked"
    if let (known, owner) = try CredentialTable.find(key.record.id, database) {
      guard owner == controller else {
        throw CloudProblem("it belongs to another controller")
      }
      if known.status == "revoked" { return (known, .revoked, "it was revoked here") }
      if key.record.status == "revoked" { return (revoked, .revoked, "it was revoked at the door") }
      if known == key.record { return (known, .confirmed, "it is known already") }
      return (known, .changed, "the cloud has other values, which apply")
    }
    if key.record.status == "revoked" { return (revoked, .revoked, "it was revoked at the door") }
    if let ended = try Int64.fetchOne(
      database, sql: "SELECT revoked FROM revokedCertificate WHERE id = ?",
      arguments: [key.certificate]), key.handedOverAt >= ended || key.issuedAt >= ended
    {
      return (revoked, .revoked, "certificate \(key.certificate) was revoked earlier")
    }
    if let person = try PersonTable.find(key.record.person, database), !person.accessEnabled {
      return (revoked, .revoked, "\(key.record.person) is switched off")
    }
    if let other = try CredentialTable.twin(of: key.record, at: controller, database) {
      return (
        revoked, .revoked,
        "reservation \(key.record.reservationID ?? "") also belongs to \(other.person)"
      )
    }
    return (key.record, .confirmed, "issued by \(key.issuer), \(key.uses) entries so far")
  }

  /// Revokes a certificate: keys that were issued under it from `seconds` on are revoked when they
  /// are reported.
  func revokeCertificate(_ id: String, at seconds: Int64) throws {
    try database.write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO revokedCertificate VALUES (?, ?)", arguments: [id, seconds])
    }
  }

  /// The reported keys of a controller, with their decisions.
  func list(of controller: String) throws -> [(key: IssuedKey, outcome: String, reason: String)] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT body, outcome, reason FROM issued WHERE controller = ? ORDER BY id",
        arguments: [controller]
      ).map { (try $0.requiredJSON(IssuedKey.self, in: "body"), $0["outcome"], $0["reason"]) }
    }
  }
}
