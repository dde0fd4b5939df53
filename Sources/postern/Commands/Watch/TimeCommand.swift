import HostLinux
import ArgumentParser
import CloudProtocol
import ConsoleProtocol

/// The clock.
struct TimeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "Show the clock: its time, its trust, and its offset from the cloud's.",
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
