import CloudProtocol
import Crypto
import DoorRules
import Foundation

extension FuzzTarget {
  /// Messages as the broker delivers them. Without the key no message is accepted.
  static let envelope = FuzzTarget(
    "jws", "signed messages as they come from the broker", bytesMax: 2_048,
    seeds: {
      try Topics.Down.allCases.enumerated().map { index, kind in
        [UInt8(index)] + (try Signing.token(try Signing.claims(kind), .cloud, "k1"))
      }
    },
    make: {
      let verifier = try Signing.verifier()
      // Signed with another key, so that any accepted message is forged.
      let other = try Signing.verifier(.stranger)
      return { bytes in
        var input = FuzzInput(bytes)
        let kind = input.pick(Topics.Down.allCases)
        let message = Array(input.rest)
        _ = try? Signing.open(message, verifier, kind, trust: .synchronised)
        let forged = try? Signing.open(message, other, kind, trust: .unknown)
        try demand(forged == nil, "a message was believed that nobody signed")
      }
    })

  /// Payloads under a valid signature: a cloud that was compromised, or is wrong.
  static let signedEnvelope = FuzzTarget(
    "jws-signed", "payloads of every kind under a good signature", bytesMax: 2_048,
    seeds: {
      try Topics.Down.allCases.enumerated().map { index, kind in
        [UInt8(index), 0] + (try Signing.claims(kind))
      }
    },
    make: {
      let verifier = try Signing.verifier()
      return { bytes in
        var input = FuzzInput(bytes)
        let kind = input.pick(Topics.Down.allCases)
        let trust: ClockTrust = input.flag() ? .unknown : .synchronised
        let message = try Signing.token(Array(input.rest), .cloud, "k1")
        guard let envelope = try? Signing.open(message, verifier, kind, trust: trust) else {
          return
        }
        try demand(envelope.audience.rawValue == "gate-1", "a message for somebody else")
        let life = envelope.expires.secondsSince1970 - envelope.issuedAt.secondsSince1970
        try demand(life > 0 && life <= EnvelopeLimits.dataLifetimeSecondsMax, "lives for \(life) s")
        guard trust.isTrusted else { return try demand(!envelope.timesChecked, "times on trust") }
        let skew = EnvelopeLimits.clockSkewSeconds
        try demand(
          envelope.notBefore.secondsSince1970 <= Signing.now.secondsSince1970 + skew
            && envelope.expires.secondsSince1970 + skew > Signing.now.secondsSince1970,
          "a message out of its time")
      }
    })

  /// A file that somebody hands over on site.
  static let handOver = FuzzTarget(
    "hand-over", "credential bundles handed over locally", bytesMax: 4_096,
    seeds: { try Signing.bundleSeeds().map { try Signing.bundle($0.certificate, $0.order) } },
    make: {
      let verifier = try Signing.bundleVerifier(.stranger)
      return { bytes in
        let taken = try? verifier.verify(bytes, at: Signing.now, clockTrust: .synchronised)
        try demand(taken == nil, "a hand-over was believed that nobody signed")
      }
    })

  /// Bundles of an entitled but malicious issuer: certificate and order, separated by a zero.
  static let signedHandOver = FuzzTarget(
    "hand-over-signed", "hand-overs under good signatures", bytesMax: 4_096,
    seeds: { try Signing.bundleSeeds().map { $0.certificate + [0] + $0.order } },
    make: {
      let verifier = try Signing.bundleVerifier(.cloud)
      return { bytes in
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let file = try Signing.bundle(Array(parts[0]), Array(parts[1]))
        guard let taken = try? verifier.verify(file, at: Signing.now, clockTrust: .synchronised)
        else { return }
        try demand(taken.order.controller == "gate-1", "an order for somebody else")
        try demand(taken.certificate.controllers.contains("gate-1"), "no say over this controller")
        let now = Signing.now.secondsSince1970
        try demand(
          taken.certificate.notAfter > now && taken.order.expires > now, "a hand-over out of time")
        guard let record = Signing.record(taken.order) else { return }
        guard
          (try? HandOverVerifier.check(
            record, under: taken.certificate, at: Signing.now, scopes: [:])) != nil
        else { return }
        try demand(
          record.doors.allSatisfy(taken.certificate.doors.contains), "a door beyond its say")
        try demand(
          (record.validUntil ?? .max) - (record.validFrom ?? 0) <= taken.certificate.longestSeconds,
          "longer than it may issue")
      }
    })
}

