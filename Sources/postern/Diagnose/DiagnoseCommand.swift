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
      report = try await console.client.get("/v1/diagnosis", as: DiagnosisReport.self)
    } catch let error as DaemonUnreachable {
      report = await OfflineDiagnosis(path: path, unreachable: error).report()
    }
    if console.json {
      try Output.json(report)
    } else {
      Output.line(DiagnosisPage(report: report, colour: Output.colour, wrongOnly: wrongOnly).text)
    }
    if report.outcome == .failure { throw ExitCode(1) }
  }
}

/// A diagnosis as a person reads it.
struct DiagnosisPage {
  let report: DiagnosisReport
  let colour: Bool
  var wrongOnly = false

  var text: String {
    var lines: [String] = []
    var group = ""
    for check in report.checks where !wrongOnly || check.outcome != .ok {
      if check.group != group {
        group = check.group
        lines.append(paint(group, "1"))
      }
      lines.append("  \(mark(check.outcome))  \(check.finding)  \(paint(check.id, "2"))")
      if let advice = check.advice { lines.append("            do: \(advice)") }
    }
    let failures = report.checks.filter { $0.outcome == .failure }.count
    let warnings = report.checks.filter { $0.outcome == .warning }.count
    lines.append(
      """
      \(report.checks.count) checks in \(report.tookMilliseconds) ms: \(failures) failures, \
      \(warnings) warnings
      """)
    return lines.joined(separator: "\n")
  }

  private func mark(_ outcome: DiagnosisReport.Outcome) -> String {
    switch outcome {
    case .ok: paint("OK     ", "32")
    case .warning: paint("WARNING", "33")
    case .failure: paint("FAILURE", "31;1")
    }
  }

  private func paint(_ text: String, _ code: String) -> String {
    colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
