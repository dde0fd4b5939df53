import CloudAPI
import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// Removes one person: records, credentials, reservations, codes and what was noted about them go;
/// events, orders and the audit stay without the name. Controllers that have the records are told.
struct PersonErasure {
  /// What was done, for the operator.
  struct Summary {
    var credentials = 0
    var reservations = 0
    /// Events and alarms that have no name any more.
    var events = 0
    var commands = 0
    var auditEntries = 0
    /// Why old bytes may still be in the file; nil if they are not.
    var leftBytes: String?
  }

  let store: CloudStore
  /// Opens the kept answers, some of which may name the person.
  let vault: SecretVault

  /// All or nothing. Throws for a person who is not there.
  func erase(_ id: String, at milliseconds: Int64) throws -> Summary {
    var summary = try store.database.write { database in
      guard try PersonTable.isKnown(id, database) else {
        throw CloudProblem("there is no person \(id)")
      }
      let traces = try PersonTraces(id, database)
      var summary = try Self.makeNameless(traces, database)
      try tellControllers(traces, database)
      summary.credentials = traces.credentials.count
      summary.reservations = try remove(traces, database)
      try ErasedTable.add(.person(id), at: milliseconds, database)
      for credential in traces.credentials {
        try ErasedTable.add(.credential(credential.id), at: milliseconds, database)
      }
      return summary
    }
    // What was overwritten or deleted is otherwise in the file until its page is used again.
    do {
      try store.database.vacuum()
      _ = try store.database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    } catch {
      summary.leftBytes = "\(error)"
    }
    return summary
  }

  private static func makeNameless(
    _ traces: PersonTraces, _ database: Database
  ) throws -> Summary {
    var summary = Summary()
    for table in ["event", "urgent"] {
      for (trace, event) in try traces.events(table, database) {
        guard let nameless = event.nameless(traces.has) else { continue }
        try database.cachedStatement(sql: "UPDATE \(table) SET event = ? WHERE rowid = ?")
          .execute(arguments: [try storedJSON(nameless), trace.row])
        summary.events += 1
      }
    }
    for (trace, command) in try traces.commands(database) {
      var nameless = command
      nameless.person = ErasedTable.word
      nameless.location = nil
      try database.execute(
        sql: "UPDATE command SET command = ? WHERE rowid = ?",
        arguments: [try storedJSON(nameless), trace.row])
      summary.commands += 1
    }
    for (trace, entry) in try traces.audit(database) {
      try database.execute(
        sql: "UPDATE platformLog SET body = ? WHERE rowid = ?",
        arguments: [try storedJSON(traces.nameless(entry)), trace.row])
      summary.auditEntries += 1
    }
    return summary
  }

  /// Credentials first: without them nobody enters, whatever becomes of the rest.
  private func tellControllers(_ traces: PersonTraces, _ database: Database) throws {
    for credential in traces.credentials {
      try KnownPersonTable.withdraw(
        "credential", credential.id, at: credential.controller, isErased: true, database)
      try KnownPersonTable.markErased("credential", credential.id, database)
    }
    for controller in try KnownPersonTable.controllers(of: traces.person, database) {
      try KnownPersonTable.withdraw(
        "person", traces.person, at: controller, isErased: true, database)
    }
    try KnownPersonTable.markErased("person", traces.person, database)
    try KnownPersonTable.forgetRemoved(at: nil, database)
  }

  /// Returns how many reservations there were.
  private func remove(_ traces: PersonTraces, _ database: Database) throws -> Int {
    let (person, platformIDs) = (traces.person, traces.platformIDs)
    let reservations =
      try Int.fetchOne(
        database,
        sql: "SELECT COUNT(*) FROM document WHERE kind = 'reservation' AND parent = ?",
        arguments: [person]) ?? 0
    for (id, _) in traces.credentials {
      for sql in [
        "DELETE FROM credential WHERE id = ?", "DELETE FROM issued WHERE id = ?",
        "DELETE FROM recordNote WHERE name = ?",
        "DELETE FROM document WHERE kind = 'part' AND id = ?",
        "DELETE FROM notice WHERE kind = 'credential' AND reference = ?",
      ] {
        try database.execute(sql: sql, arguments: [id])
      }
    }
    for sql in [
      "DELETE FROM knownPerson WHERE person = ?", "DELETE FROM personWay WHERE person = ?",
      "DELETE FROM person WHERE id = ?", "DELETE FROM recordNote WHERE name = ?",
      "DELETE FROM document WHERE kind = 'code' AND id = ?",
      "DELETE FROM document WHERE kind IN ('reservation', 'credential') AND parent = ?",
    ] {
      try database.execute(sql: sql, arguments: [person])
    }
    let ids = platformIDs + traces.credentials.map(\.id)
    for id in try ids.map(PersonTraces.written) {
      // A snapshot's parts begin and end at ids; a controller that pulls one asks for another.
      try database.execute(
        sql: "DELETE FROM snapshot WHERE instr(CAST(ranges AS TEXT), ?) > 0", arguments: [id])
      for column in [LogUpload.column, DiagnosisReport.column] {
        try database.execute(
          sql: """
            UPDATE controller SET \(column) = NULL WHERE instr(CAST(\(column) AS TEXT), ?) > 0
            """, arguments: [id])
      }
    }
    try removeAnswers(naming: Set(ids), database)
    return reservations
  }

  /// Answers that are kept for requests that come twice, sealed.
  private func removeAnswers(naming ids: Set<String>, _ database: Database) throws {
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, body FROM document WHERE kind = 'answer'")
    for row in rows {
      let answer = try row.requiredJSON(JSONValue.self, in: "body")
      guard case .object(let members) = answer else { continue }
      var text = String(decoding: try JSONCoding.encode(answer), as: UTF8.self)
      if case .string(let sealed)? = members["body"], let data = Data(base64Encoded: sealed) {
        text += try vault.open(data).reveal()
      }
      guard ids.contains(where: text.contains) else { continue }
      try database.execute(
        sql: "DELETE FROM document WHERE kind = 'answer' AND id = ?",
        arguments: [try row.decode(String.self, forColumn: "id")])
    }
  }
}
