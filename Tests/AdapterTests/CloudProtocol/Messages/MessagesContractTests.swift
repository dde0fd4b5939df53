import CloudProtocol
import CoreModels
import DoorRules
import Foundation
import Testing

@Suite("The published protocol is the one that is spoken (D2, D3, D4, D7)")
struct MessagesContractTests {
  private static let folder = Repository.file("deploy/protocol")

  /// The type of each schema's messages.
  private static let types: [String: any (Codable & SendableMetatype).Type] = [
    "hello": Hello.self, "state": StateReport.self, "events": EventBatch.self,
    "urgent": UrgentEvent.self, "results": CommandResult.self, "applied": ApplyReport.self,
    "pull": SnapshotPull.self, "digest": DigestReport.self, "telemetry": TelemetryReport.self,
    "logs": LogUpload.self, "issued": IssuedReport.self, "diagnosis": DiagnosisReport.self,
    "config": ConfigurationMessage.self, "credentials": CredentialDelta.self,
    "commands": Command.self, "ack": EventAcknowledgement.self, "snapshot": SnapshotOffer.self,
    "chunk": SnapshotChunk.self, "repair": BucketRepair.self,
    "digestRequest": DigestRequest.self, "renewal": RenewalRequest.self,
    "certificate": CertificateAnswer.self,
  ]

