/// The types that a file declares and extends, with the counts that the architecture rules need.
struct SwiftDeclarations {
  enum Kind: String { case `struct`, `class`, `enum`, `actor`, `protocol`, `extension` }

  struct TypeBody {
    var kind: Kind
    /// Qualified by the types around it, such as `Command.Kind`.
    var name: String
    /// The line that begins it, up to the brace; it includes the conformances.
    var header: String
    var storedProperties = 0
    var computedProperties = 0
    /// Stored properties that are `private` or `fileprivate`.
    var privateProperties = 0
    /// Instance functions; neither static ones nor initialisers.
    var functions = 0
    /// Instance functions that are `mutating`.
    var mutatingFunctions = 0
  }

  /// In the order in which they begin.
  private(set) var bodies: [TypeBody] = []
  /// Lines, from 1, of each `default:` or `case _:` of a switch over an enum.
  private(set) var enumDefaults: [Int] = []
  /// False if braces do not match: then the file was not understood.
  var isBalanced: Bool { scopes.isEmpty }

  private enum Scope {
    /// The place in `bodies`.
    case type(Int)
    case `switch`(Switch)
    case other
  }

  private struct Switch {
    /// True if a pattern contains `.name`: the switch is over an enum, or a tuple with one.
    var hasEnumCase = false
    var defaults: [Int] = []
    /// The pattern continues in the next line.
    var isInPattern = false
  }

  private var scopes: [Scope] = []
  /// A type or a switch whose brace is still to come.
  private var pending: Scope?
  /// A `var` whose brace ended the previous line: stored only if an observer follows.
  private var opened: (body: Int, isPrivate: Bool)?

  /// Modifiers that stand before what is declared.
  private static let modifiers: Set<Substring> = [
    "public", "package", "internal", "private", "fileprivate", "open", "final", "indirect",
    "nonisolated", "weak", "unowned", "lazy", "override", "required", "convenience", "consuming",
    "borrowing", "dynamic", "isolated", "distributed", "prefix", "postfix", "infix",
  ]

  init(code: [String]) {
    for (index, line) in code.enumerated() { read(line, number: index + 1) }
  }

  private mutating func read(_ line: String, number: Int) {
    let words = Self.words(of: line)
    let typesBefore = bodies.count
    if let first = words.first {
      if let opened {
        if first.hasPrefix("didSet") || first.hasPrefix("willSet") {
          bodies[opened.body].computedProperties -= 1
          store(1, isPrivate: opened.isPrivate, in: opened.body)
        }
        self.opened = nil
      }
      readDeclaration(words, of: line)
      readCase(words, number: number)
    }
    if bodies.count > typesBefore, let brace = line.firstIndex(of: "{"),
      line[line.index(after: brace)...].contains(where: { $0 != " " })
    {
      // A type on one line: the text in its braces is read as a line of its own.
      follow(String(line[...brace]))
      read(String(line[line.index(after: brace)...]), number: number)
    } else {
      follow(line)
    }
  }

  /// The words of a line, without attributes.
  private static func words(of line: String) -> ArraySlice<Substring> {
    var words = line.split(separator: " ")[...]
    while let first = words.first, first.hasPrefix("@") {
      var depth = 0
      repeat {
        guard let word = words.popFirst() else { return [] }
        depth += word.utf8.reduce(0) {
          $0 + ($1 == UInt8(ascii: "(") ? 1 : $1 == UInt8(ascii: ")") ? -1 : 0)
        }
      } while depth > 0
    }
    return words
  }

  private mutating func readDeclaration(_ line: ArraySlice<Substring>, of text: String) {
    var words = line
    var isStatic = false
    var isPrivate = false
    var isMutating = false
    while let word = words.first {
      let name = word.prefix { $0 != "(" }
      switch name {
      case "static": isStatic = true
      // `class` before a member is a modifier, too.
      case "class" where words.dropFirst().first == "func" || words.dropFirst().first == "var":
        isStatic = true
      case "mutating": isMutating = true
      case _ where Self.modifiers.contains(name):
        if word == "private" || word == "fileprivate" { isPrivate = true }
      default:
        declare(
          word, words.dropFirst(), isStatic: isStatic, isPrivate: isPrivate,
          isMutating: isMutating, text: text)
        return
      }
      words.removeFirst()
    }
  }

