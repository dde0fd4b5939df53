import CloudProtocol
import Foundation
import GRDB

/// Everything that this cloud has about one person, for that person. Values of cards and codes are
/// not in it: here they are digests, or sealed.
struct PersonExport: Encodable {
  /// A credential as one controller has it.
  struct Held: Encodable {
    var controller: String
    var record: CredentialRecord
    var status: String
  }

  /// An event with the controller that recorded it.
  struct Recorded: Encodable {
    var controller: String
    var event: CloudEvent
  }

  /// A command with its controller.
  struct Ordered: Encodable {
    var controller: String
    var command: Command
  }

  var person: PersonRecord
  var exportedAt: String
  var credentials: [Held]
  /// Keys that were issued on site.
  var issuedOnSite: [IssuedKey]
  /// Reservations of platforms.
  var reservations: [JSONValue]
  /// Credentials of platforms, without their values.
  var ordered: [JSONValue]
  /// When the person's code was made; nil for none.
  var codeMadeAt: String?
  var events: [Recorded]
  /// Alarms that came ahead of their turn; each is among the events too, once those arrive.
  var alarms: [Recorded]
  var commands: [Ordered]
  var audit: [JSONValue]
  /// What controllers said about the person's records.
  var refused: [JSONValue]

  /// Throws for a person who is not there.
  init(_ id: String, at milliseconds: Int64, _ database: Database) throws {
    guard let record = try PersonTable.find(id, database) else {
      throw CloudProblem("there is no person \(id)")
    }
    let traces = try PersonTraces(id, database)
    person = record
    exportedAt = CloudEvent.timestamp(milliseconds: milliseconds)
    credentials = try Row.fetchAll(
      database,
      sql: "SELECT controller, record, status FROM credential WHERE person = ? ORDER BY id",
      arguments: [id]
    ).map {
      Held(
        controller: $0["controller"],
        record: try $0.requiredJSON(CredentialRecord.self, in: "record"), status: $0["status"])
    }
    issuedOnSite = try database.fetchAllJSON(
      IssuedKey.self,
      sql: """
        SELECT body FROM issued WHERE json_extract(CAST(body AS TEXT), '$.record.person') = ?
        ORDER BY id
        """, arguments: [id])
    reservations = try Self.documents("reservation", of: id, database)
    ordered = try Self.documents("credential", of: id, database)
    codeMadeAt = try Int64.fetchOne(
      database,
      sql: """
        SELECT json_extract(CAST(body AS TEXT), '$.madeMilliseconds') FROM document
        WHERE kind = 'code' AND id = ?
        """, arguments: [id]
    ).map { CloudEvent.timestamp(milliseconds: $0) }
    events = try traces.events("event", database).map {
      Recorded(controller: $0.0.controller, event: $0.1)
    }
    alarms = try traces.events("urgent", database).map {
      Recorded(controller: $0.0.controller, event: $0.1)
    }
    commands = try traces.commands(database).map {
      Ordered(controller: $0.0.controller, command: $0.1)
    }
    audit = try traces.audit(database).map(\.1)
    refused = try ([id] + traces.credentials.map(\.id)).flatMap { name in
      try database.fetchAllJSON(
        JSONValue.self, sql: "SELECT problems FROM recordNote WHERE name = ?", arguments: [name])
    }
  }

  private static func documents(
    _ kind: String, of person: String, _ database: Database
  ) throws -> [JSONValue] {
    try database.fetchAllJSON(
      JSONValue.self, sql: "SELECT body FROM document WHERE kind = ? AND parent = ? ORDER BY id",
      arguments: [kind, person]
    ).map { document in
      guard case .object(var members) = document else { return document }
      members["sealed"] = nil
      return .object(members)
    }
  }
}
