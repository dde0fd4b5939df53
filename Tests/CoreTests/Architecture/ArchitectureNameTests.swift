import Foundation
import Testing

/// Comments, pages and scripts that name a file, a type, a member or a test which is not there lead
/// their reader astray.
@Suite("Documentation names only what exists")
struct ArchitectureNameTests {
  /// What a script makes in a folder of its own.
  private static let made: Set = [
    "SyncTests", "Tests/SyncTests", "Mutants.swift", "Sources/Mutants",
    "Sources/Mutants/Mutants.swift",
  ]

  private let tree: SourceTree
  private let names: NamedThings

  init() throws {
    tree = try SourceTree.read.get()
    names = tree.names
  }

  @Test("doc comments name symbols, files, tests and paths that are there")
  func comments() {
    let wrong = (tree.sources + tree.tests).flatMap { file in
      file.comments.flatMap { comment in
        names.missing(in: comment.text, of: file).map { "\(file.path): \($0)" }
      }
    }
    #expect(wrong == [])
  }

  @Test("pages and scripts name files, types, tests and paths that are there")
  func pages() {
    #expect(tree.pages.contains { $0.path == "README.md" } && tree.pages.count > 30)
    let wrong = tree.pages.flatMap { page in
      page.lines.flatMap { line in
        names.missing(in: String(line), folder: page.folder)
          .filter { !Self.made.contains($0) }.map { "\(page.path): \($0)" }
      }
    }
    #expect(wrong == [])
  }

  @Test("the architecture page has a row for every target of Sources")
  func targets() throws {
    let page = try #require(tree.pages.first { $0.path == "Sources/README.md" })
    let rows = page.lines.filter { $0.hasPrefix("| `") }.joined()
    let missing = Set(tree.sources.map(\.target)).filter { !rows.contains("`\($0)`") }
    #expect(missing.sorted() == [])
  }

  @Test("the checks see a name of each kind that is nothing, and take those that are something")
  func checksSee() {
    let files = [
      SourceFile(
        path: "Sources/A/Outer.swift", target: "A",
        text: "struct Outer {\n  enum Inner { case first }\n}\nlet text = \"VmRSS\""),
      SourceFile(
        path: "Sources/A/Outer+More.swift", target: "A",
        text: "extension Outer {\n  func more() {}\n}\ntypealias Name = Int"),
      SourceFile(
        path: "Tests/ATests/OuterTests.swift", target: "ATests", text: "struct OuterTests {}"),
    ]
    let names = NamedThings(
      files: files, types: SwiftType.all(in: files),
      paths: Set(files.map(\.path) + ["deploy/docs/page.md", "README.md"]),
      modules: ["A", "ATests"])
    let there = """
      ``more()`` ``Outer`` ``A/Outer/more()`` ``Inner/first`` ``Name`` `Outer.swift` `Outer.more`
      Outer+More.swift, OuterTests, ATests, `VmRSS`, Sources/A, deploy/docs/page.md, `page.md`,
      $root/deploy/docs, https://example.org/deploy/none, /lib/systemd/system/a.service [a](page.md#b)
      """
    #expect(names.missing(in: there, of: files[0], folder: "deploy/docs") == [])
    let gone = "``less()`` ``None`` ``Outer/less()`` ``B/first`` None.swift NoneTests deploy/none"
    #expect(
      names.missing(in: gone, of: files[0]) == [
        "``less()``", "``None``", "``Outer/less()``", "``B/first``", "None.swift", "NoneTests",
        "deploy/none",
      ])
    // What only the file's own types have is nothing elsewhere.
    #expect(names.missing(in: "``more()``", of: files[2]) == ["``more()``"])
    #expect(
      names.missing(in: "`None` `Outer.none` `page.md`", folder: "deploy")
        == ["None", "Outer.none", "page.md"])
    #expect(names.missing(in: "[a](none.md)", folder: "deploy") == ["none.md"])
  }
}
