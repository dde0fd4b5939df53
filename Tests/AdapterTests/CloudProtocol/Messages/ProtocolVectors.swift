import CloudProtocol
import DoorRules
import Foundation

/// The test vectors of the contract, as `deploy/protocol/vectors.json` has them.
enum ProtocolVectors {
  static func text() throws -> String {
    let encoder = JSONCoding.encoder()
    encoder.outputFormatting.insert(.prettyPrinted)
    let vectors = JSONValue.object([
      "agreement": try agreement(), "chain": try chain(), "digests": digests(),
      "records": .array(try ExampleWorld.records.map(record)), "signature": try signature(),
      "sets": .array(try ExampleWorld.sets.map { try set($0.revision, $0.ids) }),
    ])
    return String(decoding: try encoder.encode(vectors), as: UTF8.self) + "\n"
  }

  private static func url(_ bytes: some Sequence<UInt8>) -> JSONValue {
    .string(Data(bytes).base64URL)
  }

  private static func signature() throws -> JSONValue {
    let signer = try ExampleWorld.signer()
    let message = try ExampleWorld.signedUnlock()
    let payload = Data(base64URL: String(message.split(separator: ".")[1])) ?? Data()
    return .object([
      "kid": .string(signer.keyID), "seed": url(ExampleWorld.signingSeed),
      "publicKey": url(signer.publicKeyBytes), "message": .string(message),
      "payload": .string(String(decoding: payload, as: UTF8.self)),
    ])
  }

  private static func digests() -> JSONValue {
    .object([
      "credentialKey": .string(Hex.encode(ExampleWorld.credentialKey)),
      "values": .array(
        ExampleWorld.values.map {
          .object(["text": .string($0), "digest": .string(ExampleWorld.digest($0))])
        }),
    ])
  }

  private static func record(_ record: ExampleWorld.Record) throws -> JSONValue {
    let hashed = try ExampleWorld.hashed(record)
    return .object([
      "kind": .string(record.kind),
      "sent": try JSONCoding.decode(JSONValue.self, from: Array(record.json.utf8)),
      "hashed": .string("\(record.kind)\n\(hashed.json)"), "hash": url(hashed.hash),
      "bucket": .whole(Int64(hashed.bucket)),
    ])
  }

  private static func set(_ revision: UInt64, _ ids: [String]) throws -> JSONValue {
    let digest = try ExampleWorld.set(revision)
    let empty = RecordSetDigest().buckets[0]
    let filled = digest.buckets.enumerated().filter { $0.element != empty }
    return .object([
      "revision": .whole(Int64(revision)), "ids": .array(ids.map { .string($0) }),
      "root": .string(digest.root),
      "buckets": .object(
        Dictionary(uniqueKeysWithValues: filled.map { (String($0.offset), .string($0.element)) })),
    ])
  }

  /// A first event of a log, then the two of `examples/events.two.json`.
  private static func chain() throws -> JSONValue {
    let first = EventDraft(
      id: "9f0c1f6e-3a0b-4a55-9a64-1b2c3d4e5f60", type: EventType.controllerStarted.wireName,
      timeMilliseconds: 1_795_187_000_000, clockTrust: "unknown", simulated: false,
      detail: ["software": "0.1.0", "bootID": "7f0c", "configRevision": "0"])
    var links = [(EventChain.start, first)]
    var before = ExampleWorld.linkBefore
    for event in try ProtocolExamples.batch().events {
      links.append((before, event.data))
      before = EventChain.link(after: before, json: try JSONCoding.encode(event.data))
    }
    return .array(
      try links.map { before, draft in
        let json = try JSONCoding.encode(draft)
        return .object([
          "before": url(before), "hashed": .string(String(decoding: json, as: UTF8.self)),
          "chain": url(EventChain.link(after: before, json: json)),
        ])
      })
  }

  private static func agreement() throws -> JSONValue {
    let device = try DeviceAgreement(privateKeyBytes: Secret(ExampleWorld.deviceSeed))
    let cloud = try DeviceAgreement(privateKeyBytes: Secret(ExampleWorld.cloudSeed))
    var members: [String: JSONValue] = [
      "controller": .string(ExampleWorld.controller.rawValue),
      "devicePrivate": url(ExampleWorld.deviceSeed), "devicePublic": url(device.publicKeyBytes),
      "cloudPrivate": url(ExampleWorld.cloudSeed), "cloudPublic": url(cloud.publicKeyBytes),
    ]
    for use in DeviceAgreement.Use.allCases {
      let key = try device.key(
        for: use, of: ExampleWorld.controller, with: cloud.publicKeyBytes)
      members[use.rawValue] = .string(Hex.encode(key.reveal()))
    }
    return .object(members)
  }
}
