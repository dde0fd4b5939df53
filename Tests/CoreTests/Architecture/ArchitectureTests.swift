import Foundation
import Testing

/// Rules of the architecture that the compiler does not check.
@Suite("Architecture")
struct ArchitectureTests {
  static let pure = [
    "DoorRules", "WiegandCodec", "DoorCore", "OSDPCodec", "OSDPChannel", "OSDPLine",
  ]
  static let adapters = [
    "GPIOLinux", "SerialLinux", "StoreSQLite", "CloudMQTT", "HostLinux", "Certificates", "Console",
    "CloudAPI",
    "Settings",
  ]
  static let programs = ["posternd", "postern", "posterncloud"]
  static let fileLinesMax = 400

  let tree: SourceTree

  init() throws { tree = try SourceTree.read.get() }

  @Test("the tree is found: every target of the layout has a file in it")
  func found() {
    let targets = Set(tree.sources.map(\.target))
    #expect(targets.isSuperset(of: Self.pure + Self.adapters + Self.programs))
    #expect(tree.tests.contains { $0.path.hasSuffix("/ArchitectureTests.swift") })
  }

  @Test("pure targets import nothing but each other")
  func pureImports() {
    let wrong = tree.sources.filter { Self.pure.contains($0.target) }.flatMap { file in
      file.imports.filter { !Self.pure.contains($0) }.map { "\(file.path) imports \($0)" }
    }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("adapters never import each other")
  func adapterImports() {
    let wrong = tree.sources.filter { Self.adapters.contains($0.target) }.flatMap { file in
      file.imports.filter { Self.adapters.contains($0) && $0 != file.target }
        .map { "\(file.path) imports \($0)" }
    }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test(
    "no call that ends the program, blocks a thread or reads the wrong clock",
    arguments: [
      // Input must never end the program; errors report what was wrong.
      (#"try!"#, "anywhere"),
      (#"\bfatalError\("#, "anywhere"),
      // `Output` and `StandardLog` of HostLinux write: these die of a full disk, or do not notice it.
      (
        #"\b(print|debugPrint|dump|fputs|puts)\(|FileHandle\.standard|StreamLogHandler"#, "anywhere"
      ),
      // These block their thread, unlike `Task.sleep`.
      (#"\bThread\.sleep|\b(sleep|usleep|nanosleep)\("#, "libraries"),
      // Time is an argument.
      (
        #"\bDate\(\)|\bDate\.now\b|Clock\(\)|Clock\.now\b|clock_gettime|\.random\b|UUID\(\)"#,
        "pure"
      ),
      // GRDB's subscripts trap on a value that a damaged file made another's; `decode` throws.
      (#"\b(row|\$\d)\["?\w+"?\]"#, "databases"),
      // Only the clocks of HostLinux read the current time.
      (#"\bDate\(\)|\bDate\.now\b"#, "libraries"),
    ])
  func banned(pattern: String, scope: String) throws {
    let expression = try Regex(pattern)
    let files = tree.sources.filter { file in
      switch scope {
      case "pure": Self.pure.contains(file.target)
      case "libraries": !Self.programs.contains(file.target)
      case "databases": file.imports.contains("GRDB")
      default: true
      }
    }
    let wrong = files.flatMap { $0.places(of: expression) }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("no test of a pure target sleeps")
  func sleepingTests() throws {
    let sleeping = try Regex(#"\bThread\.sleep|\bTask\.sleep|\b(sleep|usleep|nanosleep)\("#)
    let wrong = tree.tests.filter { $0.target == "CoreTests" }
      .flatMap { $0.places(of: sleeping) }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("no file has more than 400 lines")
  func fileLength() {
    let wrong = (tree.sources + tree.tests).filter { $0.lines.count > Self.fileLinesMax }
      .map { "\($0.path): \($0.lines.count)" }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("unchecked thread safety has a comment that explains it, beside it")
  func unchecked() throws {
    let unchecked = try Regex(#"@unchecked Sendable|nonisolated\(unsafe\)"#)
    let wrong = (tree.sources + tree.tests).flatMap { file in
      file.numbers(of: unchecked).filter { number in
        // The line before, the line itself or the line after.
        !(number - 1...number + 1).contains { file.comment(at: $0) }
      }.map { "\(file.path):\($0)" }
    }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("no catch is empty")
  func emptyCatch() throws {
    let empty = try Regex(#"catch\s*(\([^)]*\)\s*)?\{\s*\}"#)
    let wrong = tree.sources.filter { $0.code.joined(separator: "\n").contains(empty) }
      .map(\.path)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  /// The laboratory's scripts, which no build needs.
  static let scripts: Set = ["Lab"]

  @Test("every folder of Sources and Tests is a target of Package.swift, and vice versa")
  func targets() throws {
    let declared = Set(
      tree.package.matches(of: #/arget\(\s*name:\s*"([\w-]+)"|systemLibrary\(\s*name:\s*"(\w+)"/#)
        .compactMap { ($0.output.1 ?? $0.output.2).map(String.init) })
    let folders = Set(try tree.folders(in: "Sources") + tree.folders(in: "Tests"))
    #expect(folders.subtracting(declared).subtracting(Self.scripts).sorted() == [])
    #expect(declared.subtracting(folders).sorted() == [])
  }

  @Test("the checks find what they look for")
  func checksSee() throws {
    let file = SourceFile(
      path: "x", target: "X",
      text: """
        // try! in a comment is no code, and // neither
        public import Foundation
        @preconcurrency internal import struct DoorRules.DoorID
        let text = "print(1)" // print(2)
        let multiline = \"\"\"
          fatalError(
          \"\"\"
        func f() { print(3) }
        """)
    #expect(file.imports == ["Foundation", "DoorRules"])
    #expect(file.numbers(of: try Regex(#"print\("#)) == [8])
    #expect(file.numbers(of: try Regex(#"try!|fatalError"#)) == [])
    #expect(file.comment(at: 1) && file.comment(at: 4) && !file.comment(at: 8))
  }
}
