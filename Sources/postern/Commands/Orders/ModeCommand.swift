import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// Maintenance and lockdown, on site.
struct ModeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mode",
    abstract: "Set or end maintenance and lockdown of a door.",
    discussion: """
      MODE is force-open (the relay is latched open), force-closed (only an admin
      override opens), lockdown (the same, and stronger than maintenance), off (ends
      maintenance) or end-lockdown. A mode survives restarts and is recorded. People
      can always leave.

      Examples:
        postern mode force-open --door front --reason furniture --minutes 30
        postern mode lockdown --reason drill
        postern mode off --reason "done"
      """)

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "force-open, force-closed, off, lockdown or end-lockdown.") var mode: String
  @Option(help: "The door; every door when left out.") var door: String?
  @Option(help: "The reason, for the event log.") var reason: String
  @Option(help: "The duration in minutes; until it is ended when left out.") var minutes: Int64?

  private static let minutesRange = 1...Command.modeSeconds.upperBound / 60

  func validate() throws {
    if let minutes, !Self.minutesRange.contains(minutes) {
      let range = Self.minutesRange
      throw ValidationError("--minutes is \(range.lowerBound) to \(range.upperBound)")
    }
  }

  func run() async throws {
    let request = ModeRequest(
      door: door, mode: mode, by: Operator.name, reason: reason, seconds: minutes.map { $0 * 60 })
    try await console.client.post("/v1/mode", request)
  }
}
