import Foundation
import Testing

/// A comment, page or script that names a missing file, type, member or test misleads
/// its reader.
@Suite("Documentation names only what exists")
struct ArchitectureNameTests {
  /// Names of files that a script generates in a temporary folder.
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

  @Test("doc comments name only symbols, files, tests and paths that exist")
  func comments() {
    let wrong = (tree.sources + tree.tests).flatMap { file in
      file.comments.flatMap { comment in
        names.missing(in: comment.text, of: file).map { "\(file.path): \($0)" }
      }
    }
    #expect(wrong == [])
  }

  @Test("pages and scripts name only files, types, tests and paths that exist")
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

  @Test("the README is a first page of at most 90 lines")
  func readme() throws {
    let page = try #require(tree.pages.first { $0.path == "README.md" })
    #expect(page.lines.count <= 90)
  }

  @Test("the architecture page has a row for every target of Sources")
  func targets() throws {
    let page = try #require(tree.pages.first { $0.path == "Sources/README.md" })
    let rows = page.lines.filter { $0.hasPrefix("| `") }.joined()
    let missing = Set(tree.sources.map(\.target)).filter { !rows.contains("`\($0)`") }
    #expect(missing.sorted() == [])
  }

  /// The files that a badge passes, from the edge to the relay. What they only ask for a value is not
  /// among them.
  private static let badge = [
    "GPIOLinux/GPIODPort", "GPIOLinux/EdgeReading", "DoorRuntime/Threads/Inbox",
    "DoorRuntime/Threads/DoorThread", "DoorRuntime/DoorRuntime", "DoorRuntime/DoorShell+Inbox",
    "DoorCore/Controller/Controller", "DoorCore/Reader/ReaderUnit",
    "WiegandCodec/Capture/FrameAssembler", "WiegandCodec/Formats/DecodedFrame",
    "DoorCore/Controller/Controller+Wishes", "DoorCore/Controller/LookUps",
    "DoorRuntime/Holders/HolderDirectory", "DoorRuntime/Holders/ReadingQueue",
    "DoorRuntime/StoreJobRunner", "DoorRuntime/Holders/HolderReader",
    "StoreSQLite/Cache/CacheAccess", "StoreSQLite/Cache/LookUpReader",
    "DoorCore/Controller/Controller+Access", "DoorCore/Controller/ClaimJudge",
    "DoorRules/Decision/Decide", "DoorCore/Door/DoorUnit", "DoorCore/Door/DoorMachine",
    "DoorCore/Door/DoorMachine+Step", "DoorRuntime/DoorShell+CarryOut",
    "DoorRuntime/Journal/EventRecord+Occurrence", "DoorRuntime/Journal/EventRecord",
    "DoorRuntime/Journal/EventWriter", "StoreSQLite/Events/EventAccess",
    "StoreSQLite/Events/EventTable", "DoorRuntime/Locks/LockDriver",
    "DoorRuntime/Journal/Journal",
  ]

  @Test("the badge's walk names each file that it passes, in this order, and how many they are")
  func badge() throws {
    let page = try #require(tree.pages.first { $0.path == "Sources/README.md" })
    let walk = page.lines.drop { !$0.hasPrefix("1. **Edge.**") }
      .prefix { !$0.hasPrefix("## ") }.joined(separator: "\n")
    let paths = Set(tree.sources.map(\.path))
    var rest = walk[...]
    for file in Self.badge {
      #expect(paths.contains("Sources/\(file).swift"), "\(file)")
      let name = file.split(separator: "/").last ?? ""
      let found = rest.firstRange(of: "`\(name)") ?? rest.firstRange(of: "/\(name).swift`")
      rest = rest[try #require(found, "\(file)").lowerBound...].dropFirst()
    }
    #expect(walk.contains("passes \(Self.badge.count) files"))
  }

  @Test("the checks find a missing name of each kind, and accept existing ones")
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
    #expect(names.missing(in: "``Outer/first(_:)``", of: files[0]) == ["``Outer/first(_:)``"])
    // A member of the file's own types does not exist elsewhere.
    #expect(names.missing(in: "``more()``", of: files[2]) == ["``more()``"])
    #expect(
      names.missing(in: "`None` `Outer.none` `page.md`", folder: "deploy")
        == ["None", "Outer.none", "page.md"])
    #expect(names.missing(in: "[a](none.md)", folder: "deploy") == ["none.md"])
  }
}
