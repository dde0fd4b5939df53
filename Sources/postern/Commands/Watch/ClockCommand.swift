import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import HostLinux

/// The clock.
struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "Show the clock, or vouch for it.",
    subcommands: [Show.self, Trust.self], defaultSubcommand: Show.self, aliases: ["time"])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the door's own time, its trust, and its offset from the cloud's.",
      discussion: "Exit status 1 when the clock is wrong or not trusted.")

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let status = try await console.client.status()
      let report = try await console.client.diagnosis()
      let checks = report.checks.filter { $0.group == "clock" }
      if console.json {
        try Output.json(checks)
      } else {
        Output.line(
          "\(StatusPage.time(status.timeMilliseconds))  \(status.timeZone ?? "no zone yet")")
        for check in checks {
          Output.line("\(check.outcome.rawValue)  \(check.finding)".printable)
          if let advice = check.advice { Output.line("    do: \(advice.printable)") }
        }
      }
      if checks.contains(where: { $0.outcome == .failure }) { throw ExitCode(1) }
    }
  }

  struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that the system's clock is right; recorded.",
      discussion: """
        Compare `date` with a clock that you trust, and set it if need be (`timedatectl
        set-time`). From then on the door takes it for its own time, whatever it knew
        before. What the door believes without being told: deploy/clock.md.
        """)

    @OptionGroup var console: ConsoleOptions
    @Option(help: "Why, for the log.") var reason: String

    func run() async throws {
      try await console.client.post(
        "/v1/clock/trust", ClockTrustRequest(by: Operator.name, reason: reason))
    }
  }
}
