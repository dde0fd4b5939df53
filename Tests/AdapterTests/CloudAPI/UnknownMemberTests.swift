import CoreModels
import Foundation
import Testing
import Yams

@testable import CloudAPI
@testable import posterncloud

/// A misspelled limit would leave a door without one.
@Suite("API: a body with a member that nobody reads is refused, at any depth")
struct UnknownMemberTests {
  private func messages(_ answer: PlatformFixture.Answer) -> [String] {
    (answer.body["problems"] as? [[String: Any]] ?? []).map {
      "\($0["path"] ?? ""): \($0["message"] ?? "")"
    }
  }

  @Test("D17: misspelled settings of a door are named with what may be meant, and its hours stay")
  func settings() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let path = "/v1/doors/gate-1:gym"
    let hours = ["monday": [["from": "09:00", "to": "17:00"]]]
    try await world.ok(
      "PUT", path, ["site": "house", "name": "Gym", "settings": ["accessHours": hours]])
    let answer = try await world.call(
      "PUT", path,
      [
        "site": "house", "name": "Gym",
        "settings": ["acessHours": hours, "accessHours": ["mondy": []], "presentaton": "card"],
      ])
    #expect(answer.status == 422 && answer.kind == "invalid")
    #expect(
      messages(answer).sorted() == [
        "settings.accessHours.mondy: is no member here; is monday meant?",
        "settings.acessHours: is no member here; is accessHours meant?",
        "settings.presentaton: is no member here; is presentation meant?",
      ])
    let settings = try await world.ok("GET", path).body["settings"] as? [String: Any]
    #expect(settings?["accessHours"] as? [String: [[String: String]]] == hours)
  }

  @Test("D17: a member rule with a misspelled condition does not come to fit everybody")
  func rules() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let answer = try await world.call(
      "PUT", "/v1/sites/house",
      [
        "name": "The house", "timeZone": "Europe/Berlin", "controllers": ["gate-1", "gate-2"],
        "settings": ["memberRules": [["name": "x", "memberType": ["vip"]]]],
      ])
    #expect(
      answer.status == 422
        && messages(answer) == [
          "settings.memberRules[0].memberType: is no member here; is memberTypes meant?"
        ])
    let site = try await world.ok("GET", "/v1/sites/house")
    #expect((site.body["settings"] as? [String: Any])?["memberRules"] == nil)
  }

  @Test("D17: of a member that is there twice neither counts")
  func twice() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let path = "/v1/reservations/r-1"
    let body = #"""
      {"person":"ada","doors":["gate-1:front"],"startsAt":"2020-11-30T10:00:00Z",
       "endsAt":"2020-11-30T12:00:00Z","ends\u0041t":"2030-11-30T12:00:00Z",
       "cards":[{"format":"H10301","facility":12,"number":"1","number":"2"}]}
      """#
    let answer = try await world.send("PUT", path, Array(body.utf8))
    #expect(
      answer.status == 422
        && messages(answer) == ["endsAt: is there twice", "cards[0].number: is there twice"])
    #expect(try await world.call("GET", path).status == 404)
    // In an object whose members are not looked at, too.
    let deep = try await world.send(
      "PUT", "/v1/people/eve", Array(#"{"x":{"y":[{"z":1,"z":2}]}}"#.utf8))
    #expect(deep.paths == ["x", "x.y[0].z"])
  }

  @Test("D17: a body that only some readers understand is refused")
  func encodings() async throws {
    let world = try await PlatformFixture()
    try await world.furnish()
    let body = #"{"acessEnabled":false}"#
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf16, .utf32] {
      let bytes = Array(try #require(body.data(using: encoding)))
      let answer = try await world.send("PUT", "/v1/people/eve", bytes)
      #expect([400, 422].contains(answer.status), "\(encoding)")
    }
    let marked = try await world.send("PUT", "/v1/people/eve", [0xEF, 0xBB, 0xBF] + body.utf8)
    #expect([400, 422].contains(marked.status))
    #expect(try await world.call("GET", "/v1/people/eve").status == 404)
  }

  // MARK: Every operation

  /// An object in a body that the OpenAPI document describes.
  private struct Place {
    /// Such as `cards[0]`; empty for the body.
    var path: String
    /// The body with one more member there.
    var body: [String: Any]
    /// What the document describes there; nil where another document does.
    var names: Set<String>?
  }

  private static let stranger = "qqqqqqqqqqqq"

  private func places(
    in schema: [String: Any], _ path: String, _ whole: ([String: Any]) -> [String: Any]
  ) -> [Place] {
    let properties = schema["properties"] as? [String: [String: Any]]
    var found = [
      Place(path: path, body: whole([Self.stranger: 1]), names: properties.map { Set($0.keys) })
    ]
    for (name, property) in properties ?? [:] {
      let next = path.isEmpty ? name : "\(path).\(name)"
      if property["type"] as? String == "object" {
        found += places(in: property, next) { whole([name: $0]) }
      } else if let items = property["items"] as? [String: Any],
        items["type"] as? String == "object"
      {
        found += places(in: items, "\(next)[0]") { whole([name: [$0]]) }
      }
    }
    return found
  }

  @Test("D17: each object of each body takes the members that the OpenAPI document has, no others")
  func document() async throws {
    let text = try String(
      contentsOf: Repository.file("deploy/api/openapi.yaml"), encoding: .utf8)
    let document = try #require(try Yams.load(yaml: text) as? [String: Any])
    let components = try #require(document["components"] as? [String: Any])
    let schemas = try #require(components["schemas"] as? [String: [String: Any]])
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    let world = try await PlatformFixture()
    try await world.furnish()
    try await world.ok("PUT", "/v1/webhooks/hook", ["url": "https://127.0.0.1/x"])
    let ids = [
      "site": "house", "door": "gate-1:gym", "scope": "members", "person": "ada",
      "date": "2020-12-24", "webhook": "hook", "reservation": "r-1", "credential": "c-1",
    ]
    var count = 0
    for operation in RouteTable.all where operation.isChange {
      let described = try #require(paths[operation.path]?[operation.method.rawValue.lowercased()])
      guard let request = described["requestBody"] as? [String: Any],
        let content = request["content"] as? [String: [String: Any]],
        let schema = content["application/json"]?["schema"] as? [String: Any]
      else { continue }
      let reference = try #require(schema["$ref"] as? String).split(separator: "/").last
      let path = ids.reduce(operation.path) { $0.replacing("{\($1.key)}", with: $1.value) }
      let name = String(try #require(reference))
      for place in places(in: try #require(schemas[name]), "", { $0 }) {
        let answer = try await world.call(operation.method.rawValue, path, place.body)
        let unknown = place.path.isEmpty ? Self.stranger : "\(place.path).\(Self.stranger)"
        #expect(answer.status == 422 && answer.paths == [unknown], "\(operation.id) \(answer)")
        count += 1
        guard let names = place.names else { continue }
        let told = "is no member here; there are \(names.sorted().joined(separator: ", "))"
        #expect(messages(answer) == ["\(unknown): \(told)"], "\(operation.id)")
      }
    }
    #expect(count >= 20)
  }
}
