import CoreModels
import Foundation

/// The sources as text, for rules that the compiler does not know.
struct SourceTree {
  let root: URL
  let package: String
  let sources: [SourceFile]
  let tests: [SourceFile]

  /// The tree that this file is part of, read once for all tests: it takes seconds.
  static let read = Result { try SourceTree() }

  private init() throws {
    root = Repository.root
    package = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    sources = try Self.files(in: "Sources", of: root)
    tests = try Self.files(in: "Tests", of: root)
  }

  /// Folders directly below `folder`.
  func folders(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      at: root.appendingPathComponent(folder), includingPropertiesForKeys: [.isDirectoryKey]
    ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
      .map(\.lastPathComponent)
  }

  private static func files(in folder: String, of root: URL) throws -> [SourceFile] {
    let paths = FileManager.default.enumerator(
      atPath: root.appendingPathComponent(folder).path)
    var files: [SourceFile] = []
    for case let path as String in paths ?? .init() where path.hasSuffix(".swift") {
      let text = try String(
        contentsOf: root.appendingPathComponent(folder).appendingPathComponent(path),
        encoding: .utf8)
      files.append(
        SourceFile(
          path: "\(folder)/\(path)", target: String(path.prefix { $0 != "/" }), text: text))
    }
    return files
  }
}

/// One Swift file, with what is code in it told from what is not.
struct SourceFile {
  let path: String
  let target: String
  let lines: [Substring]
  /// The lines without comments and without the text of literals.
  let code: [String]

  init(path: String, target: String, text: String) {
    self.path = path
    self.target = target
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
    var isInText = false
    code = lines.map { line in
      if line.matches(of: #/"""/#).count % 2 == 1 {
        isInText.toggle()
        return ""
      }
      return isInText ? "" : Self.code(of: line)
    }
  }

  /// Modules, without what is taken from them.
  var imports: [String] {
    code.compactMap { line in
      line.firstMatch(
        of: #/^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func)\s+)?(\w+)/#
      ).map { String($0.output.1) }
    }
  }

  /// Lines, from 1, whose code has the pattern.
  func numbers(of pattern: Regex<AnyRegexOutput>) -> [Int] {
    code.indices.filter { code[$0].contains(pattern) }.map { $0 + 1 }
  }

  /// The same, with the path and the line for a message.
  func places(of pattern: Regex<AnyRegexOutput>) -> [String] {
    numbers(of: pattern).map {
      "\(path):\($0): \(lines[$0 - 1].drop(while: \.isWhitespace))"
    }
  }

  /// Whether a line, from 1, has a comment.
  func comment(at number: Int) -> Bool {
    lines.indices.contains(number - 1) && lines[number - 1].contains("//")
  }

  private static func code(of line: Substring) -> String {
    let withoutText = line.replacing(#/"(?:\\.|[^"\\])*"/#, with: "\"\"")
    return withoutText.firstRange(of: "//").map { String(withoutText[..<$0.lowerBound]) }
      ?? String(withoutText)
  }
}
