import ArgumentParser
import ConsoleProtocol
import Foundation

/// Maintenance and lockdown, on site.
struct ModeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mode",
    abstract: "Hold a door open or closed for a while: maintenance and lockdown.",
    discussion: """
      MODE is force-open (the relay is latched open), force-closed (only an admin
      override opens), lockdown (the same, and stronger than maintenance), off (ends
      maintenance) or end-lockdown. It is kept over restarts and recorded. Leaving
      never depends on it.

      Examples:
        postern mode force-open --door front --reason furniture --minutes 30
        postern mode lockdown --reason drill
        postern mode off --reason "done"
      """)

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "force-open, force-closed, off, lockdown or end-lockdown.") var mode: String
  @Option(help: "The door; every door when left out.") var door: String?
  @Option(help: "Why.") var reason: String
  @Option(help: "For so many minutes; until it is ended when left out.") var minutes: Int64?

  func run() async throws {
    let request = ModeRequest(
      door: door, mode: mode, by: Operator.name, reason: reason,
      seconds: minutes.map { $0.multipliedReportingOverflow(by: 60).partialValue })
    try await console.client.post("/v1/mode", request)
  }
}

/// Wrong PINs.
struct LockoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockout", abstract: "Keypads that are deaf after too many wrong PINs.",
    subcommands: [Clear.self])

  struct Clear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a keypad listen again; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Option(help: "The reader; all when left out.") var reader: String?

    func run() async throws {
      try await console.client.post(
        "/v1/lockout/clear", ClearLockoutRequest(reader: reader, by: Operator.name))
    }
  }
}

/// Anti-passback.
struct AntiPassbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "antipassback", abstract: "Who counts as inside an area.",
    subcommands: [Forgive.self])

  struct Forgive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let somebody who left unseen enter again; recorded.")

    @OptionGroup var console: ConsoleOptions
    @Argument(help: "The person; everybody when left out.") var person: String?

    func run() async throws {
      try await console.client.post(
        "/v1/antipassback/forgive", ForgiveRequest(person: person, by: Operator.name))
    }
  }
}

/// Who sits at this machine, for the record.
enum Operator {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return "local:\(environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())")"
  }
}
