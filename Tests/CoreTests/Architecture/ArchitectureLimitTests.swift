import Foundation
import Testing

/// The content of `deploy/protocol/limits.md`: a table of limits that outside input can reach, and
/// below it a list of limits of the program's own work.
struct LimitPage {
  struct Row {
    var limits: [String]
    /// The name of the test file, without `.swift`.
    var file: String
    /// The title of the test; nil if any test of the file will do.
    var sentence: String?
  }

  /// Rows of the table and lines of the list without a limit, and lines without a reason.
  private(set) var faults: [String] = []
  private(set) var rows: [Row] = []
  /// Limits of the second list.
  private(set) var own: [String] = []

  init(text: String) {
    for line in text.split(separator: "\n").map(String.init) {
      if line.hasPrefix("| `") {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let limits = Self.limits(in: cells[0])
        let test = (cells.last ?? "").split(separator: ":", maxSplits: 1)
        if cells.count != 3 || limits.isEmpty || test.isEmpty { faults.append(line) }
        rows.append(
          Row(
            limits: limits, file: test.first.map(String.init) ?? "",
            sentence: test.last?.split(separator: "\"").dropFirst().first.map(String.init)))
      } else if line.hasPrefix("- ") {
        let parts = line.split(separator: ": ", maxSplits: 1)
        let limits = Self.limits(in: String(parts[0]))
        if limits.isEmpty || parts.count < 2 { faults.append(line) }
        own += limits
      }
    }
  }

  private static func limits(in text: String) -> [String] {
    text.matches(of: #/`([A-Za-z]+\.[A-Za-z]+)`/#).map { String($0.output.1) }
  }

  /// Every limit of the page.
  var named: [String] { rows.flatMap(\.limits) + own }

  /// Limits of these files that the page does not list.
  func missing(of files: [SourceFile]) -> [String] {
    let named = Set(named)
    return files.flatMap { file in
      file.limits.filter { !named.contains($0) }.map { "\(file.path): \($0)" }
    }
  }
}

extension SourceFile {
  /// Static constants with "Max" in their name, as `Type.name` with the innermost type.
  var limits: [String] {
    var types: [(indent: Int, name: String)] = []
    return code.compactMap { line in
      // Regular expressions are slow, and most lines have neither.
      guard line.contains("Max") || line.hasSuffix("{") else { return nil }
      let indent = line.prefix { $0 == " " }.count
      let declared = line.firstMatch(
        of: #/^ *(?:\w+ )*(?:struct|enum|class|actor|extension|protocol) (\w+)/#)
      if let declared, !line.contains("static ") {
        types.removeAll { $0.indent >= indent }
        types.append((indent, String(declared.output.1)))
      }
      guard let constant = line.firstMatch(of: #/\bstatic (?:let|var) (\w*Max\w*)/#) else {
        return nil
      }
      let type = types.last { $0.indent < indent }
      return "\(type?.name ?? "?").\(constant.output.1)"
    }
  }
}

@Suite("Every limit is documented, and a test goes one past it")
struct ArchitectureLimitTests {
  private let tree: SourceTree
  private let page: LimitPage

  init() throws {
    tree = try SourceTree.read.get()
    page = LimitPage(
      text: try String(
        contentsOf: tree.root.appendingPathComponent("deploy/protocol/limits.md"), encoding: .utf8))
  }

  /// Without the simulation, whose bounds limit nothing in the product.
  private var files: [SourceFile] { tree.sources.filter { $0.target != "DoorSimulation" } }

  @Test("each limit of the sources is in one of the page's lists")
  func complete() {
    #expect(files.flatMap(\.limits).count > 100)
    #expect(page.missing(of: files) == [])
  }

  @Test("each limit of the page is in the sources beside its type, and named once")
  func found() {
    #expect(page.faults == [])
    #expect(page.rows.count > 60 && page.own.count > 20)
    let words = files.map { file in
      Set(file.code.flatMap { $0.split { !$0.isLetter && !$0.isNumber } })
    }
    for name in page.named {
      #expect(
        words.contains { $0.isSuperset(of: name.split(separator: ".")) },
        "\(name) is no limit of the sources")
    }
    let twice = Dictionary(grouping: page.named) { $0 }.filter { $0.value.count > 1 }.keys
    #expect(twice.sorted() == [])
  }

  @Test("the test that a row names has that title")
  func tested() {
    let tests = Dictionary(
      tree.tests.map { file in
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        return (String(name.dropLast(".swift".count)), file.lines.joined(separator: "\n"))
      }, uniquingKeysWith: { first, _ in first })
    for row in page.rows {
      let text = tests[row.file]
      #expect(text != nil, "\(row)")
      if let sentence = row.sentence { #expect(text?.contains(sentence) == true, "\(sentence)") }
    }
  }

  @Test("the checks find a limit that is on neither list, and a line without a reason")
  func checksSee() {
    let file = SourceFile(
      path: "x", target: "X",
      text: """
        /// static let notMax = 1
        public struct Outer {
          public static let firstMax = 1
          private enum Inner: Sendable {
            static let secondMax: Int32 = 2
          }
          static let thirdMaxSeconds = 3
          private static var fourthMax: Int { 4 }
          let unnamedMax = 5
        }
        extension Other {
          static let fifthMax = 6 // and "static let sixthMax"
        }
        """)
    #expect(
      file.limits == [
        "Outer.firstMax", "Inner.secondMax", "Outer.thirdMaxSeconds", "Outer.fourthMax",
        "Other.fifthMax",
      ])
    let page = LimitPage(
      text: """
        | limit | one past it | test |
        |---|---|---|
        | `Outer.firstMax` 1, `Inner.secondMax` | refused | SomeTests: "one is taken" |
        - `Outer.thirdMaxSeconds`: its own work
        - `Outer.fourthMax`
        """)
    #expect(page.rows.map(\.limits) == [["Outer.firstMax", "Inner.secondMax"]])
    #expect(page.rows.first?.file == "SomeTests" && page.rows.first?.sentence == "one is taken")
    #expect(page.faults == ["- `Outer.fourthMax`"])
    #expect(page.missing(of: [file]) == ["x: Other.fifthMax"])
    #expect(LimitPage(text: "").missing(of: [file]).count == 5)
  }
}
