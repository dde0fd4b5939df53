import CloudProtocol
import HostLinux

/// A diagnosis as text.
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
      lines.append(
        "  \(mark(check.outcome))  \(check.finding.printable)  \(paint(check.id.printable, "2"))")
      if let advice = check.advice { lines.append("            do: \(advice.printable)") }
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
    Output.paint(text, code, if: colour)
  }
}
