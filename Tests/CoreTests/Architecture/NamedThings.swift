import Foundation

/// What the tree has under a name: files, types and the words of their code. Documentation is
/// held against it.
struct NamedThings {
  private let paths: Set<String>
  private let fileNames: Set<String>
  private let modules: Set<String>
  private let types: [String: SwiftType]
  /// Full names of types by their last part: `Kind` for `Command.Kind`.
  private let fullNames: [String: [String]]
  private let words: [String: Set<Substring>]
  /// What each file declares with parentheses: functions, initialisers and cases.
  private let callable: [String: Set<Substring>]
  /// Functions of files that declare a protocol: whatever implements it may link to them.
  private let required: Set<Substring>
  private let allWords: Set<Substring>
  private let aliases: Set<String>

  init(files: [SourceFile], types: [String: SwiftType], paths: Set<String>, modules: Set<String>) {
    var places = paths
    for path in paths {
      var parts = path.split(separator: "/")
      while parts.popLast() != nil, !parts.isEmpty { places.insert(parts.joined(separator: "/")) }
    }
    self.paths = places
    fileNames = Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) })
    self.modules = modules
    self.types = types
    fullNames = Dictionary(grouping: types.keys) {
      String($0.split(separator: ".").last ?? "")
    }
    words = Dictionary(files.map { ($0.path, Self.words(of: $0.code)) }) { first, _ in first }
    callable = Dictionary(files.map { ($0.path, Self.callable(in: $0.code)) }) { first, _ in first }
    required = files.filter { $0.declarations.bodies.contains { $0.kind == .protocol } }
      .reduce(into: []) { $0.formUnion(Self.callable(in: $1.code)) }
    allWords = words.values.reduce(into: Self.words(of: files.flatMap(\.literals).map(\.text))) {
      $0.formUnion($1)
    }
    aliases = Set(
      files.flatMap(\.code).filter { $0.contains("typealias ") }.compactMap { line in
        line.firstMatch(of: #/typealias (\w+)/#).map { String($0.output.1) }
      })
  }

  /// The names in a line of documentation that are nothing here, each as it stands there. `file`
  /// is the Swift file that it documents, if it does.
  func missing(in text: String, of file: SourceFile? = nil, folder: String = "") -> [String] {
    // Most lines have none of it, and the expressions are slow.
    let hasQuotes = text.utf8.contains(UInt8(ascii: "`"))
    let hasSlash = text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "]") }
    let hasTests = text.contains("Tests")
    let hasSwift = text.contains(".swift")
    guard hasQuotes || hasSlash || hasTests || hasSwift else { return [] }
    let text = hasSlash ? text.replacing(#/https?:\/\/\S+/#, with: "") : text
    return (hasQuotes ? quoted(in: text, of: file, folder: folder) : [])
      + (hasSwift ? files(in: text) : []) + (hasTests ? tests(in: text) : [])
      + (hasSlash ? places(in: text, folder: folder) : [])
  }

  private func quoted(in text: String, of file: SourceFile?, folder: String) -> [String] {
    text.matches(of: #/``([^`]+)``/#).filter { !hasSymbol($0.output.1, for: file) }
      .map { String($0.output.0) }
      + text.matches(of: #/(?:^|[^`])`(([A-Z]\w*[a-z]\w*)(?:\.(\w+))?)`/#).filter {
        !fileNames.contains(String($0.output.1))
          && (!isWord($0.output.2) || $0.output.3.map(isWord) == false)
      }.map { String($0.output.1) }
      + text.matches(of: #/`([\w.\/-]+\.md)`/#).filter { !hasPath($0.output.1, from: folder) }
      .map { String($0.output.1) }
  }

  private func files(in text: String) -> [String] {
    text.matches(of: #/\b[A-Z]\w*(?:\+\w+)?\.swift\b/#).map { String($0.output) }
      .filter { !fileNames.contains($0) }
  }

  private func tests(in text: String) -> [String] {
    text.matches(of: #/\b[A-Z]\w*[a-z]Tests\b(?!/)/#).map { String($0.output) }
      .filter { !modules.contains($0) && types[$0] == nil && !fileNames.contains("\($0).swift") }
  }

  private func places(in text: String, folder: String) -> [String] {
    let paths = text.matches(
      of:
        #/(?:^|[^\w.-])((?:Sources|Tests|deploy|systemd(?!\/system)|\.ci|\.github)\/[\w.\/+-]*\w)/#
    ).map(\.output.1)
    let links = text.matches(of: #/\]\(([^)#\s]+)(?:#[^)]*)?\)/#).map(\.output.1)
    return (paths + links).filter { !hasPath($0, from: folder) }.map(String.init)
  }

  /// Whether code or a literal has the word anywhere, or a target or file is called so.
  private func isWord(_ word: Substring) -> Bool {
    allWords.contains(word) || modules.contains(String(word)) || fileNames.contains(String(word))
  }

  /// Whether there is such a file or folder, from the top or from the page's own folder.
  private func hasPath(_ path: Substring, from folder: String) -> Bool {
    let path = path.hasSuffix("/") ? path.dropLast() : path
    if paths.contains(String(path)) { return true }
    let relative = URL(filePath: "/\(folder)/\(path)").standardizedFileURL.path()
    return paths.contains(String(relative.dropFirst()))
  }

  /// Whether a DocC link leads to something: a type, a member of a type, or a member of what the
  /// file is about.
  private func hasSymbol(_ link: Substring, for file: SourceFile?) -> Bool {
    var parts = link.split(separator: "/").map { $0.prefix { $0 != "(" } }
    if parts.count > 1, let first = parts.first, modules.contains(String(first)) {
      parts.removeFirst()
    }
    guard let first = parts.first else { return false }
    let names = link.contains("(") ? callable : words
    if first.first?.isUppercase != true {
      guard let file else { return false }
      let own = file.declarations.bodies.flatMap { types[$0.name].map(Self.files) ?? [] }
      return link.contains("(") && required.contains(first)
        || (own + [file.path]).contains { names[$0]?.contains(first) == true }
    }
    let isPage = fileNames.contains("\(first).md")
    let candidates = fullNames[String(first)] ?? []
    guard parts.count > 1, let member = parts.last else {
      return isPage || !candidates.isEmpty || aliases.contains(String(first))
    }
    return candidates.compactMap { types[$0] }.flatMap(Self.files)
      .contains { names[$0]?.contains(member) == true }
  }

  private static func files(of type: SwiftType) -> [String] {
    type.files.sorted() + type.extensionFiles.sorted()
  }

  private static func words(of code: [String]) -> Set<Substring> {
    Set(code.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } })
  }

  private static func callable(in code: [String]) -> Set<Substring> {
    var names: Set<Substring> = ["init"]
    for line in code where line.contains("(") {
      let isCase = line.contains("case ")
      guard isCase || line.contains("func ") else { continue }
      for piece in line.split(separator: "(", omittingEmptySubsequences: false).dropLast() {
        let name = piece.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed()
        let before = piece.dropLast(name.count)
        if isCase || before.hasSuffix("func ") { names.insert(Substring(String(name))) }
      }
      // A generic function: its name ends at the angle bracket.
      if let match = line.firstMatch(of: #/func (\w+)</#) { names.insert(match.output.1) }
    }
    return names
  }
}