  private mutating func declare(
    _ keyword: Substring, _ rest: ArraySlice<Substring>, isStatic: Bool, isPrivate: Bool,
    isMutating: Bool, text: String
  ) {
    if let kind = Kind(rawValue: String(keyword)), let name = rest.first {
      let plain = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
      let around = scopes.compactMap { scope in
        if case .type(let body) = scope { bodies[body].name } else { nil }
      }.last
      bodies.append(
        TypeBody(
          kind: kind, name: around.map { "\($0).\(plain)" } ?? String(plain),
          header: String(text.prefix { $0 != "{" })))
      pending = .type(bodies.count - 1)
      return
    }
    if keyword == "switch" || text.contains(" switch ") {
      pending = .switch(Switch())
    }
    guard case .type(let body)? = scopes.last, !isStatic else { return }
    switch keyword {
    case "func":
      bodies[body].functions += 1
      if isMutating { bodies[body].mutatingFunctions += 1 }
    case "let" where bodies[body].kind != .protocol:
      store(Self.count(in: text), isPrivate: isPrivate, in: body)
    case "var" where bodies[body].kind != .protocol:
      if Self.isStored(text) {
        store(Self.count(in: text), isPrivate: isPrivate, in: body)
      } else {
        bodies[body].computedProperties += 1
        if text.hasSuffix("{") { opened = (body, isPrivate) }
      }
    default:
      break
    }
  }

  private mutating func store(_ count: Int, isPrivate: Bool, in body: Int) {
    bodies[body].storedProperties += count
    if isPrivate { bodies[body].privateProperties += count }
  }

  /// A variable without a body, with a value before its brace, or with observers on its line.
  private static func isStored(_ text: String) -> Bool {
    guard let brace = text.firstIndex(of: "{") else { return true }
    return text[..<brace].contains(" = ") || text.contains("didSet") || text.contains("willSet")
  }

  /// How many names one `let` or `var` has: those before a colon, or in parentheses.
  private static func count(in text: String) -> Int {
    let names = text.prefix { $0 != ":" && $0 != "=" && $0 != "{" }
    return names.count { $0 == "," } + 1
  }

  private mutating func readCase(_ words: ArraySlice<Substring>, number: Int) {
    guard let first = words.first, case .switch(var found)? = scopes.last else { return }
    if first == "default:" {
      found.defaults.append(number)
    } else if first == "case" || found.isInPattern {
      let (pattern, isComplete) = Self.pattern(in: first == "case" ? words.dropFirst() : words)
      let names = pattern.map { $0.drop { $0 == "(" } }
      if names.contains(where: { $0.hasPrefix(".") && !$0.hasPrefix("..") }) {
        found.hasEnumCase = true
      }
      // A name alone matches everything that is left, too.
      if pattern.first == "_:" || pattern.first == "let" && pattern.count == 2 && isComplete {
        found.defaults.append(number)
      }
      found.isInPattern = !isComplete
    }
    scopes[scopes.count - 1] = .switch(found)
  }

  /// The words up to the colon that ends the pattern, which is outside of parentheses.
  private static func pattern(
    in words: ArraySlice<Substring>
  ) -> (ArraySlice<Substring>, isComplete: Bool) {
    var depth = 0
    for (index, word) in zip(words.indices, words) {
      for byte in word.utf8 {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
      }
      if depth == 0, word.hasSuffix(":") { return (words[...index], true) }
    }
    return (words, false)
  }

  /// Opens and closes scopes at the braces of a line.
  private mutating func follow(_ line: String) {
    for byte in line.utf8 {
      if byte == UInt8(ascii: "{") {
        scopes.append(pending ?? .other)
        pending = nil
      } else if byte == UInt8(ascii: "}"), let scope = scopes.popLast() {
        if case .switch(let found) = scope, found.hasEnumCase { enumDefaults += found.defaults }
      }
    }
  }
}
