import Testing

@Suite("Figures in documents are true")
struct ArchitectureFigureTests {
  private let tree: SourceTree

  init() throws { tree = try SourceTree.read.get() }

  @Test("the page of the tests counts the tests of each level, within a tenth")
  func tests() throws {
    let page = try #require(tree.pages.first { $0.path == "Tests/README.md" })
    let figures = Self.figures(in: page.lines)
    #expect(figures.map(\.folder) == ["SystemTests", "AdapterTests", "CoreTests"])
    for figure in figures {
      let count = try Self.tests(in: tree.tests.filter { $0.target == figure.folder })
      #expect(abs(count - figure.tests) * 10 <= count, "\(figure.folder) has \(count) tests")
    }
  }

  /// From rows like `` | core | `Tests/CoreTests` | nothing | 385 | ``.
  private static func figures(in lines: [Substring]) -> [(folder: String, tests: Int)] {
    lines.compactMap { line in
      line.firstMatch(of: #/^\| \w+ \| `Tests/(\w+)` \|.*\| ([\d,]+) \|$/#).flatMap { match in
        Int(match.2.filter { $0 != "," }).map { (String(match.1), $0) }
      }
    }
  }

  private static func tests(in files: [SourceFile]) throws -> Int {
    let test = try Regex(#"^\s*@Test\b"#)
    return files.reduce(0) { $0 + $1.numbers(of: test).count }
  }

  @Test("the README and the scripts promise the Swift that the manifest asks for")
  func swift() throws {
    let manifest = try #require(
      tree.package.firstMatch(of: /swift-tools-version: (\d+)\.(\d+)/)?.output)
    let promise = "Swift \(manifest.1).\(manifest.2) or later"
    for path in ["README.md", "deploy/lib/prepare.sh"] {
      let page = try #require(tree.pages.first { $0.path == path })
      let promises = page.lines.flatMap { $0.matches(of: /Swift \d+\.\d+ or later/) }
      #expect(!promises.isEmpty && promises.allSatisfy { $0.output == promise }, "\(path)")
    }
    let script = try #require(tree.pages.first { $0.path == "deploy/lib/prepare.sh" })
    #expect(
      script.lines.contains {
        $0.contains("-lt \(manifest.1) ]") && $0.contains("-lt \(manifest.2) ]")
      })
  }

  @Test("figures and tests are found")
  func seen() throws {
    let rows: [Substring] = ["| a | `Tests/A` | b | 1,234 |", "| a | `Tests/B` | scripts |"]
    #expect(Self.figures(in: rows).map(\.tests) == [1_234])
    let file = SourceFile(
      path: "Tests/A/B.swift", target: "A",
      text: "@Suite struct B {\n  @Test func c() {}\n  @Test(\"d\")\n  func e() {}\n  // @Test\n}\n"
    )
    #expect(try Self.tests(in: [file]) == 2)
  }
}
