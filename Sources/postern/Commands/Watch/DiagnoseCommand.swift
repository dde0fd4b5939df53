import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation
import HostLinux

/// Diagnoses the controller.
struct DiagnoseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Check everything in under ten seconds: what is wrong, and what to do.",
    discussion: """
      Checks the settings, lines, readers, doors, databases, clock, network,
      certificates, cloud and machine. Moves nothing. When the daemon does not run,
      or rejects its settings, the report names that and has what can be checked
      without the daemon: run the command then as root, or as the daemon's user.

      `postern relay test DOOR` tries the lock, and asks first.

      Exit statuses: 0 without a failure; 1 a check failed.
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(name: .customLong("config"), help: "The daemon's settings, for when it does not run.")
  var path = "/etc/postern/postern.yaml"
  @Flag(help: "Show only warnings and failures.") var wrongOnly = false

  func run() async throws {
    let report: DiagnosisReport
    do {
      report = try await console.client.diagnosis()
    } catch let error as DaemonUnreachable {
      report = await OfflineDiagnosis(path: path, unreachable: error).report()
    }
    try console.show(
      report,
      DiagnosisPage(report: report, colour: Output.colour, wrongOnly: wrongOnly).text)
    if report.outcome == .failure { throw ExitCode(1) }
  }
}
