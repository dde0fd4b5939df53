import CloudProtocol
import Crypto
import DoorRules
import Foundation
import Testing

/// Makes tokens by hand, so that the verifier is not tested by the signer.
struct EnvelopeForge {
  static let seed = [UInt8](0..<32)
  static let keyID = "issuer-1"
  static let controller = "door-7"
  static let issued: Int64 = 1_800_000_000

  var key = Result { try Curve25519.Signing.PrivateKey(rawRepresentation: EnvelopeForge.seed) }

  static func encode(_ text: String) -> String { Data(text.utf8).base64URL }

  static func header(_ alg: String = "EdDSA", kid: String = keyID) -> String {
    #"{"alg":"\#(alg)","kid":"\#(kid)"}"#
  }

  /// The claims of a valid unlock command, with changes.
  static func claims(
    iss: String = #""cloud""#, aud: String = #""door-7""#, iat: String = "1800000000",
    nbf: String = "1800000000", exp: String = "1800000020", jti: String = #""c-1""#,
    typ: String = #""commands""#, body: String = #"{"kind":"unlock","door":"front"}"#
  ) -> String {
    #"{"iss":\#(iss),"aud":\#(aud),"iat":\#(iat),"nbf":\#(nbf),"exp":\#(exp),"jti":\#(jti),"#
      + #""typ":\#(typ),"body":\#(body)}"#
  }

  /// A token with a valid signature over any header and claims.
  func token(_ header: String = EnvelopeForge.header(), _ claims: String = EnvelopeForge.claims())
    throws
    -> [UInt8]
  {
    let signed = Self.encode(header) + "." + Self.encode(claims)
    let signature = try key.get().signature(for: Data(signed.utf8))
    return Array((signed + "." + signature.base64URL).utf8)
  }

  func signer() throws -> EnvelopeSigner {
    try EnvelopeSigner(privateKeyBytes: Secret(Self.seed), keyID: Self.keyID)
  }

  func verifier(issuer: String? = "cloud") throws -> EnvelopeVerifier {
    try EnvelopeVerifier(
      publicKeys: [Self.keyID: signer().publicKeyBytes],
      audience: #require(ControllerID(Self.controller)), issuer: issuer)
  }

  /// Verifies a token as the door does, `seconds` after it was issued.
  func verify<Body: Codable & Sendable>(
    _ token: [UInt8], as type: Body.Type = Command.self, kind: Topics.Down = .commands,
    after seconds: Double = 1, trust: ClockTrust = .synchronised, retained: Bool = false
  ) throws -> Envelope<Body> {
    let at = WallInstant(millisecondsSince1970: Self.issued * 1000 + Int64(seconds * 1000))
    return try verifier().verify(
      token, as: type, kind: kind, at: at, clockTrust: trust, retained: retained)
  }

  /// The cause of the refusal; nil if the token was accepted.
  func cause(
    _ token: [UInt8], kind: Topics.Down = .commands, after seconds: Double = 1,
    trust: ClockTrust = .synchronised, retained: Bool = false
  ) throws -> EnvelopeRefusal.Cause? {
    do {
      _ = try verify(token, kind: kind, after: seconds, trust: trust, retained: retained)
      return nil
    } catch let refusal as EnvelopeRefusal {
      return refusal.cause
    }
  }
}