  private static func examples() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "examples"), includingPropertiesForKeys: nil)
  }

  private func again<Message: Codable>(_ type: Message.Type, _ json: [UInt8]) throws -> [UInt8] {
    try JSONCoding.encode(try JSONCoding.decode(type, from: json))
  }

  @Test("every example is read by its type, and written again as it was")
  func examples() throws {
    var seen: Set<String> = []
    for file in try Self.examples() {
      let name = String(file.lastPathComponent.split(separator: ".")[0])
      // Claims and body together have no type of their own.
      if name == "envelope" { continue }
      let type = try #require(Self.types[name], "\(file.lastPathComponent)")
      seen.insert(name)
      let json = Array(try Data(contentsOf: file))
      let written = try again(type, json)
      #expect(
        try JSONCoding.decode(JSONValue.self, from: written)
          == JSONCoding.decode(JSONValue.self, from: json), "\(file.lastPathComponent)")
    }
    #expect(seen == Set(Self.types.keys))
  }

  @Test("the envelope's schema has each kind below down, and no schema a number that readers round")
  func bounds() throws {
    let schemas = Self.folder.appending(path: "schemas")
    func read(_ file: URL) throws -> Any {
      try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    }
    let envelope = try read(schemas.appending(path: "envelope.json")) as? [String: Any]
    let properties = envelope?["properties"] as? [String: [String: Any]]
    let kinds = properties?["typ"]?["enum"] as? [String]
    #expect(Set(kinds ?? []) == Set(Topics.Down.allCases.map(\.rawValue)))
    func maxima(_ value: Any) -> [Double] {
      if let list = value as? [Any] { return list.flatMap(maxima) }
      guard let object = value as? [String: Any] else { return [] }
      return object.flatMap { name, member in
        name == "maximum" ? [(member as? Double) ?? .infinity] : maxima(member)
      }
    }
    for file in try FileManager.default.contentsOfDirectory(
      at: schemas, includingPropertiesForKeys: nil)
    {
      let highest = try maxima(read(file)).max() ?? 0
      #expect(highest <= Double(RevisionLimits.revisionMax), "\(file.lastPathComponent)")
    }
  }

  @Test("the guide tells what counts where a configuration sets nothing, as the program has it")
  func defaults() throws {
    let guide = try String(contentsOf: Self.folder.appending(path: "guide.md"), encoding: .utf8)
    let none = EffectiveSettings(
      door: DoorPolicy(id: DoorID("front")!, name: "Front"), scopes: [], facility: AccessSettings())
    #expect(none.accessHours == nil && none.geofence == nil && none.autoUnlockSchedule == nil)
    #expect(none.memberRules.value.isEmpty && !none.unlocksWithFirstPerson.value)
    #expect(!none.playNotificationSoundOnRelayToggle.value)
    let standard = CredentialClass()
    let (lead, tail) = (FacilityPolicy.leadSecondsDefault, FacilityPolicy.tailSecondsDefault)
    for row in [
      "`holdTimeSeconds` | \(none.holdTimeSeconds.value)",
      "`presentation` | `\(ConfigurationLimits.presentationDefault.rawValue)`",
      "`personsRequired` | \(none.personsRequired.value)",
      "`escortSeconds` | \(none.escortSeconds.value)",
      "`leadMinutes`, `tailMinutes` of the facility | \(lead / 60) and \(tail / 60)",
      "`offlineHours`, `graceHours` of a class | \(standard.offlineHours ?? 0) and "
        + "\(standard.graceHours)",
      "`unknownClock` of a class | `\(standard.unknownClock.rawValue)`",
    ] { #expect(guide.contains("| \(row)"), "\(row)") }
  }

  @Test("an example in which any object has a member twice is refused, by the member's path")
  func repeated() throws {
    func fails<Message: Codable>(_ type: Message.Type, _ json: String) -> [Problem] {
      do throws(ValidationFailure) {
        _ = try JSONCoding.decode(type, from: Array(json.utf8))
        return []
      } catch {
        return error.problems
      }
    }
    var count = 0
    for file in try Self.examples() {
      let name = String(file.lastPathComponent.split(separator: ".")[0])
      guard let type = Self.types[name] else { continue }
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      // No text of the examples has such a beginning.
      for object in text.matches(of: /\{\s*"(\w)(\w+)"\s*:/) {
        var changed = text
        let code = String(object.output.1.unicodeScalars.first!.value, radix: 16)
        changed.replaceSubrange(
          object.range,
          with: #"{"\u00\#(code)\#(object.output.2)":null,"# + object.output.0.dropFirst())
        let problems = fails(type, changed)
        #expect(problems.count == 1, "\(file.lastPathComponent) \(problems)")
        #expect(
          problems.first?.message == "is there twice"
            && problems.first?.path.hasSuffix("\(object.output.1)\(object.output.2)") == true,
          "\(file.lastPathComponent) \(problems)")
        count += 1
      }
    }
    #expect(count > 100)
  }

  @Test("what the examples ask for, a controller would do")
  func sense() throws {
    for file in try Self.examples() {
      let json = Array(try Data(contentsOf: file))
      switch file.lastPathComponent.split(separator: ".")[0] {
      case "commands": _ = try JSONCoding.decode(Command.self, from: json).validated()
      case "credentials":
        let delta = try JSONCoding.decode(CredentialDelta.self, from: json)
        #expect(try delta.sifted().records.notes.isEmpty)
      case "chunk":
        let chunk = try JSONCoding.decode(SnapshotChunk.self, from: json)
        #expect(try chunk.sifted().records.notes.isEmpty)
      case "snapshot": try JSONCoding.decode(SnapshotOffer.self, from: json).check()
      case "repair":
        let repair = try JSONCoding.decode(BucketRepair.self, from: json)
        #expect(try repair.sifted().records.notes.isEmpty)
      default: break
      }
    }
    let whole = Self.folder.appending(path: "examples/config.whole.json")
    let document = try ConfigurationDocument.parse(Array(try Data(contentsOf: whole)))
    _ = try document.validated(zones: { _ in .utc })
  }

  @Test("the documents name the media types and the ends that brokers are told")
  func properties() throws {
    let text = String(
      decoding: try Data(contentsOf: Self.folder.appending(path: "asyncapi.yaml")), as: UTF8.self)
    for (type, count) in [
      (Topics.upContentType, Topics.Up.allCases.count),
      (Topics.downContentType, Topics.Down.allCases.count),
    ] {
      let named = text.split(separator: "\n").filter { $0 == "      contentType: \(type)" }
      #expect(named.count == count, "\(type)")
    }
    let guide = String(
      decoding: try Data(contentsOf: Self.folder.appending(path: "guide.md")), as: UTF8.self)
    for kind in Topics.Up.allCases {
      let row = "| `up/\(kind.rawValue)` |"
      let line = guide.split(separator: "\n").first { $0.hasPrefix(row) }
      #expect(
        line == kind.expirySeconds.map { "\(row) \($0) |" }.map { Substring($0) }, "\(row)")
    }
  }

  @Test("asyncapi.yaml names the commands that live for seconds only, as the program has them")
  func shortCommands() throws {
    let text = String(
      decoding: try Data(contentsOf: Self.folder.appending(path: "asyncapi.yaml")), as: UTF8.self)
    let seconds = try #require(Command.Kind.allCases.map(\.lifetime.secondsMax).min())
    let rule = try #require(
      text.firstMatch(of: /`exp - iat` is at most (\d+) for ([\s\S]+?), \d+ for other commands/))
    #expect(rule.1 == "\(seconds)")
    let short = Command.Kind.allCases.filter { $0.lifetime.secondsMax == seconds }
    let named = rule.2.matches(of: /`(\w+)`/).map { String($0.1) }
    #expect(Set(named) == Set(short.map(\.rawValue)) && named.count == short.count)
  }

  @Test("README.md names the formats that a reader reads unless its settings name others")
  func usualFormats() throws {
    func words(_ file: URL, _ part: Regex<(Substring, Substring)>) throws -> [String] {
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      let found = try #require(text.firstMatch(of: part))
      return found.1.matches(of: /[A-Z]\w+/).map { String($0.0) }
    }
    // That page is printed from the settings themselves.
    let settings = try words(
      Repository.file("deploy/SETTINGS.md"), /`reader\.NAME\.formats` \|[^|]*\| `\[([^\]]+)\]`/)
    let readme = try words(
      Self.folder.appending(path: "README.md"),
      /\*\*A reader reads\*\* ((?:[^(])+?) unless its settings/)
    #expect(settings == readme && settings.count > 1)
  }

  @Test("the document has the topics that are spoken, and no other")
  func topics() throws {
    let text = String(
      decoding: try Data(contentsOf: Self.folder.appending(path: "asyncapi.yaml")), as: UTF8.self)
    let written = text.split(separator: "\n").compactMap { line in
      line.split(separator: "address: ").count == 2
        ? String(line.split(separator: "address: ")[1]) : nil
    }
    let spoken =
      Topics.Up.allCases.map { "postern/v1/{controllerId}/up/\($0.rawValue)" }
      + Topics.Down.allCases.map { "postern/v1/{controllerId}/down/\($0.rawValue)" }
    #expect(Set(written) == Set(spoken))
    #expect(written.count == spoken.count)
  }
}
