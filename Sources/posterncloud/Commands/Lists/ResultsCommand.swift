import ArgumentParser
import CloudProtocol
import HostLinux

/// Commands and their results.
struct ResultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results", abstract: "Show commands and their results, newest first.")

  @OptionGroup var state: StateOptions
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Print JSON for programs.") var json = false

  private struct Line: Encodable {
    var id: String
    var controller: String
    var command: Command
    var forgery: String?
    /// `waiting` or `sent` until there is a result.
    var status: String
    var result: CommandResult?
  }

  func run() throws {
    for command in try state.store().commands.latest(limit: limit) {
      let status = command.result?.outcome.rawValue ?? (command.isSent ? "sent" : "waiting")
      if json {
        try Output.json(
          Line(
            id: command.id, controller: command.controller, command: command.command,
            forgery: command.forgery, status: status, result: command.result))
        continue
      }
      let reason = command.result?.reason.map { ": \($0)" } ?? ""
      let forged = command.forgery.map { " (forged: \($0))" } ?? ""
      let kind = command.command.kind.rawValue
      Output.line("\(command.id)  \(command.controller)  \(kind)\(forged)  \(status)\(reason)")
    }
  }
}
