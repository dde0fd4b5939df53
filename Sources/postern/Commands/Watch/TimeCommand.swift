import ArgumentParser
import CloudProtocol
import ConsoleProtocol

/// Is the clock right?
struct TimeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "The clock: its time, how far it is to be believed, and against the cloud's.",
    discussion: "Exit status 1 when the clock is wrong or not to be believed.")

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
        Output.line("\(check.outcome.rawValue)  \(check.finding)")
        if let advice = check.advice { Output.line("    do: \(advice)") }
      }
    }
    if checks.contains(where: { $0.outcome == .failure }) { throw ExitCode(1) }
  }
}
