import ArgumentParser
import CloudProtocol
import HostLinux

/// Diagnosis of a controller.
struct DiagnoseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Let a controller check itself, and show what is wrong and what to do.",
    discussion: "Exit status 1 when something failed. The same as `postern diagnose` on site.")

  @OptionGroup var target: TargetOptions

  func run() async throws {
    let store = try target.state.store()
    let id = try await target.send(Command(kind: .diagnostics), in: store)
    guard let report = try store.controllers.latest(DiagnosisReport.self, of: target.controller),
      report.commandID == id
    else { return }
    if target.waiting.json { return try Output.json(report) }
    for check in report.checks {
      Output.line("\(check.outcome.rawValue.uppercased())  \(check.id)  \(check.finding)")
      if let advice = check.advice { Output.line("    -> \(advice)") }
    }
    if report.outcome == .failure { throw ExitCode(1) }
  }
}
