import CloudAPI
import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// What doors are served from: the tables that the server sends from and receives into.
extension SQLiteTransaction {
  // MARK: Controllers

  func controllers() throws -> [ControllerFacts] {
    try Row.fetchAll(database, sql: "SELECT * FROM controller ORDER BY id").map(Self.facts)
  }

  func controller(_ id: String) throws -> ControllerFacts? {
    try Row.fetchOne(database, sql: "SELECT * FROM controller WHERE id = ?", arguments: [id])
      .map(Self.facts)
  }

  func controllers(of site: String) throws -> [ControllerFacts] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT controller.* FROM controllerWay AS way JOIN controller ON controller.id = way.controller
        WHERE way.way = ? ORDER BY controller.id
        """, arguments: [WayIn.site(site).text]
    ).map(Self.facts)
  }

  private static func facts(_ row: Row) throws -> ControllerFacts {
    ControllerFacts(
      id: try row.decode(forColumn: "id"),
      configuration: try row.json(ConfigurationDocument.self, in: "config"),
      refusedConfiguration: try row.decode(Int64?.self, forColumn: "refusedConfig").map {
        UInt64(clamping: $0)
      },
      hello: try row.json(Hello.self, in: Hello.column),
      state: try row.json(StateReport.self, in: StateReport.column),
      telemetry: try row.json(TelemetryReport.self, in: TelemetryReport.column),
      isTelemetryOvertaken: try row.decode(forColumn: "telemetryOvertaken"),
      clonedMilliseconds: try row.decode(forColumn: "cloned"))
  }

  func push(_ document: ConfigurationDocument, to controller: String) throws {
    _ = try ConfigurationTable.push(document, patch: nil, to: controller, database)
  }

  func pendingCredentials(of controller: String) throws -> Int {
    try Int.fetchOne(
      database,
      sql: "SELECT COUNT(*) FROM credential WHERE controller = ? AND status = 'pending'",
      arguments: [controller]) ?? 0
  }

  // MARK: People

  func person(_ id: String) throws -> PersonRecord? { try PersonTable.find(id, database) }

  func people(after: String, limit: Int) throws -> [PersonRecord] {
    try database.fetchAllJSON(
      PersonRecord.self, sql: "SELECT record FROM person WHERE id > ? ORDER BY id LIMIT ?",
      arguments: [after, limit])
  }

  func put(_ person: PersonRecord) throws { try PersonTable.put(person, database) }

  // MARK: Credentials

  func digest(of value: Secret<String>, at controller: String) throws -> CredentialDigest {
    try ControllerTable.digester(of: controller, database).digest(ofCanonical: value)
  }

  func holders(of digest: CredentialDigest, at controller: String) throws -> [CredentialRecord] {
    try database.fetchAllJSON(
      CredentialRecord.self,
      sql: "SELECT record FROM credential WHERE controller = ? AND digest = ? AND active",
      arguments: [controller, Data(digest.bytes)])
  }

  func credential(_ id: String) throws -> CredentialStanding? {
    guard
      let row = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM credential WHERE id = ?"), arguments: [id])
    else { return nil }
    let controller: String = try row.decode(forColumn: "controller")
    let note = try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT problems FROM recordNote
          WHERE controller = ? AND kind = 'credential' AND name = ?
          """), arguments: [controller, id])
    return CredentialStanding(
      record: try row.requiredJSON(CredentialRecord.self, in: "record"), controller: controller,
      status: try row.decode(forColumn: "status"),
      statusMilliseconds: try row.decode(forColumn: "statusTime"),
      grantedMilliseconds: try row.decode(forColumn: "granted"),
      revokedMilliseconds: try row.decode(forColumn: "revoked"),
      problems: try note?.requiredJSON([Problem].self, in: "problems") ?? [])
  }

  func put(_ record: CredentialRecord, at controller: String) throws {
    try CredentialTable.put(record, at: controller, database)
  }

  // MARK: Commands

  func queue(
    _ command: Command, id: String, for controller: String, at: Int64, runsOut: Int64
  ) throws {
    try database.execute(
      sql: "INSERT INTO command (id, controller, command, made, runsOut) VALUES (?, ?, ?, ?, ?)",
      arguments: [id, controller, try storedJSON(command), at, runsOut])
  }

  func command(_ id: String) throws -> CommandStanding? {
    try Row.fetchOne(database, sql: "SELECT * FROM command WHERE id = ?", arguments: [id]).map {
      CommandStanding(
        controller: $0["controller"], command: try $0.requiredJSON(Command.self, in: "command"),
        runsOutMilliseconds: $0["runsOut"], result: try $0.json(CommandResult.self, in: "result"))
    }
  }

  // MARK: Events

  func events(_ span: EventSpan, limit: Int) throws -> [PlacedEvent] {
    let (condition, position): (String, Int64) =
      switch span {
      case .before(let before): ("position < ? ORDER BY position DESC", before ?? .max)
      case .after(let after): ("position > ? ORDER BY position", after)
      }
    return try Row.fetchAll(
      database, sql: "SELECT position, controller, event FROM event WHERE \(condition) LIMIT ?",
      arguments: [position, limit]
    ).map(Self.placed)
  }

  func event(at position: Int64) throws -> PlacedEvent? {
    try Row.fetchOne(
      database, sql: "SELECT position, controller, event FROM event WHERE position = ?",
      arguments: [position]
    ).map(Self.placed)
  }

  private static func placed(_ row: Row) throws -> PlacedEvent {
    let arrived = try ArrivedEvent(row, position: "position")
    return PlacedEvent(
      position: arrived.position, controller: arrived.controller, event: arrived.event)
  }

  func urgentEvent(_ reference: String) throws -> PlacedEvent? {
    let parts = reference.split(separator: "/").map(String.init)
    guard parts.count == 3, let number = Int64(parts[2]) else { return nil }
    let event = try database.fetchJSON(
      CloudEvent.self,
      sql: "SELECT event FROM urgent WHERE controller = ? AND epoch = ? AND number = ?",
      arguments: [parts[0], parts[1], number])
    return event.map { PlacedEvent(position: 0, controller: parts[0], event: $0) }
  }
}
