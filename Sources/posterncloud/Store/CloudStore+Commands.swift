import CloudProtocol
import DoorRules
import Foundation
import GRDB

extension CloudStore {
  /// A command that waits to be sent, or was.
  struct QueuedCommand {
    var id: String
    var controller: String
    var command: Command
    var runsOutMilliseconds: Int64
    var forgery: String?
    var isSent: Bool
    var result: CommandResult?
  }

  /// Queues a command; it is dropped unsent when it has waited `secondsToLive`.
  func queue(
    _ command: Command, for controller: String, secondsToLive: Int64, forgery: String? = nil
  ) throws -> String {
    if forgery == nil {
      do { _ = try command.validated() } catch { throw CloudProblem("\(error)") }
    }
    let id = UUID().uuidString.lowercased()
    let now = Self.now()
    try database.write { database in
      try Self.requireController(controller, database)
      try database.execute(
        sql: """
          INSERT INTO command (id, controller, command, made, runsOut, forgery)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, controller, Data(try JSONCoding.encode(command)), now,
          now + secondsToLive * 1_000, forgery,
        ])
    }
    return id
  }

  /// Commands not yet sent and without a result.
  func pending() throws -> [QueuedCommand] {
    try commands("sent IS NULL AND result IS NULL", [])
  }

  func command(_ id: String) throws -> QueuedCommand? { try commands("id = ?", [id]).first }

  /// Newest first.
  func latestCommands(limit: Int) throws -> [QueuedCommand] {
    Array(try commands("1", []).reversed().prefix(limit))
  }

  private func commands(_ condition: String, _ arguments: StatementArguments) throws
    -> [QueuedCommand]
  {
    try database.read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM command WHERE \(condition) ORDER BY made",
        arguments: arguments
      ).map { row in
        let decoder = JSONCoding.decoder()
        return QueuedCommand(
          id: row["id"], controller: row["controller"],
          command: try decoder.decode(Command.self, from: row["command"] as Data),
          runsOutMilliseconds: row["runsOut"], forgery: row["forgery"],
          isSent: row["sent"] != nil,
          result: try (row["result"] as Data?).map {
            try decoder.decode(CommandResult.self, from: $0)
          })
      }
    }
  }

  func markSent(_ id: String) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE command SET sent = ? WHERE id = ?", arguments: [Self.now(), id])
    }
  }

  /// The reason of ``expire(_:)``.
  static let notOnlineReason = "the controller was not online in time"

  /// Closes a command that ran out before it could be sent.
  func expire(_ id: String) throws {
    let result = CommandResult(
      commandID: id, outcome: .expired, reason: Self.notOnlineReason, simulated: false,
      timeMilliseconds: Self.now())
    try database.write { database in
      try database.execute(
        sql: "UPDATE command SET result = ? WHERE id = ? AND result IS NULL",
        arguments: [Data(try JSONCoding.encode(result)), id])
    }
  }

  /// Keeps what a door says of its own command. The first word counts; only what the cloud
  /// itself had said for want of an answer gives way.
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
      else { throw CloudProblem("\(controller) was given no command \(result.commandID)") }
      if let kept = row["result"] as Data?,
        try JSONCoding.decoder().decode(CommandResult.self, from: kept).reason
          != Self.notOnlineReason
      {
        return
      }
      try database.execute(
        sql: "UPDATE command SET result = ? WHERE id = ?",
        arguments: [Data(try JSONCoding.encode(result)), result.commandID])
    }
  }

  static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
