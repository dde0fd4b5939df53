import CloudProtocol
import Foundation
import GRDB

/// Where one person is in the cloud's database. Export and erasure both read it, so that what the
/// one shows the other removes.
struct PersonTraces {
  /// A row of a table with the JSON that names the person.
  struct Trace {
    /// In the table's order.
    var row: Int64
    var controller: String
    var json: Data
  }

  let person: String
  /// Ids at the controllers, of credentials that were issued here or on site.
  let credentials: [(id: String, controller: String)]
  /// The person, and the reservations and credentials that platforms named.
  let platformIDs: [String]

  init(_ person: String, _ database: Database) throws {
    self.person = person
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, controller FROM credential WHERE person = ?1
        UNION SELECT id, controller FROM issued
        WHERE json_extract(CAST(body AS TEXT), '$.record.person') = ?1 ORDER BY id
        """, arguments: [person])
    credentials = rows.map { ($0["id"], $0["controller"]) }
    platformIDs =
      try [person]
      + String.fetchAll(
        database,
        sql: """
          SELECT id FROM document WHERE kind IN ('reservation', 'credential') AND parent = ?
          ORDER BY id
          """, arguments: [person])
  }

  /// Whether an id is the person's.
  func has(_ id: PersonalID) -> Bool {
    switch id {
    case .person(let id): id == person
    case .credential(let id): credentials.contains { $0.id == id }
    }
  }

  // MARK: Rows

  /// What controllers recorded: the tables `event` and `urgent`.
  func events(_ table: String, _ database: Database) throws -> [(Trace, CloudEvent)] {
    try traces("SELECT rowid AS place, controller, event FROM \(table)", "event", database)
      .compactMap {
        trace in
        let event = try JSONCoding.decoder().decode(CloudEvent.self, from: trace.json)
        return event.nameless(has) == nil ? nil : (trace, event)
      }
  }

  /// Orders that the person gave, or that are for the person.
  func commands(_ database: Database) throws -> [(Trace, Command)] {
    try traces("SELECT rowid AS place, controller, command FROM command", "command", database)
      .compactMap {
        trace in
        let command = try JSONCoding.decoder().decode(Command.self, from: trace.json)
        return command.person == person ? (trace, command) : nil
      }
  }

  /// Who changed what, where the path names the person or something of the person.
  func audit(_ database: Database) throws -> [(Trace, JSONValue)] {
    try traces("SELECT rowid AS place, '' AS controller, body FROM platformLog", "body", database)
      .compactMap { trace in
        let entry = try JSONCoding.decoder().decode(JSONValue.self, from: trace.json)
        return nameless(entry) == entry ? nil : (trace, entry)
      }
  }

  /// The rows of a query in whose JSON one of the ids is: fewer than all, and more than count.
  private func traces(
    _ query: String, _ column: String, _ database: Database
  ) throws -> [Trace] {
    try Row.fetchAll(
      database,
      sql: """
        \(query) WHERE EXISTS (
          SELECT 1 FROM json_each(?) WHERE instr(CAST(\(column) AS TEXT), value) > 0)
        ORDER BY rowid
        """, arguments: [try sought()]
    ).map { row in
      Trace(
        row: try row.decode(forColumn: "place"),
        controller: try row.decode(forColumn: "controller"),
        json: try row.decode(forColumn: column))
    }
  }

  /// A JSON array of the ids as they stand in JSON, and in paths.
  private func sought() throws -> String {
    let ids = platformIDs + credentials.map(\.id)
    let written = try ids.map(Self.written)
    let inPaths = platformIDs.map(Self.inPath)
    return String(decoding: try JSONCoding.encode(written + inPaths), as: UTF8.self)
  }

  /// An id as it stands in JSON, between the quotation marks.
  static func written(_ id: String) throws -> String {
    String(String(decoding: try JSONCoding.encode(id), as: UTF8.self).dropFirst().dropLast())
  }

  // MARK: An audit entry

  /// The entry with the parts of its path that are the person's replaced.
  func nameless(_ entry: JSONValue) -> JSONValue {
    guard case .object(var members) = entry, case .string(let path)? = members["path"] else {
      return entry
    }
    let own = Set(platformIDs + platformIDs.map(Self.inPath))
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map {
      own.contains(String($0)) ? Substring(ErasedTable.word) : $0
    }
    members["path"] = .string(parts.joined(separator: "/"))
    return .object(members)
  }

  private static func inPath(_ id: String) -> String {
    id.addingPercentEncoding(
      withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~")))
      ?? id
  }
}
