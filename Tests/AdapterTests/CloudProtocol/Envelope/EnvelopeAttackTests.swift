import CloudProtocol
import Crypto
import DoorRules
import Foundation
import Testing

/// One way to cheat, and how it must be named.
struct EnvelopeAttack: Sendable, CustomTestStringConvertible {
  var name: String
  var cause: EnvelopeRefusal.Cause
  var token: @Sendable (EnvelopeForge) throws -> [UInt8]

  var testDescription: String { name }

  init(
    _ name: String, _ cause: EnvelopeRefusal.Cause,
    _ token: @escaping @Sendable (EnvelopeForge) throws -> [UInt8]
  ) {
    self.name = name
    self.cause = cause
    self.token = token
  }

  /// Good signature, strange header.
  static func header(_ name: String, _ cause: EnvelopeRefusal.Cause, _ header: String)
    -> EnvelopeAttack
  {
    EnvelopeAttack(name, cause) { try $0.token(header) }
  }

  /// Good signature, strange claims.
  static func claims(_ name: String, _ cause: EnvelopeRefusal.Cause, _ claims: String)
    -> EnvelopeAttack
  {
    EnvelopeAttack(name, cause) { try $0.token(EnvelopeForge.header(), claims) }
  }

  /// The three parts of a good token as text.
  static func parts(_ forge: EnvelopeForge) throws -> [String] {
    String(decoding: try forge.token(), as: UTF8.self).components(separatedBy: ".")
  }

