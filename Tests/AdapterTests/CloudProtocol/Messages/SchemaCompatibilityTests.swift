import CloudProtocol
import CoreModels
import Foundation
import Testing

/// A controller in the field is years old, and so may a cloud be. What was released stays valid (D7).
@Suite("The schemas of today go with those that were released last (D7)")
struct SchemaCompatibilityTests {
  private static let protocolFolder = Repository.file("deploy/protocol")

  private struct Schemas {
    let files: [String: [String: Any]]

    init(_ folder: String) throws {
      let place = SchemaCompatibilityTests.protocolFolder.appending(path: folder)
      var files: [String: [String: Any]] = [:]
      for file in try FileManager.default.contentsOfDirectory(
        at: place, includingPropertiesForKeys: nil)
      {
        files[file.lastPathComponent] =
          try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
      }
      self.files = files
    }

    func resolved(_ schema: [String: Any]) -> [String: Any] {
      guard let reference = schema["$ref"] as? String else { return schema }
      let parts = reference.components(separatedBy: "#/definitions/")
      let definitions = files[parts[0]]?["definitions"] as? [String: [String: Any]]
      return definitions?[parts.last ?? ""] ?? [:]
    }
  }

  /// What a receiver that knows only `reader` may not understand of what `writer` sends.
  private func faults(
    writer: [String: Any], in writers: Schemas, reader: [String: Any], in readers: Schemas,
    _ path: String
  ) -> [String] {
    let writer = writers.resolved(writer)
    let reader = readers.resolved(reader)
    var faults: [String] = []
    func list(_ schema: [String: Any], _ name: String) -> Set<String>? {
      (schema[name] as? [String]).map(Set.init)
    }
    for member in (list(reader, "required") ?? []).subtracting(list(writer, "required") ?? []) {
      faults.append("\(path).\(member) may be missing")
    }
    if let type = reader["type"] as? String, type != writer["type"] as? String {
      faults.append("\(path) is no \(type) any longer")
    }
    if let known = list(reader, "enum") {
      for word in (list(writer, "enum") ?? ["anything"]).subtracting(known) {
        faults.append("\(path) may be \(word)")
      }
    }
    for limit in ["maxItems", "maximum", "maxLength"] {
      if let most = reader[limit] as? Double, (writer[limit] as? Double ?? .infinity) > most {
        faults.append("\(path) has a higher \(limit)")
      }
    }
    for least in ["minItems", "minimum", "minLength"] {
      if let most = reader[least] as? Double, (writer[least] as? Double ?? 0) < most {
        faults.append("\(path) has a lower \(least)")
      }
    }
    let properties = writer["properties"] as? [String: [String: Any]] ?? [:]
    for (name, before) in reader["properties"] as? [String: [String: Any]] ?? [:] {
      guard let now = properties[name] else { continue }
      faults += self.faults(
        writer: now, in: writers, reader: before, in: readers, "\(path).\(name)")
    }
    if let before = reader["items"] as? [String: Any], let now = writer["items"] as? [String: Any] {
      faults += self.faults(writer: now, in: writers, reader: before, in: readers, "\(path)[]")
    }
    for name in ["oneOf", "anyOf"] {
      let before = reader[name] as? [[String: Any]] ?? []
      let now = writer[name] as? [[String: Any]] ?? []
      for (index, pair) in zip(before, now).enumerated() {
        faults += self.faults(
          writer: pair.1, in: writers, reader: pair.0, in: readers, "\(path)|\(index)")
      }
    }
    return faults
  }

  /// What today's messages may have although the released schemas do not allow it, each with its reason.
  private static let allowed: Set<String> = [
    // An id is answered as it was sent, also one that no message may have.
    "applied.credentials has a higher maxItems"
  ]

  /// What the released schemas allow a cloud and today's do not, with the reason: a number above 2^53 - 1,
  /// which no cloud counts to, and which many readers of JSON change.
  private static let refused: Set<String> = [
    "ack.json.through has a higher maximum", "config.json|0.revision has a higher maximum",
    "config.json|1.revision has a higher maximum",
    "config.json|1.baseRevision has a higher maximum",
    "credentials.json.revision has a higher maximum",
    "credentials.json.baseRevision has a higher maximum",
  ]

  /// Topics that came after the released version. Its clouds answer nothing there, and send nothing.
  private static let later: Set<String> = [
    Topics.Up.renewal.rawValue, Topics.Down.certificate.rawValue,
  ]

  private static let downFiles = Topics.Down.allCases.filter { !later.contains($0.rawValue) }.map {
    $0 == .digest ? "digestRequest.json" : "\($0.rawValue).json"
  }

  @Test("D7: what a controller sends today, a cloud of the released version understands")
  func up() throws {
    let released = try Schemas("released/1")
    let today = try Schemas("schemas")
    for kind in Topics.Up.allCases where !Self.later.contains(kind.rawValue) {
      let name = "\(kind.rawValue).json"
      let found = faults(
        writer: try #require(today.files[name]), in: today,
        reader: try #require(released.files[name]), in: released, kind.rawValue)
      #expect(Set(found).subtracting(Self.allowed) == [], "\(name)")
    }
  }

  @Test("D7: what a cloud of the released version sends, a controller takes today")
  func down() throws {
    let released = try Schemas("released/1")
    let today = try Schemas("schemas")
    for name in Self.downFiles {
      let found = faults(
        writer: try #require(released.files[name]), in: released,
        reader: try #require(today.files[name]), in: today, name)
      #expect(Set(found).subtracting(Self.refused) == [], "\(name)")
    }
  }

  @Test("a changed type, a new required member and a lower limit are found")
  func planted() throws {
    let released = try Schemas("released/1")
    func found(_ change: (inout [String: Any]) throws -> Void) throws -> [String] {
      var schema = try #require(released.files["credentials.json"])
      try change(&schema)
      return faults(
        writer: try #require(released.files["credentials.json"]), in: released, reader: schema,
        in: released, "c")
    }
    #expect(try found { _ in } == [])
    #expect(try found { $0["required"] = ["revision", "why"] } == ["c.why may be missing"])
    func property(_ schema: inout [String: Any], _ name: String, _ json: String) throws {
      var properties = schema["properties"] as? [String: Any] ?? [:]
      properties[name] = try JSONSerialization.jsonObject(with: Data(json.utf8))
      schema["properties"] = properties
    }
    #expect(
      try found { try property(&$0, "revision", #"{"type":"string"}"#) } == [
        "c.revision is no string any longer"
      ])
    #expect(
      try found { try property(&$0, "persons", #"{"type":"array","maxItems":9}"#) } == [
        "c.persons has a higher maxItems"
      ])
  }
}
