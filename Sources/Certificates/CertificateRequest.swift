import CloudProtocol
import Crypto
public import DoorRules
import Foundation
import SwiftASN1
import X509

/// A certificate signing request (PKCS #10, RFC 2986) for the broker, by an Ed25519 key (RFC 8410)
/// that was made on the device and never leaves it.
public struct CertificateRequest: Sendable {
  /// The request, PEM.
  public let request: String
  /// The private key, PKCS #8 in PEM.
  public let privateKey: Secret<String>
  private let publicKey: Certificate.PublicKey

  /// `privateKeyBytes` are the 32 bytes of an Ed25519 seed. The common name is the controller's id,
  /// by which the broker's access list knows it. Throws for another count of bytes.
  public init(controller: ControllerID, privateKeyBytes: Secret<[UInt8]>) throws {
    let key = Certificate.PrivateKey(
      try Curve25519.Signing.PrivateKey(rawRepresentation: privateKeyBytes.reveal()))
    let signed = try CertificateSigningRequest(
      version: .v1, subject: try DistinguishedName { CommonName(controller.rawValue) },
      privateKey: key, attributes: .init(), signatureAlgorithm: .ed25519)
    request = PEM.text(try signed.serializeAsPEM())
    privateKey = Secret(PEM.text(try key.serializeAsPEM()))
    publicKey = key.publicKey
  }

  /// The same request again, by a private key that was made before. Throws
  /// ``EnvelopeKeyFailure`` when the text is no ``privateKey``.
  public init(controller: ControllerID, privateKey: Secret<String>) throws {
    let seed = PEM.blocks(of: "PRIVATE KEY", in: privateKey.reveal()).first?.suffix(32) ?? []
    try self.init(controller: controller, privateKeyBytes: Secret(Array(seed)))
    guard self.privateKey.reveal() == privateKey.reveal() else {
      throw EnvelopeKeyFailure(
        keyID: "client", detail: "it is no private key that was made by this program")
    }
  }

  /// True when the first certificate of the text, PEM, is for this key.
  public func isFor(certificatesPEM text: String) -> Bool {
    guard let first = PEM.blocks(of: "CERTIFICATE", in: text).first,
      let certificate = try? Certificate(derEncoded: first)
    else { return false }
    return certificate.publicKey == publicKey
  }
}