  static let headers: [EnvelopeAttack] = [
    EnvelopeAttack("alg none without a signature", .wrongAlgorithm) { _ in
      Array(
        (EnvelopeForge.encode(#"{"alg":"none"}"#) + "."
          + EnvelopeForge.encode(EnvelopeForge.claims()) + ".").utf8)
    },
    .header("alg none with a kid and a signature", .wrongAlgorithm, EnvelopeForge.header("none")),
    .header("alg nOnE", .wrongAlgorithm, EnvelopeForge.header("nOnE")),
    .header("alg eddsa in small letters", .wrongAlgorithm, EnvelopeForge.header("eddsa")),
    .header("alg ES256", .wrongAlgorithm, EnvelopeForge.header("ES256")),
    .header("no alg", .wrongAlgorithm, #"{"kid":"issuer-1","typ":"JWT"}"#),
    .header("alg twice", .wrongAlgorithm, #"{"alg":"EdDSA","alg":"none","kid":"issuer-1"}"#),
    EnvelopeAttack("HS256 keyed with the public key", .wrongAlgorithm) { forge in
      let signed =
        EnvelopeForge.encode(EnvelopeForge.header("HS256")) + "."
        + EnvelopeForge.encode(EnvelopeForge.claims())
      let key = SymmetricKey(data: try forge.signer().publicKeyBytes)
      let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)
      return Array((signed + "." + Data(code).base64URL).utf8)
    },
    .header("no kid", .malformed, #"{"alg":"EdDSA"}"#),
    .header("kid twice", .malformed, #"{"alg":"EdDSA","kid":"issuer-1","kid":"b"}"#),
    .header("a path as kid", .malformed, EnvelopeForge.header(kid: "../../etc/passwd")),
    .header("typ beside", .malformed, #"{"alg":"EdDSA","kid":"issuer-1","typ":"JWT"}"#),
    .header(
      "a critical member", .malformed, #"{"alg":"EdDSA","kid":"issuer-1","crit":["exp"]}"#),
    .header(
      "a key brought along", .malformed,
      #"{"alg":"EdDSA","kid":"issuer-1","jwk":{"kty":"OKP"}}"#),
    .header("an escaped name", .malformed, #"{"\u0061lg":"EdDSA","kid":"issuer-1"}"#),
    .header("two objects", .malformed, EnvelopeForge.header() + EnvelopeForge.header()),
    .header("an array", .malformed, #"["EdDSA"]"#),
    .header("an empty header", .malformed, ""),
    .header("an open string", .malformed, #"{"alg":"EdDSA","kid":"issuer-1"#),
    .header(
      "a long header", .malformed,
      #"{"alg":"EdDSA","kid":"issuer-1"\#(String(repeating: " ", count: 300))}"#),
    .header("another kid", .unknownKey, EnvelopeForge.header(kid: "issuer-2")),
  ]

  static let signatures: [EnvelopeAttack] = [
    EnvelopeAttack("another key under our kid", .badSignature) { _ in
      let signed =
        EnvelopeForge.encode(EnvelopeForge.header()) + "."
        + EnvelopeForge.encode(EnvelopeForge.claims())
      let signature = try Curve25519.Signing.PrivateKey().signature(for: Data(signed.utf8))
      return Array((signed + "." + signature.base64URL).utf8)
    },
    EnvelopeAttack("the body of another command", .badSignature) { forge in
      let parts = try EnvelopeAttack.parts(forge)
      let claims = EnvelopeForge.claims(body: #"{"kind":"unlock","door":"vault"}"#)
      return Array("\(parts[0]).\(EnvelopeForge.encode(claims)).\(parts[2])".utf8)
    },
    EnvelopeAttack("no signature", .badSignature) { forge in
      let parts = try EnvelopeAttack.parts(forge)
      return Array("\(parts[0]).\(parts[1]).".utf8)
    },
    EnvelopeAttack("a short signature", .badSignature) { forge in
      let parts = try EnvelopeAttack.parts(forge)
      return Array("\(parts[0]).\(parts[1]).\(Data(count: 63).base64URL)".utf8)
    },
    EnvelopeAttack("the same signature with the group order added", .badSignature) { forge in
      // RFC 8032 section 5.1.7: S must be below L, or one signature would have two forms.
      let parts = try EnvelopeAttack.parts(forge)
      let signature = Array(try #require(Data(base64URL: parts[2])))
      let order: [UInt8] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
      ]
      var sum = Array(signature[..<32])
      var carry = 0
      for index in 0..<32 {
        let total = Int(signature[32 + index]) + Int(order[index]) + carry
        sum.append(UInt8(total & 255))
        carry = total >> 8
      }
      return Array("\(parts[0]).\(parts[1]).\(Data(sum).base64URL)".utf8)
    },
  ]

  static let forms: [EnvelopeAttack] = [
    EnvelopeAttack("nothing", .malformed) { _ in [] },
    EnvelopeAttack("random bytes", .malformed) { _ in
      var generator = ProtocolTestGenerator(seed: 1)
      return (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }
    },
    EnvelopeAttack("two parts", .malformed) { forge in
      let parts = try EnvelopeAttack.parts(forge)
      return Array("\(parts[0]).\(parts[1])".utf8)
    },
    EnvelopeAttack("four parts", .malformed) { try $0.token() + Array(".x".utf8) },
    EnvelopeAttack("padding", .malformed) { try $0.token() + Array("==".utf8) },
    EnvelopeAttack("a line end behind", .malformed) { try $0.token() + [10] },
    EnvelopeAttack("bits left over in the signature's last character", .malformed) { forge in
      // 64 bytes are 86 characters; the last one carries four bits that must be zero.
      let token = try forge.token()
      let last = try #require(token.last)
      let index = try #require(alphabet.firstIndex(of: last))
      return token.dropLast() + [alphabet[index + 1]]
    },
    EnvelopeAttack("one byte more than a command may have", .tooLarge) { _ in
      [UInt8](repeating: 65, count: 16 * 1024 + 1)
    },
    .claims(
      "nested too deep", .malformed,
      EnvelopeForge.claims(
        body: String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000))),
  ]

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static let content: [EnvelopeAttack] = [
    .claims("another controller", .wrongAudience, EnvelopeForge.claims(aud: #""door-8""#)),
    .claims("a prefix of us", .wrongAudience, EnvelopeForge.claims(aud: #""door-""#)),
    .claims("a list of audiences", .malformed, EnvelopeForge.claims(aud: #"["door-7"]"#)),
    .claims("another issuer", .wrongIssuer, EnvelopeForge.claims(iss: #""evil""#)),
    .claims("no issuer", .malformed, EnvelopeForge.claims(iss: #""""#)),
    .claims(
      "a configuration on the command topic", .wrongKind, EnvelopeForge.claims(typ: #""config""#)),
    .claims("an unknown kind", .wrongKind, EnvelopeForge.claims(typ: #""other\n""#)),
    .claims("an empty id", .malformed, EnvelopeForge.claims(jti: #""""#)),
    .claims("a line end in the id", .malformed, EnvelopeForge.claims(jti: #""a\nb""#)),
    .claims(
      "an id of 65 characters", .malformed,
      EnvelopeForge.claims(jti: "\"\(String(repeating: "a", count: 65))\"")),
    .claims(
      "issued in the future", .notYetValid,
      EnvelopeForge.claims(iat: "1800000040", exp: "1800000060")),
    .claims(
      "valid in the future", .notYetValid,
      EnvelopeForge.claims(nbf: "1800000040", exp: "1800000041")),
    .claims(
      "over", .expired,
      EnvelopeForge.claims(iat: "1799999990", nbf: "1799999990", exp: "1800000001")),
    .claims(
      "an unlock that lives 31 seconds", .lifetimeTooLong, EnvelopeForge.claims(exp: "1800000031")),
    .claims("no end", .malformed, #"{"iss":"cloud","aud":"door-7","iat":1800000000}"#),
    .claims("an end before the start", .malformed, EnvelopeForge.claims(exp: "1799999999")),
    .claims("an end as text", .malformed, EnvelopeForge.claims(exp: #""1800000020""#)),
    .claims("an end beyond all numbers", .malformed, EnvelopeForge.claims(exp: "1e300")),
    .claims(
      "times whose difference overflows", .malformed,
      EnvelopeForge.claims(iat: "-9223372036854775808", exp: "9223372036854775807")),
    .claims(
      "an unknown command with a line end", .malformed,
      EnvelopeForge.claims(body: #"{"kind":"a\nb\u2028c"}"#)),
    .claims(
      "an unknown command", .malformed, EnvelopeForge.claims(body: #"{"kind":"selfDestruct"}"#)),
    .claims("a body that is text", .malformed, EnvelopeForge.claims(body: #""unlock""#)),
    .claims("no JSON", .malformed, "hello"),
    .claims("an open object", .malformed, #"{"iss":"cloud""#),
  ]
}

@Suite("Attacks on signed messages (D4, D5)")
struct EnvelopeAttackTests {
  @Test(
    "an attack is refused for its own reason",
    arguments: EnvelopeAttack.headers + EnvelopeAttack.signatures)
  func forgery(_ attack: EnvelopeAttack) throws {
    let forge = EnvelopeForge()
    #expect(try forge.cause(attack.token(forge)) == attack.cause)
  }

  @Test(
    "a message of wrong form or content is refused",
    arguments: EnvelopeAttack.forms + EnvelopeAttack.content)
  func formsAndContent(_ attack: EnvelopeAttack) throws {
    let forge = EnvelopeForge()
    #expect(try forge.cause(attack.token(forge)) == attack.cause)
  }

  @Test("a command that the broker retained is refused, a configuration is not")
  func retained() throws {
    let forge = EnvelopeForge()
    #expect(try forge.cause(forge.token(), retained: true) == .retainedCommand)
    let ack = try forge.token(
      EnvelopeForge.header(),
      EnvelopeForge.claims(typ: #""ack""#, body: #"{"epoch":"e","through":1}"#))
    let envelope = try forge.verify(
      ack, as: EventAcknowledgement.self, kind: .ack, retained: true)
    #expect(envelope.body == EventAcknowledgement(epoch: "e", through: 1))
  }

  @Test("a good message on the topic of another kind is refused")
  func kindSwap() throws {
    let forge = EnvelopeForge()
    for kind in Topics.Down.allCases where kind != .commands {
      #expect(try forge.cause(forge.token(), kind: kind) == .wrongKind)
    }
  }

  @Test("a well signed message that cannot be read is refused by path and can be answered (D2)")
  func answerable() throws {
    let forge = EnvelopeForge()
    let claims = EnvelopeForge.claims(typ: #""ack""#, body: #"{"epoch":"e","through":"x"}"#)
    let token = try forge.token(EnvelopeForge.header(), claims)
    let refusal = #expect(throws: EnvelopeRefusal.self) {
      try forge.verify(token, as: EventAcknowledgement.self, kind: .ack)
    }
    #expect(refusal?.cause == .malformed)
    #expect(refusal?.messageID == "c-1")
    #expect(refusal?.problems == [Problem(path: "through", message: "is not a whole number")])
    let forged = #expect(throws: EnvelopeRefusal.self) {
      try forge.verify(token.dropLast() + [65], as: EventAcknowledgement.self, kind: .ack)
    }
    #expect(forged?.messageID == nil)
  }

  @Test("no token with one byte changed is ever believed")
  func everyByteCounts() throws {
    let forge = EnvelopeForge()
    let token = try forge.token()
    var generator = ProtocolTestGenerator(seed: 7)
    for index in token.indices {
      var changed = token
      changed[index] ^= UInt8.random(in: 1...255, using: &generator)
      #expect(try forge.cause(changed) != nil, "byte \(index) changed to \(changed[index])")
    }
  }

  @Test("no cut or lengthened token is ever believed")
  func everyLengthCounts() throws {
    let forge = EnvelopeForge()
    let token = try forge.token()
    for length in 0..<token.count {
      #expect(try forge.cause(Array(token[..<length])) != nil, "cut to \(length)")
    }
    #expect(try forge.cause(token + [65]) != nil)
  }

  @Test("a refusal tells nothing of the body and has no line ends (D13)")
  func refusalIsSafeToLog() throws {
    let forge = EnvelopeForge()
    for attack in EnvelopeAttack.headers + EnvelopeAttack.signatures + EnvelopeAttack.forms
      + EnvelopeAttack.content
    {
      do {
        _ = try forge.verify(attack.token(forge)) as Envelope<Command>
        Issue.record("believed: \(attack.name)")
      } catch let refusal as EnvelopeRefusal {
        #expect(!refusal.description.contains("front"), "\(attack.name)")
        let hasLineEnd = refusal.description.contains { $0.isNewline }
        #expect(!hasLineEnd, "\(attack.name)")
        #expect(!refusal.detail.isEmpty)
      }
    }
  }
}
