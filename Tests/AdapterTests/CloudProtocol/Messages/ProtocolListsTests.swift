import CloudProtocol
import CoreModels
import DoorCore
import DoorRules
import Foundation
import Testing

@Suite("The published lists are those of the program (D2, D3)")
struct ProtocolListsTests {
  private static let folder = Repository.file("deploy/protocol")
  private static let isUpdate = ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1"

  /// The text with what is between two markers replaced; nil if a marker is missing.
  private static func replace(
    _ list: String, after begin: String, before end: String, in text: String
  )
    -> String?
  {
    guard let from = text.range(of: begin),
      let to = text.range(of: end, range: from.upperBound..<text.endIndex)
    else { return nil }
    return text.replacingCharacters(in: from.upperBound..<to.lowerBound, with: list)
  }

  private static func check(_ name: String, _ change: (String) throws -> String) throws {
    let file = folder.appending(path: name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let wanted = try change(text)
    if isUpdate { try Data(wanted.utf8).write(to: file) }
    #expect(isUpdate || text == wanted, "run with POSTERN_UPDATE_DOCS=1: \(name)")
  }

  @Test("README.md has every list, and each as the program has it")
  func readme() throws {
    try Self.check("README.md") { text in
      try ProtocolLists.tables.reduce(text) { text, list in
        try #require(
          Self.replace(
            "\n" + list.text, after: "<!-- list: \(list.name) -->",
            before: "<!-- end of list -->", in: text), "\(list.name)")
      }
    }
  }

  @Test("asyncapi.yaml names the same types and reasons")
  func document() throws {
    try Self.check("asyncapi.yaml") { text in
      try #require(
        Self.replace(
          "\n" + ProtocolLists.extensions, after: "\n# Lists, written by ProtocolListsTests",
          before: "# end of lists", in: text))
    }
  }

  @Test("hand-over.md explains every limit of a hand-over")
  func handOver() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "hand-over.md"), encoding: .utf8)
    for limit in HandOverRefusal.Limit.allCases {
      #expect(text.contains("`\(limit.rawValue)`"), "\(limit)")
    }
  }

  @Test("the schema of commands has the kinds of the program, and asks for the same members")
  func commands() throws {
    struct Schema: Decodable {
      struct Names: Decodable { var `enum`: [String] }
      struct Rule: Decodable {
        struct If: Decodable {
          struct Properties: Decodable { var kind: Names }
          var properties: Properties
        }
        struct Then: Decodable { var required: [String] }
        var `if`: If
        var then: Then
      }
      struct Property: Decodable { var `enum`: [String]? }
      var properties: [String: Property]
      var allOf: [Rule]
    }
    let file = Self.folder.appending(path: "schemas/commands.json")
    let schema = try JSONDecoder().decode(Schema.self, from: try Data(contentsOf: file))
    let kinds = Command.Kind.allCases
    #expect(schema.properties["kind"]?.enum == kinds.map(\.rawValue))
    #expect(schema.properties["mode"]?.enum == ModeOrder.Change.allCases.map(\.rawValue))
    #expect(
      Set(schema.properties.keys)
        == Set(Command.Member.allCases.map(\.rawValue) + ["kind", "sessionNonce"]))
    let asked = Dictionary(
      uniqueKeysWithValues: schema.allOf.flatMap { rule in
        rule.if.properties.kind.enum.map { ($0, Set(rule.then.required)) }
      })
    for kind in kinds {
      #expect(asked[kind.rawValue] ?? [] == Set(kind.required.map(\.rawValue)), "\(kind)")
      let example = Self.folder.appending(path: "examples/commands.\(kind.rawValue).json")
      #expect(FileManager.default.fileExists(atPath: example.path), "\(kind)")
    }
  }

  @Test("the list of alarms has those of doors and site")
  func alarms() {
    let names = DoorAlarm.allCases.map(\.rawValue) + SiteAlarm.allCases.map(\.rawValue)
    for name in names { #expect(AlarmReason(rawValue: name) != nil, "\(name)") }
  }

  @Test("each type has a title of its own, and each member a name of its own")
  func rows() {
    #expect(Set(EventType.allCases.map(\.title)).count == EventType.allCases.count)
    for type in EventType.allCases {
      #expect(Set(type.detail.map(\.name)).count == type.detail.count, "\(type)")
      #expect(type.wireName.hasSuffix(".v1"), "\(type)")
    }
  }
}
