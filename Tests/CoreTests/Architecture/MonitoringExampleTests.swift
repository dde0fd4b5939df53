import Foundation
import Testing

/// Holds the example of alerts against what the daemon says at `/metrics`.
@Suite("CR 6.2: the example of alerts asks for what the daemon tells")
struct MonitoringExampleTests {
  private let page: String
  /// The texts in the daemon's code.
  private let told: Set<String>

  init() throws {
    let tree = try SourceTree.read.get()
    page = try String(
      contentsOf: tree.root.appending(path: "deploy/monitoring.yaml"), encoding: .utf8)
    told = Set(
      tree.sources.filter { $0.target == "posternd" }.flatMap(\.literals).map(\.text))
  }

  /// Names of figures in the expressions, without the endings that a histogram has.
  private static func figures(in text: String) -> [String] {
    text.split(separator: "\n").filter { $0.contains("expr: ") }.flatMap { line in
      line.matches(of: /\bpostern_\w+/).map { match in
        String(match.output).replacing(/_(bucket|count|sum)$/, with: "")
      }
    }
  }

  @Test("each figure of an expression is one of the daemon's")
  func figures() {
    let figures = Self.figures(in: page)
    #expect(Set(figures).count > 6)
    #expect(figures.filter { !told.contains($0) } == [])
  }

  @Test("each label and each word for the clock's trust is one of the daemon's")
  func labels() {
    let labels = page.matches(of: /\$labels\.(\w+)/).map { String($0.output.1) }
    #expect(!labels.isEmpty && labels.allSatisfy(told.contains))
    let queues = page.matches(of: /queue="(\w+)"/).map { String($0.output.1) }
    #expect(!queues.isEmpty && queues.allSatisfy(told.contains))
  }

  @Test("every alert says what to do, and how bad it is")
  func actions() {
    let alerts = page.ranges(of: "- alert: ").count
    for member in ["summary: ", "action: ", "labels: {severity: "] {
      #expect(page.ranges(of: member).count == alerts, "\(member)")
    }
    #expect(
      Self.figures(in: "expr: rate(postern_a_bucket[1h]) > postern_b") == [
        "postern_a", "postern_b",
      ])
  }
}
