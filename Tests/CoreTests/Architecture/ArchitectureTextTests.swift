import Testing

@Suite("Architecture: the scanner separates code, comments and literals")
struct ArchitectureTextTests {
  private func code(_ text: String) -> [String] { SwiftText(text).code }

  @Test("comments are not code")
  func comments() {
    let text = SwiftText("a // b \"c\"\n/* d /* e */\n f */ g\nh / i /* j */ / k")
    #expect(text.code == ["a ", "", " g", "h / i  / k"])
    #expect(
      text.comments == [
        .init(line: 1, text: " b \"c\""), .init(line: 2, text: " d  e "),
        .init(line: 3, text: " f "), .init(line: 4, text: " j "),
      ])
  }

  @Test("the text of a literal is not code; interpolated expressions are")
  func literals() {
    #expect(code(#"f("a \" // b", "\(g("c")) d", "")"#) == [#"f("", "(g(""))", "")"#])
    #expect(code(##"f(#"a " \(b) \#(c)"#)"##) == [#"f("(c)")"#])
    #expect(code("f(\"\"\"\n  a \" {\n  \\(b)\n  \"\"\")") == ["f(\"", "", "(b)", "\")"])
    #expect(
      SwiftText("a(\"b\", \"c\\(d)\")\n\"\"\"\ne\nf\"\"\"").literals == [
        .init(line: 1, text: "b"), .init(line: 1, text: "c\\()"), .init(line: 2, text: ""),
        .init(line: 3, text: "e"), .init(line: 4, text: "f"),
      ])
  }

  @Test("a regular expression is not code, and a division is not a regular expression")
  func expressions() {
    #expect(code(##"f(#/a{2}"\/b/#) { }"##) == ["f(//) { }"])
    #expect(code("f(/`[(\"]/) { }") == ["f(//) { }"])
    #expect(code("let a = b / c / d") == ["let a = b / c / d"])
    #expect(code("#if DEBUG\n#expect(a)") == ["#if DEBUG", "#expect(a)"])
  }
}

@Suite("Architecture: the scanner finds types and their members")
struct ArchitectureDeclarationTests {
  private func bodies(_ text: String) -> [SwiftDeclarations.TypeBody] {
    SwiftDeclarations(code: SwiftText(text).code).bodies
  }

  @Test("stored properties are counted with any modifier; computed ones are not")
  func properties() throws {
    let found = bodies(
      """
      public struct A {
        static let no = 1
        @Option(name: "a b", help: "(") var one: Int
        private let two, three: Int
        fileprivate(set) var four = { 4 }()
        private(set) weak var five: B?
        var six: Int {
          didSet { f() }
        }
        lazy var seven: Int = {
          let no = 1
          var neither = 2
        }()
        var no: Int { 1 }
        var neither: Int {
          let no = 1
          return no
        }
        let (eight, nine) = (1, 2)
        nonisolated(unsafe) var ten: [String: Int] = [:]
      }
      """)
    let body = try #require(found.first)
    #expect(found.count == 1 && body.name == "A" && body.kind == .struct)
    #expect(body.storedProperties == 10 && body.privateProperties == 2)
    #expect(body.computedProperties == 2)
  }

  @Test("functions of values are counted; nested types are named by their path")
  func functions() {
    let found = bodies(
      """
      public final class A: B
      {
        struct C { mutating func f() {} }
        class func no() {}
        static func neither() {}
        init() { func local() {} }
        @discardableResult
        public func g() -> Int { 1 }
      }
      extension A.C: Sendable where D == E {
        func h() {}
      }
      protocol P { var no: Int { get } }
      """)
    #expect(found.map(\.name) == ["A", "A.C", "A.C", "P"])
    #expect(found.map(\.functions) == [1, 1, 1, 0])
    #expect(found.map(\.mutatingFunctions) == [0, 1, 0, 0])
    #expect(found.map(\.kind) == [.class, .struct, .extension, .protocol])
    #expect(found.map(\.storedProperties) == [0, 0, 0, 0])
  }
}
