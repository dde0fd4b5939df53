import Crypto
public import DoorRules

/// Signs certificates with a root's key, and orders with an issuer's.
public struct HandOverSigner: Sendable {
  private let key: Secret<Curve25519.Signing.PrivateKey>

  /// The 32 bytes of an Ed25519 seed. Throws ``EnvelopeKeyFailure`` for anything else.
  public init(privateKeyBytes: Secret<[UInt8]>) throws(EnvelopeKeyFailure) {
    do {
      key = Secret(
        try Curve25519.Signing.PrivateKey(rawRepresentation: privateKeyBytes.reveal()))
    } catch {
      throw EnvelopeKeyFailure(keyID: "", detail: "a private key has 32 bytes")
    }
  }

  /// The 32 bytes of the public key.
  public var publicKeyBytes: [UInt8] { Array(key.reveal().publicKey.rawRepresentation) }

  /// A certificate under the root named `keyID`.
  public func sign(_ certificate: IssuerCertificate, root keyID: String) throws -> String {
    try sign(JSONCoding.encode(certificate), keyID: keyID)
  }

  /// An order under the certificate named `certificateID`.
  public func sign(_ order: HandOverOrder, certificateID: String) throws -> String {
    try sign(JSONCoding.encode(order), keyID: certificateID)
  }

  private func sign(_ payload: [UInt8], keyID: String) throws -> String {
    guard EnvelopeLimits.isID(keyID) else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
    }
    return String(
      decoding: try CompactJWS.sign(payload, with: key.reveal(), keyID: keyID), as: UTF8.self)
  }

  /// The claims of a certificate without verification: an issuer's program reads its own limits
  /// from it. Nil for anything that is no certificate.
  public static func unverified(certificate text: String) -> IssuerCertificate? {
    guard let token = try? CompactJWS(parsing: Array(text.utf8)) else { return nil }
    return try? JSONCoding.decode(IssuerCertificate.self, from: token.payload)
  }
}
