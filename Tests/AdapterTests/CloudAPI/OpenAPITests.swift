import Foundation
import Testing
import Yams

@testable import CloudAPI

/// `deploy/api/openapi.yaml` held against the routes.
@Suite("API: the OpenAPI document says what the server does")
struct OpenAPITests {
  private let paths: [String: [String: [String: Any]]]
  private let schemas: [String: [String: Any]]

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appending(path: "deploy/api/openapi.yaml"), encoding: .utf8)
    let document = try #require(try Yams.load(yaml: text) as? [String: Any])
    #expect(document["openapi"] as? String == "3.1.0")
    paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    let components = try #require(document["components"] as? [String: Any])
    schemas = try #require(components["schemas"] as? [String: [String: Any]])
  }

  @Test("D17: each operation is in the document, under its path and method, and no other is")
  func operations() {
    let described = Set(
      paths.flatMap { path, methods in
        methods.map { "\($0.key.uppercased()) \(path) \($0.value["operationId"] ?? "")" }
      })
    let served = Set(RouteTable.all.map { "\($0.method.rawValue) \($0.path) \($0.id)" })
    #expect(described.subtracting(served).sorted() == [])
    #expect(served.subtracting(described).sorted() == [])
    #expect(served.count == RouteTable.all.count && served.count > 40)
  }

  @Test("D17: the scope and every status of an operation are those of the document")
  func statuses() throws {
    for operation in RouteTable.all {
      let described = try #require(paths[operation.path]?[operation.method.rawValue.lowercased()])
      let security = described["security"] as? [[String: [String]]]
      #expect(
        security?.first?["token"]?.first == operation.scope?.rawValue, "\(operation.id)")
      let responses = try #require(described["responses"] as? [String: Any])
      var statuses = Set(operation.successes + operation.allProblems.map(\.status))
      if !operation.isChange { statuses.insert(304) }
      #expect(Set(responses.keys.compactMap { Int($0) }) == statuses, "\(operation.id)")
      let parameters = (described["parameters"] as? [[String: Any]] ?? [])
        .filter { $0["in"] as? String == "path" }.compactMap { $0["name"] as? String }
      let names = operation.path.matches(of: /\{(\w+)\}/).map { String($0.output.1) }
      #expect(parameters == names, "\(operation.id)")
    }
  }

  @Test("D17: the document names every kind of problem, every scope and every type of webhook")
  func lists() throws {
    func values(_ schema: String, _ member: String) throws -> [String] {
      let properties = try #require(schemas[schema]?["properties"] as? [String: [String: Any]])
      let found = try #require(properties[member])
      let items = found["items"] as? [String: Any] ?? found
      return try #require(items["enum"] as? [String])
    }
    #expect(
      try values("Problem", "type")
        == ProblemKind.allCases.map { "urn:postern:problem:\($0.rawValue)" })
    #expect(try values("Token", "scopes") == TokenScope.allCases.map(\.rawValue))
    #expect(try values("Webhook", "types") == WebhookType.allCases.map(\.rawValue))
  }
}
