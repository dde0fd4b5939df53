import Foundation
import Testing

/// Compares the operators' page on security with the tests that it names.
@Suite("Every security claim names its test")
struct ArchitectureSecurityTests {
  private let tree: SourceTree
  private let tests: [String: String]

  init() throws {
    let tree = try SourceTree.read.get()
    self.tree = tree
    tests = Dictionary(
      tree.tests.map { file in
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        return (String(name.dropLast(".swift".count)), file.lines.joined(separator: "\n"))
      }, uniquingKeysWith: { first, _ in first })
  }

  private func page(_ path: String) throws -> String {
    try String(contentsOf: tree.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("each test that the threat model names exists, and each row names a test or a dash")
  func threats() throws {
    let text = try page("deploy/README.md")
    let start = try #require(text.range(of: "## Security: what is protected"))
    let rows = text[start.upperBound...].split(separator: "\n").filter { $0.hasPrefix("| ") }
      .prefix { !$0.hasPrefix("| command") }
    #expect(rows.count > 15)
    for row in rows.dropFirst() {
      let shown = row.split(separator: "|").last.map(String.init) ?? ""
      let names = shown.matches(of: /`([A-Za-z]+Tests)`/).map { String($0.output.1) }
      #expect(!names.isEmpty || shown.contains("–"), "\(row)")
      for name in names { #expect(tests[name] != nil, "\(name) of \(row)") }
    }
  }
}
