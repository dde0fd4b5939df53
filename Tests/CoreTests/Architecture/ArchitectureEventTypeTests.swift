import Testing

/// The registry is the only place that spells event types; everything else uses its cases.
@Suite("Event types stand in one registry")
struct ArchitectureEventTypeTests {
  static let registry = "Sources/CloudProtocol/Events/EventType.swift"

  @Test("no other source has the name of an event type in a literal")
  func literals() throws {
    let sources = try SourceTree.read.get().sources
    let file = try #require(sources.first { $0.path == Self.registry })
    let names = Self.registered(in: file)
    #expect(names.count > 40)
    let wrong = sources.filter { $0.path != Self.registry }.flatMap { file in
      Self.places(of: names, in: file)
    }
    #expect(wrong == [])
  }

  /// Wire names, such as `postern.access.granted.v1`.
  private static func registered(in file: SourceFile) -> Set<String> {
    Set(file.literals.map(\.text).filter { $0.hasSuffix(".v1") && !$0.hasPrefix(".") })
  }

  /// Literals that equal an event type, with or without `postern.` and `.v1`, or a family of types:
  /// `postern.alarm.`.
  private static func places(of names: Set<String>, in file: SourceFile) -> [String] {
    let short = Set(names.map { $0.replacing("postern.", with: "").replacing(".v1", with: "") })
    let families = Set(
      names.map { $0.split(separator: ".").prefix(2).joined(separator: ".") + "." })
    return file.literals.filter { literal in
      names.contains(literal.text) || short.contains(literal.text)
        || families.contains { literal.text.hasPrefix($0) }
    }.map { "\(file.path):\($0.line): \($0.text)" }
  }

  @Test("the check finds a type in each of its forms, and accepts other names")
  func checksSee() {
    let registry = SourceFile(
      path: "r", target: "R",
      text: "case a = \"postern.access.granted.v1\"\ncase b = \"lock.key.issued.v1\"\nlet c = \"d\""
    )
    let file = SourceFile(
      path: "x", target: "X",
      text: """
        f("postern.access.granted.v1")
        f("access.granted", "lock.key.issued.v1")
        f("postern.access.")
        f("postern.events", "granted", "an access.granted b") // "access.granted"
        """)
    let names = Self.registered(in: registry)
    #expect(names.count == 2)
    #expect(
      Self.places(of: names, in: file) == [
        "x:1: postern.access.granted.v1", "x:2: access.granted", "x:2: lock.key.issued.v1",
        "x:3: postern.access.",
      ])
  }
}
