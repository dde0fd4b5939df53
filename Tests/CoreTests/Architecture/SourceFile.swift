/// One Swift file, divided into code, comments and literals.
struct SourceFile {
  let path: String
  let target: String
  let lines: [Substring]
  /// The lines without comments and without the text of literals.
  let code: [String]
  let comments: [SwiftText.Piece]
  let literals: [SwiftText.Piece]
  let declarations: SwiftDeclarations

  init(path: String, target: String, text: String) {
    self.path = path
    self.target = target
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
    let parts = SwiftText(text)
    code = parts.code
    comments = parts.comments
    literals = parts.literals
    declarations = SwiftDeclarations(code: parts.code)
  }

  /// The path of its folder.
  var folder: String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// The file's name without `.swift`.
  var name: String {
    String((path.split(separator: "/").last ?? "").dropLast(".swift".count))
  }

  /// Imported modules.
  var imports: [String] {
    code.compactMap { line in
      guard line.contains("import ") else { return nil }
      return line.firstMatch(
        of: #/^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func)\s+)?(\w+)/#
      ).map { String($0.output.1) }
    }
  }

  /// Numbers, from 1, of lines whose code matches the pattern.
  func numbers(of pattern: Regex<AnyRegexOutput>) -> [Int] {
    code.indices.filter { code[$0].contains(pattern) }.map { $0 + 1 }
  }

  /// The same as text with path and line, for a message.
  func places(of pattern: Regex<AnyRegexOutput>) -> [String] {
    numbers(of: pattern).map {
      "\(path):\($0): \(lines[$0 - 1].drop(while: \.isWhitespace))"
    }
  }

  /// Whether a line, from 1, has a comment.
  func comment(at number: Int) -> Bool {
    lines.indices.contains(number - 1) && lines[number - 1].contains("//")
  }
}
