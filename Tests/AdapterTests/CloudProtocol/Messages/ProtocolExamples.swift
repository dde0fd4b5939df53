import CloudProtocol
import CoreModels
import DoorRules
import Foundation

/// The computed values of the examples in `deploy/protocol/examples`: each with what is written there
/// now.
enum ProtocolExamples {
  struct Value {
    var file: String
    var written: String
    var computed: String
  }

  static let folder = Repository.file("deploy/protocol/examples")

  static func read<Message: Decodable>(_ type: Message.Type, _ name: String) throws -> Message {
    try JSONCoding.decode(
      type, from: Array(try Data(contentsOf: folder.appending(path: name + ".json"))))
  }

  static func batch() throws -> EventBatch { try read(EventBatch.self, "events.two") }

  static func values() throws -> [Value] {
    try links() + digests() + roots() + [
      Value(
        file: "commands.trustKey.json",
        written: try read(Command.self, "commands.trustKey").key ?? "",
        computed: Data(
          try ExampleWorld.signer(ExampleWorld.nextSigningSeed, keyID: "cloud-2").publicKeyBytes
        ).base64URL)
    ]
  }

  private static func links() throws -> [Value] {
    var computed: [String] = []
    var before = ExampleWorld.linkBefore
    for event in try batch().events {
      before = EventChain.link(after: before, json: try JSONCoding.encode(event.data))
      computed.append(Data(before).base64URL)
    }
    let written = [
      ("events.two.json", try batch().events[0].chain),
      ("events.two.json", try batch().events[1].chain),
      ("events.afterLoss.json", try read(EventBatch.self, "events.afterLoss").events[0].chain),
      ("urgent.alarm.json", try read(UrgentEvent.self, "urgent.alarm").event.chain),
    ]
    return zip(written, computed + computed).map {
      Value(file: $0.0, written: $0.1 ?? "", computed: $1)
    }
  }

  private static func digests() throws -> [Value] {
    let issued = try read(IssuedReport.self, "issued.one").keys[0].record.digest
    let rows = [
      (
        "credentials.delta.json",
        try read(CredentialDelta.self, "credentials.delta").credentials[0].digest, 345
      ),
      (
        "credentials.everything.json",
        try read(CredentialDelta.self, "credentials.everything").credentials[0].digest, 345
      ),
      ("issued.one.json", issued, 346),
    ]
    return rows.map { file, digest, number in
      Value(
        file: file, written: Data(digest.bytes).base64URL,
        computed: ExampleWorld.digest("card:H10301:12:\(number)"))
    }
  }

  private static func roots() throws -> [Value] {
    func report(_ name: String) throws -> Value {
      let report = try read(ApplyReport.self, name)
      return Value(
        file: name + ".json", written: report.digest ?? "",
        computed: try ExampleWorld.set(report.revision).root)
    }
    let hello = try read(Hello.self, "hello.again")
    let kept = try read(ApplyReport.self, "applied.refused").refused?[0].kept
    let ada = try ExampleWorld.hashed(ExampleWorld.records[0])
    return [
      try report("applied.credentials"), try report("applied.refused"),
      Value(
        file: "applied.refused.json", written: kept ?? "",
        computed: Data(ada.hash).base64URL),
      Value(
        file: "hello.again.json", written: hello.credentialDigest ?? "",
        computed: try ExampleWorld.set(hello.credentialRevision).root),
      Value(
        file: "digest.empty.json", written: try read(DigestReport.self, "digest.empty").root,
        computed: try ExampleWorld.set(0).root),
    ]
  }
}
