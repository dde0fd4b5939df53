import CloudProtocol
import DoorRules
import Foundation

/// The keys, records and events of the examples in `deploy/protocol`, so that their digests, links
/// and signatures are real ones. The keys are published there: they are for examples only.
enum ExampleWorld {
  static let credentialKey = Array(UInt8(0)..<32)
  static let signingSeed = Array(UInt8(32)..<64)
  static let nextSigningSeed = Array(UInt8(64)..<96)
  static let deviceSeed = Array(UInt8(96)..<128)
  static let cloudSeed = Array(UInt8(128)..<160)
  static let controller = ControllerID("gate-1")!
  /// The link of event 17, which events 18 and 19 of the examples follow.
  static let linkBefore = Array(UInt8(0)..<16)

  static func signer(_ seed: [UInt8] = signingSeed, keyID: String = "cloud-1") throws
    -> EnvelopeSigner
  {
    try EnvelopeSigner(privateKeyBytes: Secret(seed), keyID: keyID)
  }

  static func digest(_ text: String) -> String {
    let digester = CredentialDigester(keyBytes: credentialKey)
    return Data(digester?.digest(ofCanonical: Secret(text)).bytes ?? []).base64URL
  }

  /// What a card, a PIN or a phone shows, in its canonical form.
  static let values = [
    "card:H10301:12:345", "card:H10301:12:346", "card:H10302:-:1234567890", "raw:26:0600ac8",
    "pin:0420", "mobile:Zm9vYmFyLTEyMw",
  ]

  /// A record as a cloud sends it: members with a default are left out of some.
  struct Record {
    var kind: String
    var json: String
  }

  private static func card(_ id: String, _ number: Int, more: String = "") -> Record {
    let value = digest("card:H10301:12:\(number)")
    return Record(
      kind: "credential",
      json: """
        {"id":"\(id)","kind":"card","person":"ada","status":"active","digest":"\(value)",\
        "doors":["front"],"scopes":[]\(more)}
        """)
  }

  static let records = [
    Record(
      kind: "person",
      json: """
        {"id":"ada","accessEnabled":true,"memberType":"full","membershipStatus":"active",\
        "tags":["early"],"grants":[{"facilityWide":false,"doors":["front"],"groups":[],\
        "accessHours":{"monday":[{"from":"08:00","to":"17:00"}],"exceptions":{"2026-12-24":[]}}}]}
        """),
    Record(kind: "person", json: #"{"id":"bob","accessEnabled":true,"membershipStatus":"Active"}"#),
    Record(
      kind: "person",
      json: #"{"id":"zoë/\"desk\" \\ 2","accessEnabled":false,"grants":[{"facilityWide":true}]}"#),
    card("key-0", 344),
    card(
      "key-1", 345,
      more: """
        ,"validFrom":1795180000,"validUntil":1795266400,"reservationID":"r-7","tenantID":"t-1"
        """),
    card("key-2", 346, more: #","className":"standard","usesMax":10,"duress":false"#),
  ]

  /// What a controller has at a revision, by the ids of its records.
  static let sets: [(revision: UInt64, ids: [String])] = [
    (0, []), (940, ["ada", "key-0"]), (942, ["ada", "key-1"]),
    (943, ["ada", "bob", "key-1", "key-2"]),
  ]

  static func set(_ revision: UInt64) throws -> RecordSetDigest {
    let ids = sets.first { $0.revision == revision }?.ids ?? []
    var digest = RecordSetDigest()
    for record in records {
      let hashed = try hashed(record)
      if ids.contains(hashed.id) { digest.toggle(hashed.hash, inBucket: hashed.bucket) }
    }
    return digest
  }

  struct Hashed {
    var id: String
    /// The JSON that is hashed, after `person\n` or `credential\n`.
    var json: String
    var hash: [UInt8]
    var bucket: Int
  }

  static func hashed(_ record: Record) throws -> Hashed {
    let sent = Array(record.json.utf8)
    if record.kind == "person" {
      let person = try JSONCoding.decode(PersonRecord.self, from: sent)
      return Hashed(
        id: person.id, json: String(decoding: try JSONCoding.encode(person), as: UTF8.self),
        hash: try person.recordHash(), bucket: RecordSetDigest.bucket(of: person.id))
    }
    let credential = try JSONCoding.decode(CredentialRecord.self, from: sent)
    return Hashed(
      id: credential.id, json: String(decoding: try JSONCoding.encode(credential), as: UTF8.self),
      hash: try credential.recordHash(), bucket: RecordSetDigest.bucket(of: credential.id))
  }

  /// The message of `examples/envelope.unlock.json`, signed.
  static func signedUnlock() throws -> String {
    let command = Command(
      kind: .unlock, door: "front", person: "ada",
      sessionNonce: "c0ffee00-1111-4222-8333-444455556667")
    let message = try signer().sign(
      command, kind: .commands, issuer: "posterncloud", audience: controller, id: "cmd-1",
      at: WallInstant(secondsSince1970: 1_795_187_040), lifetimeSeconds: 10)
    return String(decoding: message, as: UTF8.self)
  }
}
