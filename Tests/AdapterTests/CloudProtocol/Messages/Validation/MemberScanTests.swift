import CoreModels
import DoorRules
import Foundation
import Testing

@testable import CloudProtocol

@Suite("Members that a controller does not know are told, not obeyed (D2, D3, D4)")
struct MemberScanTests {
  /// The contract's schemas, by the name of their kind.
  private let schemas: [String: [String: Any]]

  init() {
    var found: [String: [String: Any]] = [:]
    let folder = Repository.file("deploy/protocol/schemas").path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
        let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
      else { continue }
      found[name.replacingOccurrences(of: ".json", with: "")] = json
    }
    schemas = found
  }

  private func unknown(_ kind: Topics.Down, _ json: String) throws -> [String] {
    let shape = try #require(MemberShape.body(of: kind))
    return MemberScan.unknown(in: Array(json.utf8), shape: shape).map(\.description)
  }

  @Test("each by its path, with the name that may be meant")
  func paths() throws {
    let json = #"""
      {"revision":1,"facility":{"acessHours":{},"x":null},"scopes":[],
       "doors":[{"id":"a"},{"HoldTimeSeconds":3,"note\"\\":[{"deep":[1,{"id":2}]}],
       "accessHours":{"mondy":[{"from":"a","til":"b"}],"exceptions":{"2026-01-01":[{"too":1}]}}}],
       "patch":{"doors":[{"icn":"x"}]}, "version" : 1.5e3 }
      """#
    #expect(
      try unknown(.config, json) == [
        "facility.acessHours: is not known here and ignored; is accessHours meant?",
        "doors[1].HoldTimeSeconds: is not known here and ignored; is holdTimeSeconds meant?",
        #"doors[1].note"\: is not known here and ignored"#,
        "doors[1].accessHours.mondy: is not known here and ignored; is monday meant?",
        "doors[1].accessHours.exceptions.2026-01-01[0].too: is not known here and ignored; is to meant?",
        "patch.doors[0].icn: is not known here and ignored; is icon meant?",
        "version: is not known here and ignored",
      ])
    #expect(
      try unknown(.credentials, #"{"credentials":[{"id":"k"},{"validUntill":7}],"persons":[]}"#)
        == ["credentials[1].validUntill: is not known here and ignored; is validUntil meant?"])
  }

  @Test(
    "whoever refuses them refuses null ones, repeated ones, and bytes that the scan cannot read")
  func faults() throws {
    let shape = MemberShape.holding("id", "usesMax", and: ["at": .location])
    func faults(_ json: [UInt8]) -> [String] {
      MemberScan.faults(in: json, shape: shape).map(\.description)
    }
    #expect(faults(Array(#" {"id":1,"at":{"lat":1,"lng":null},"usesMax":null} "#.utf8)) == [])
    #expect(
      faults(
        Array(#"{"usesmax":null,"at":{"lat":1,"l\u0061t":2,"x":[{"y":1,"y":2}]},"id":2}"#.utf8))
        == [
          "usesmax: is no member here; is usesMax meant?", "at.lat: is there twice",
          "at.x: is no member here; there are accuracyMeters, lat, lng",
          "at.x[0].y: is there twice",
        ])
    let unread = "is no JSON in UTF-8 without a byte order mark: line 1, byte"
    #expect(faults([0xEF, 0xBB, 0xBF] + Array(#"{"x":1}"#.utf8)) == ["\(unread) 1 cannot be read"])
    #expect(
      faults(#"{"x":1}"#.utf16.flatMap { [UInt8($0 & 0xFF), 0] })
        == ["\(unread) 2 cannot be read"])
  }

  @Test("it ends for any bytes, and tells 100 at most")
  func bounded() throws {
    var random = ProtocolTestGenerator(seed: 7)
    let json = Array(#"{"a":[{"b":"c\u0041"},1,true],"d":{"e":null}}"#.utf8)
    let shape = try #require(MemberShape.body(of: .config))
    for _ in 0..<2_000 {
      var broken = json
      for _ in 0..<3 {
        broken[Int.random(in: broken.indices, using: &random)] = json.randomElement(using: &random)!
      }
      broken.removeLast(Int.random(in: 0..<broken.count, using: &random))
      _ = MemberScan.unknown(in: broken, shape: shape)
      _ = MemberScan.faults(in: broken, shape: shape)
    }
    let many = "{" + (0..<200).map { "\"x\($0)\":1" }.joined(separator: ",") + "}"
    #expect(try unknown(.config, many).count == MemberScan.toldMax)
  }

  /// The names of a schema, as far as both name them.
  private func compare(_ shape: MemberShape, _ schema: [String: Any], _ path: String) throws {
    var schema = schema
    if let reference = schema["$ref"] as? String {
      let parts = reference.components(separatedBy: "#/definitions/")
      let file = try #require(schemas[parts[0].replacingOccurrences(of: ".json", with: "")])
      let definitions = try #require(file["definitions"] as? [String: Any])
      schema = try #require(definitions[parts[1]] as? [String: Any])
    }
    let merged = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0] as? [[String: Any]] ?? [] }
    switch shape {
    case .any: return
    case .list(let entry):
      try compare(entry, try #require(schema["items"] as? [String: Any]), "\(path)[]")
    case .named(let member):
      let patterns = schema["patternProperties"] as? [String: [String: Any]]
      let next = patterns?.values.first ?? schema["additionalProperties"] as? [String: Any]
      try compare(member, try #require(next, "\(path)"), "\(path).*")
    case .object(let members):
      // A patch may hold anything that a configuration has.
      if path.hasSuffix(".patch") { return }
      var properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for part in merged {
        properties.merge(part["properties"] as? [String: [String: Any]] ?? [:]) { first, _ in first
        }
      }
      #expect(Set(properties.keys) == Set(members.keys), "\(path)")
      for (name, member) in members {
        guard let property = properties[name] else { continue }
        try compare(member, property, "\(path).\(name)")
      }
    }
  }

  @Test(
    "they are those of the contract's schemas",
    arguments: Topics.Down.allCases.filter { MemberShape.body(of: $0) != nil })
  func contract(_ kind: Topics.Down) throws {
    try compare(
      try #require(MemberShape.body(of: kind)), try #require(schemas[kind.rawValue]),
      kind.rawValue)
  }
}
