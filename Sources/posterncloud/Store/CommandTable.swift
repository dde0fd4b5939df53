import CloudProtocol
import DoorRules
import Foundation
import GRDB

/// The table `command`: commands, whether the broker has them, and their results.
struct CommandTable {
  let database: DatabasePool

  /// A command that waits to be sent, or was sent.
  struct QueuedCommand {
    var id: String
    var controller: String
    var command: Command
    var madeMilliseconds: Int64
    var runsOutMilliseconds: Int64
    var forgery: String?
    var isSent: Bool
    var result: CommandResult?
  }

  /// Queues a command; it expires unsent after `secondsToLive`.
  func queue(
    _ command: Command, for controller: String, secondsToLive: Int64, forgery: String? = nil
  ) throws -> String {
    if forgery == nil {
      do { _ = try command.validated() } catch { throw CloudProblem("\(error)") }
    }
    let id = UUID().uuidString.lowercased()
    let now = CloudClock.now()
    try database.write { database in
      try ControllerTable.requireEnrolled(controller, database)
      try database.execute(
        sql: """
          INSERT INTO command (id, controller, command, made, runsOut, forgery)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, controller, try storedJSON(command), now,
          now + secondsToLive * 1_000, forgery,
        ])
    }
    return id
  }

  /// For so long a command is sent again that nobody answers.
  private static let askedMilliseconds: Int64 = 600_000

  /// Commands without a result that are not sent yet, or that nobody answered: the first time for
  /// `milliseconds`, then for as long as they are asked about already.
  func pending(unansweredFor milliseconds: Int64) throws -> [QueuedCommand] {
    let now = CloudClock.now()
    return try select(
      """
      result IS NULL AND (sent IS NULL OR received IS NULL AND forgery IS NULL
        AND sent - made < ? AND ? - sent >= max(?, sent - made))
      """, [Self.askedMilliseconds, now, milliseconds])
  }

  func get(_ id: String) throws -> QueuedCommand? { try select("id = ?", [id]).first }

  /// Newest first.
  func latest(limit: Int) throws -> [QueuedCommand] {
    Array(try select("1", []).reversed().prefix(limit))
  }

  private func select(_ condition: String, _ arguments: StatementArguments) throws
    -> [QueuedCommand]
  {
    try database.read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM command WHERE \(condition) ORDER BY made",
        arguments: arguments
      ).map {
        QueuedCommand(
          id: $0["id"], controller: $0["controller"],
          command: try $0.requiredJSON(Command.self, in: "command"),
          madeMilliseconds: $0["made"], runsOutMilliseconds: $0["runsOut"], forgery: $0["forgery"],
          isSent: $0["sent"] != nil,
          result: try $0.json(CommandResult.self, in: "result"))
      }
    }
  }

  func markSent(_ id: String) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE command SET sent = ? WHERE id = ?", arguments: [CloudClock.now(), id])
    }
  }

  /// The reason of ``expire(_:)``.
  static let notOnlineReason = "the controller was not online in time"

  /// Closes a command that expired before it could be sent.
  func expire(_ id: String) throws {
    let result = CommandResult(
      commandID: id, outcome: .expired, reason: Self.notOnlineReason, simulated: false,
      timeMilliseconds: CloudClock.now())
    try database.write { database in
      try database.execute(
        sql: "UPDATE command SET result = ? WHERE id = ? AND result IS NULL",
        arguments: [try storedJSON(result), id])
    }
  }

  /// Stores the result that a controller reports. The first result counts; only the one that
  /// ``expire(_:)`` wrote is replaced.
  func finish(_ result: CommandResult, by controller: ControllerID) throws {
    try database.write { database in
      if result.outcome == .received {
        try database.execute(
          sql: "UPDATE command SET received = ? WHERE id = ? AND controller = ?",
          arguments: [result.timeMilliseconds, result.commandID, controller.rawValue])
        return
      }
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT result FROM command WHERE id = ? AND controller = ?",
          arguments: [result.commandID, controller.rawValue])
      else { throw CloudProblem("\(controller) has no command \(result.commandID)") }
      if let kept = try row.json(CommandResult.self, in: "result"),
        kept.reason != Self.notOnlineReason
      {
        return
      }
      try database.execute(
        sql: "UPDATE command SET result = ? WHERE id = ?",
        arguments: [try storedJSON(result), result.commandID])
    }
  }
}