/// Keys of these targets, and messages signed with them.
private enum Signing {
  enum Holder: UInt8 { case cloud = 1, desk, stranger }

  /// Within the validity of the published example.
  static let now = WallInstant(secondsSince1970: 1_795_187_045)

  static func key(_ holder: Holder) throws -> Curve25519.Signing.PrivateKey {
    try .init(rawRepresentation: Array(repeating: holder.rawValue, count: 32))
  }

  private static let keys: [UInt8: Curve25519.Signing.PrivateKey] = {
    var keys: [UInt8: Curve25519.Signing.PrivateKey] = [:]
    for holder in [Holder.cloud, .desk, .stranger] { keys[holder.rawValue] = try? key(holder) }
    return keys
  }()

  static func token(_ payload: [UInt8], _ holder: Holder, _ id: String) throws -> [UInt8] {
    guard let key = keys[holder.rawValue] else { throw FuzzFinding("no key") }
    let header = Base64URL.encode(#"{"alg":"EdDSA","kid":"\#(id)"}"#.utf8)
    let signed = header + [UInt8(ascii: ".")] + Base64URL.encode(payload)
    return signed + [UInt8(ascii: ".")] + Base64URL.encode(try key.signature(for: signed))
  }

  /// The published example, as a message of another kind.
  static func claims(_ kind: Topics.Down) throws -> [UInt8] {
    let text = String(decoding: try Examples.file("envelope.unlock.json"), as: UTF8.self)
    return Array(text.replacing("\"commands\"", with: "\"\(kind.rawValue)\"").utf8)
  }

  static func verifier(_ holder: Holder = .cloud) throws -> EnvelopeVerifier {
    guard let controller = ControllerID("gate-1") else { throw FuzzFinding("no controller") }
    return try EnvelopeVerifier(
      publicKeys: ["k1": Array(try key(holder).publicKey.rawRepresentation)], audience: controller,
      issuer: nil)
  }

  static func open(
    _ message: [UInt8], _ verifier: EnvelopeVerifier, _ kind: Topics.Down, trust: ClockTrust
  ) throws -> Envelope<JSONValue> {
    try verifier.verify(
      message, as: JSONValue.self, kind: kind, at: now, clockTrust: trust, retained: false)
  }

  static func bundleVerifier(_ holder: Holder) throws -> HandOverVerifier {
    guard let controller = ControllerID("gate-1") else { throw FuzzFinding("no controller") }
    return try HandOverVerifier(
      roots: ["root-1": Array(try key(holder).publicKey.rawRepresentation)], controller: controller)
  }

  static func bundle(_ certificate: [UInt8], _ order: [UInt8]) throws -> [UInt8] {
    try JSONCoding.encode(
      HandOverFile(
        certificate: String(decoding: try token(certificate, .cloud, "root-1"), as: UTF8.self),
        order: String(decoding: try token(order, .desk, "desk-1"), as: UTF8.self)))
  }

  static func bundleSeeds() throws -> [(certificate: [UInt8], order: [UInt8])] {
    let time = now.secondsSince1970
    let certificate = IssuerCertificate(
      id: "desk-1", issuer: "desk", key: Data(try key(.desk).publicKey.rawRepresentation).base64URL,
      controllers: ["gate-1"], doors: ["front"], kinds: ["card", "pin"], longestSeconds: 86_400,
      notBefore: time - 1_000, notAfter: time + 1_000_000)
    return try HandOverOrder.Action.allCases.map { action in
      let order = HandOverOrder(
        id: "o1", controller: "gate-1", sequence: 1, issuedAt: time, expires: time + 3_600,
        action: action,
        credential: .init(
          id: "key-1", kind: "card", value: "card:H10301:12:345", person: "guest",
          validFrom: time, validUntil: time + 3_600, doors: ["front"]))
      return (try JSONCoding.encode(certificate), try JSONCoding.encode(order))
    }
  }

  /// The credential that the order makes, as the door makes it.
  static func record(_ order: HandOverOrder) -> CredentialRecord? {
    guard let digest = CredentialDigest(bytes: Array(repeating: 0, count: 32)) else { return nil }
    let key = order.credential
    return CredentialRecord(
      id: key.id, kind: key.kind ?? "", person: key.person ?? "", status: "active", digest: digest,
      validFrom: key.validFrom, validUntil: key.validUntil, doors: key.doors ?? [],
      scopes: key.scopes ?? [])
  }
}
