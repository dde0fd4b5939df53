import CloudProtocol
import ConsoleProtocol

/// A hand-over as a page to print and sign.
struct CommissioningPage {
  let report: CommissioningReport
  let controller: String
  /// When it was done.
  let time: String

  var text: String {
    var lines = [
      "HAND-OVER OF DOOR \(report.door.printable)",
      "controller \(controller.printable)   \(time)   by \(report.by.printable)", "",
    ]
    for (number, finding) in report.findings.enumerated() {
      lines.append("[\(mark(finding.result))] \(number + 1). \(finding.step.title)")
      lines.append("      \(finding.step.trial)")
      lines.append("      \(finding.result.words)")
      if !finding.note.isEmpty { lines.append("      \(finding.note.printable)") }
      lines.append("")
    }
    lines.append(outcome)
    lines += ["", "Signed: ______________________________   Date: ______________", ""]
    return lines.joined(separator: "\n")
  }

  private func mark(_ result: CommissioningResult) -> String {
    switch result {
    case .asExpected: "x"
    case .notAsExpected: "!"
    case .notThere: "-"
    case .notDone: " "
    }
  }

  private var outcome: String {
    switch report.outcome {
    case .passed: "PASSED: every step that this door has was as it should be."
    case .failed: "FAILED: mend the steps marked with ! and try the door again."
    case .unfinished: "UNFINISHED: steps were not done; the door is not handed over."
    }
  }
}
