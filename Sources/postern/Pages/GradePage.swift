import CloudProtocol
import ConsoleProtocol

/// The grades of doors, as a person reads them, and prints them.
struct GradePage {
  let reports: [GradeReport]
  /// Only what this grade asks for; nil shows every row.
  let wanted: Int?

  private static let caution =
    "Made from public summaries of IEC 60839-11-1, not from the standard; no certificate."

  private func rows(_ report: GradeReport) -> [GradeReport.Row] {
    wanted.map { report.rows(upTo: $0) } ?? report.rows
  }

  private func title(_ report: GradeReport) -> String {
    let grade =
      report.highest == 0
      ? "no grade: a row of grade 1 is not met"
      : "nothing that the settings tell stands against grade \(report.highest)"
    guard let wanted else { return "door \(report.door): \(grade)" }
    return "door \(report.door): \(grade); wanted is \(wanted)"
  }

  private static func grade(_ row: GradeReport.Row) -> String {
    row.from.map { "from grade \($0)" } ?? "grade not public"
  }

  private static func word(_ row: GradeReport.Row) -> String {
    switch row.outcome {
    case .met: "met"
    case .notMet: "NOT MET"
    case .cannotBeTold: "cannot be told"
    }
  }

  private static func why(_ row: GradeReport.Row) -> String {
    let lead = row.outcome == .cannotBeTold ? "by software: " : ""
    return lead + row.why + (row.set.map { "; set \($0)" } ?? "")
  }

  // MARK: Text

  var text: String {
    (reports.map(text) + [Self.caution]).joined(separator: "\n\n")
  }

  private func text(_ report: GradeReport) -> String {
    var lines = [title(report)]
    for group in GradeRow.Group.allCases {
      let rows = rows(report).filter { $0.group == group }
      if !rows.isEmpty { lines.append(group.title) }
      lines += rows.flatMap { row in
        ["  \(Self.word(row)): \(row.asks) (\(Self.grade(row)))", "      \(Self.why(row))"]
      }
    }
    return lines.map(\.printable).joined(separator: "\n")
  }

  // MARK: A page for a browser

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>Grades of doors</title>
    <style>
    body { font: 14px sans-serif; margin: 2em; }
    table { border-collapse: collapse; width: 100%; }
    td, th { border: 1px solid #999; padding: .3em; text-align: left; vertical-align: top; }
    .notMet { font-weight: bold; }
    </style></head><body>
    \(reports.map(section).joined(separator: "\n"))
    <p>\(Self.escaped(Self.caution))</p>
    </body></html>

    """
  }

  private func section(_ report: GradeReport) -> String {
    let body = rows(report).map { row in
      let cells = [
        row.group.title, Self.grade(row), row.asks, Self.word(row), Self.why(row), row.source.title,
      ]
      return "<tr class=\"\(row.outcome == .notMet ? "notMet" : "")\">"
        + cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>"
    }
    let heads = [
      "Subject", "Grade", "Asks for", "Outcome", "By what, or what is missing", "Read in",
    ]
    return """
      <h1>\(Self.escaped(title(report)))</h1>
      <table><tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr>
      \(body.joined(separator: "\n"))</table>
      """
  }

  private static func escaped(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
