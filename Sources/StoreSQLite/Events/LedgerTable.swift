import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import GRDB

/// The table `command`: which commands were begun, their results, and which results the cloud has.
struct LedgerTable: CommandLedger {
  let file: EventFile

  /// The newest commands are kept regardless of the clock: a clock that ran ahead for a while must
  /// not make the ledger forget a command whose signature is still valid.
  static let commandsKeptMin = 1_000

  /// How long an entry is kept after its command expired: longer than a clock can be wrong while
  /// signatures are still accepted. 30 days.
  static let entryKeptSeconds: Int64 = 30 * 86_400

  /// Commits that a command is about to run; returns its result when it was seen before, or that
  /// its id was another command's.
  func begin(
    commandID: String, content: ContentHash?, at: WallInstant, expires: WallInstant
  ) throws(PortError) -> LedgerAnswer {
    try file.writing("begin command \(commandID)") { database in
      let seen = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT result, content FROM command WHERE id = ?"),
        arguments: [commandID])
      if let seen {
        let first = try seen.decode(Data?.self, atIndex: 1)
        if let first, let content, Array(first) != content.bytes { return .taken }
        return .seen(try Self.result(seen))
      }
      try Self.forget(database, at: at)
      try database.execute(
        sql: "INSERT INTO command (id, begun, expires, content) VALUES (?, ?, ?, ?)",
        arguments: [
          commandID, at.millisecondsSince1970, expires.millisecondsSince1970,
          content.map { Data($0.bytes) },
        ])
      return .begun
    }
  }

  /// Removes entries whose command cannot arrive again and whose result the cloud has.
  private static func forget(_ database: Database, at now: WallInstant) throws {
    try database.execute(
      sql: """
        DELETE FROM command WHERE confirmed = 1 AND expires < ?
          AND number <= (SELECT MAX(number) FROM command) - \(commandsKeptMin)
        """,
      arguments: [now.advanced(bySeconds: -entryKeptSeconds).millisecondsSince1970])
  }

  /// Commits the result of a begun command. A result that is there already stays; a command
  /// that was never begun is refused as `invalid`.
  func finish(commandID: String, result: CommandResult) throws(PortError) {
    let operation = "finish command \(commandID)"
    guard result.commandID == commandID else {
      throw PortError(
        .invalid, operation: operation, detail: "the result is of \(result.commandID)")
    }
    try file.writing(operation) { database in
      try database.execute(
        sql: "UPDATE command SET result = ifnull(result, ?) WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(result)), commandID])
      if database.changesCount == 0 {
        throw PortError(.invalid, operation: operation, detail: "it was never begun")
      }
    }
  }

  /// Results that the cloud has not confirmed having, in the order of their commands.
  func unconfirmedResults(limit: Int) throws(PortError) -> [CommandResult] {
    try file.reading("read unconfirmed results") { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT result FROM command WHERE confirmed = 0 AND result IS NOT NULL
          ORDER BY number LIMIT ?
          """, arguments: [max(limit, 0)]
      ).compactMap(Self.result)
    }
  }

  /// Marks these results as delivered to the broker; ignores an id without a result.
  func confirmResults(_ commandIDs: [String]) throws(PortError) {
    try file.writing("confirm results") { database in
      let confirm = try database.cachedStatement(
        sql: """
          UPDATE command SET confirmed = 1
          WHERE id = ? AND confirmed = 0 AND result IS NOT NULL
          """)
      for id in commandIDs { try confirm.execute(arguments: [id]) }
    }
  }

  /// Closes the commands that a crash left open as `interrupted`, and returns their results. Called
  /// once at start.
  func interruptOpen(
    at: WallInstant, simulated: Bool
  ) throws(PortError) -> [CommandResult] {
    try file.writing("close interrupted commands") { database in
      // This condition lets SQLite use the index of unconfirmed entries.
      let open = try String.fetchAll(
        database,
        sql: "SELECT id FROM command WHERE confirmed = 0 AND result IS NULL ORDER BY number")
      let results = open.map { id in
        CommandResult(
          commandID: id, outcome: .interrupted,
          reason: "the controller stopped while it ran; it is not run again", simulated: simulated,
          timeMilliseconds: at.millisecondsSince1970)
      }
      for result in results {
        try database.execute(
          sql: "UPDATE command SET result = ? WHERE id = ?",
          arguments: [Data(try JSONCoding.encode(result)), result.commandID])
      }
      return results
    }
  }

  private static func result(_ row: Row) throws -> CommandResult? {
    guard let body = try row.decode(Data?.self, atIndex: 0) else { return nil }
    return try StoredValue.json(body, "command.result")
  }
}
