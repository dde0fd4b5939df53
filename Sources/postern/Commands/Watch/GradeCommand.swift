import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import HostLinux

/// How a door stands by the grades of IEC 60839-11-1.
struct GradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grade",
    abstract: "Say by which grade of IEC 60839-11-1 a door is set, row by row.",
    discussion: """
      Each row is met, by a setting or a property; not met, with what to set; or
      cannot be told by software. The table is made from public summaries of the
      standard, and is no certificate: deploy/grade.md.

      Examples:
        postern grade front --wanted 3
        postern grade --html > grade.html
      Exit status 1 when a door does not reach the grade that is wanted.
      """)

  @OptionGroup var console: ConsoleOptions
  @Argument(help: "The door; every door when left out.") var door: String?
  @Option(help: "The grade that is wanted, 1 to 4; shows what it asks for.") var wanted: Int?
  @Flag(help: "Write a page for a browser, to print.") var html = false

  func validate() throws {
    let grades = GradeReport.grades
    if let wanted, !grades.contains(wanted) {
      throw ValidationError("--wanted is \(grades.lowerBound) to \(grades.upperBound)")
    }
    if html, console.json { throw ValidationError("give --json or --html, not both") }
  }

  func run() async throws {
    let all = try await console.client.get("/v1/grade", as: [GradeReport].self)
    let reports = all.filter { door == nil || $0.door == door }
    guard !reports.isEmpty else {
      throw ConsoleProblem(
        .notFound,
        "there is no door \((door ?? "").printable); there are "
          + all.map(\.door).joined(separator: ", "))
    }
    let page = GradePage(reports: reports, wanted: wanted)
    if html { Output.raw(Array(page.html.utf8)) } else { try console.show(reports, page.text) }
    if let wanted, reports.contains(where: { $0.highest < wanted }) { throw ExitCode(1) }
  }
}
