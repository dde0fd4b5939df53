import CloudProtocol
import Crypto
import DoorRules
import Foundation
import Testing

@Suite("A key that is nobody's is no key, wherever it comes from (D4, C5)")
struct SigningKeyTests {
  /// The neutral point: what is signed by it needs no private key.
  static let nobodys = [1] + [UInt8](repeating: 0, count: 31)

  /// What anybody can sign with it: R is the neutral point and S is 0.
  private static let signature = nobodys + [UInt8](repeating: 0, count: 32)

  private static var token: [UInt8] {
    let signed =
      EnvelopeForge.encode(EnvelopeForge.header()) + "."
      + EnvelopeForge.encode(EnvelopeForge.claims())
    return Array((signed + "." + Data(signature).base64URL).utf8)
  }

  @Test("the library takes such a key, and finds every message signed by it")
  func library() throws {
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: Self.nobodys)
    #expect(key.isValidSignature(Self.signature, for: Data("anything".utf8)))
  }

  @Test("the cloud's keys: in the file, and by message")
  func cloud() throws {
    let audience = try #require(ControllerID(EnvelopeForge.controller))
    #expect(throws: EnvelopeKeyFailure.self) {
      let verifier = try EnvelopeVerifier(
        publicKeys: [EnvelopeForge.keyID: Self.nobodys], audience: audience, issuer: nil)
      let forged: Envelope<Command> = try verifier.verify(
        Self.token, as: Command.self, kind: .commands,
        at: WallInstant(secondsSince1970: EnvelopeForge.issued + 1), clockTrust: .synchronised,
        retained: false)
      Issue.record("it believes \(forged.body)")
    }
    var verifier = try EnvelopeForge().verifier()
    #expect(throws: EnvelopeKeyFailure.self) {
      try verifier.keys.trust(keyID: "k-2", bytes: Self.nobodys)
    }
    let command = Command(kind: .trustKey, keyID: "k-2", key: Data(Self.nobodys).base64URL)
    #expect(throws: ValidationFailure.self) { _ = try command.validated() }
  }

  @Test("an issuer's roots, and the key of a desk")
  func issuer() throws {
    let controller = try #require(ControllerID("gate-1"))
    #expect(throws: EnvelopeKeyFailure.self) {
      _ = try HandOverVerifier(roots: ["root-1": Self.nobodys], controller: controller)
    }
    let forge = try HandOverForge()
    let order =
      EnvelopeForge.encode(EnvelopeForge.header(kid: "desk-2027")) + "."
      + Data(try JSONCoding.encode(forge.order)).base64URL
    var certificate = forge.certificate
    certificate.key = Data(Self.nobodys).base64URL
    let file = try JSONCoding.encode(
      HandOverFile(
        certificate: try forge.root.sign(certificate, root: "root-1"),
        order: order + "." + Data(Self.signature).base64URL))
    let refusal = #expect(throws: HandOverRefusal.self) {
      _ = try HandOverForge.verifier().verify(
        file, at: WallInstant(secondsSince1970: HandOverForge.now), clockTrust: .synchronised)
    }
    #expect(refusal?.detail.contains("of small order") == true)
  }
}
