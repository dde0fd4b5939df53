import Foundation
import Testing

/// What the operators' documentation says of security, held against the tests it names.
@Suite("What the documentation claims, a test shows")
struct ArchitectureSecurityTests {
  private let tree: SourceTree
  private let tests: [String: String]

  init() throws {
    let tree = try SourceTree()
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

  @Test("each test that the threat model names is there, and each row names one or says none")
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

  @Test("each limit of the table is in the sources, and the test it names says that sentence")
  func limits() throws {
    let rows = try page("deploy/limits.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count > 30)
    let sources = tree.sources.flatMap(\.code)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let names = cells[0].matches(of: /`[A-Za-z]+\.([A-Za-z]+)`/).map { String($0.output.1) }
      #expect(!names.isEmpty, "\(row)")
      for name in names {
        #expect(sources.contains { $0.contains(" \(name)") }, "\(name) is no limit of the sources")
      }
      let parts = cells[2].split(separator: ":", maxSplits: 1)
      let file = tests[String(parts[0])]
      #expect(file != nil, "\(row)")
      let sentence = parts.count > 1 ? parts[1].split(separator: "\"").dropFirst().first : nil
      if let sentence { #expect(file?.contains(sentence) == true, "\(sentence)") }
    }
  }
}
