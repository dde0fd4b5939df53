import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import Foundation

/// What is wrong?
struct DiagnoseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Look at everything in under ten seconds: what is wrong, and what to do.",
    discussion: """
      Looks at the settings, lines, readers, doors, databases, clock, network,
      certificates, cloud and machine. Moves nothing. When the daemon does not run,
      or rejects its settings, it says so and looks at what can be seen without it:
      run it then as root, or as the daemon's user.

      `postern relay test DOOR` tries the lock, and asks first.

      Exit statuses: 0 all good, or warnings only; 1 something failed.
      """)

  @OptionGroup var console: ConsoleOptions
  @Option(name: .customLong("config"), help: "The daemon's settings, for when it does not run.")
  var path = "/etc/postern/postern.yaml"
  @Flag(help: "Leave out what is good.") var wrongOnly = false

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
