import Crypto
public import DoorRules
import Foundation

/// A certificate signing request (PKCS #10, RFC 2986) for the broker, by an Ed25519 key (RFC 8410)
/// that was made on the device and never leaves it.
public struct CertificateRequest: Sendable {
  /// 1.3.101.112, id-Ed25519.
  private static let ed25519: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70]
  /// 2.5.4.3, id-at-commonName.
  private static let commonName: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x03]

  /// The request, PEM.
  public let request: String
  /// The private key, PKCS #8 in PEM.
  public let privateKey: Secret<String>
  private let publicKeyInfo: [UInt8]

  /// `privateKeyBytes` are the 32 bytes of an Ed25519 seed. The common name is the controller's id,
  /// which the broker's access list then knows it by.
  public init(controller: ControllerID, privateKeyBytes: Secret<[UInt8]>) throws {
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: privateKeyBytes.reveal())
    let algorithm = Self.element(0x30, Self.ed25519)
    let name = Self.element(
      0x30,
      Self.element(
        0x31,
        Self.element(
          0x30, Self.commonName + Self.element(0x0C, Array(controller.rawValue.utf8)))))
    let publicKey = Self.element(
      0x30, algorithm + Self.element(0x03, [0] + key.publicKey.rawRepresentation))
    publicKeyInfo = publicKey
    let body = Self.element(
      0x30, Self.element(0x02, [0]) + name + publicKey + Self.element(0xA0, []))
    let signature = try key.signature(for: body)
    let whole = Self.element(0x30, body + algorithm + Self.element(0x03, [0] + signature))
    request = PEM.text("CERTIFICATE REQUEST", whole)
    let seed = Self.element(0x04, Self.element(0x04, privateKeyBytes.reveal()))
    privateKey = Secret(
      PEM.text(
        "PRIVATE KEY", Self.element(0x30, Self.element(0x02, [0]) + algorithm + seed)))
  }

  /// The same request again, by a private key that was made before. Throws when the text is none of
  /// those in ``privateKey``.
  public init(controller: ControllerID, privateKey: Secret<String>) throws {
    let seed = PEM.blocks(of: "PRIVATE KEY", in: privateKey.reveal()).first?.suffix(32) ?? []
    try self.init(controller: controller, privateKeyBytes: Secret(Array(seed)))
    guard self.privateKey.reveal() == privateKey.reveal() else {
      throw EnvelopeKeyFailure(
        keyID: "client", detail: "it is no private key that was made by this program")
    }
  }

  /// True when a certificate of the text, PEM, is for this key: it holds the key's info, RFC 5280
  /// section 4.1.2.7, whose 32 random bytes come nowhere by chance.
  public func isFor(certificatesPEM text: String) -> Bool {
    PEM.blocks(of: "CERTIFICATE", in: text).first.map {
      Data($0).range(of: Data(publicKeyInfo)) != nil
    } ?? false
  }

  /// A DER element of less than 64 KiB.
  private static func element(_ tag: UInt8, _ body: [UInt8]) -> [UInt8] {
    let count = body.count
    let length: [UInt8] =
      switch count {
      case ..<0x80: [UInt8(count)]
      case ..<0x100: [0x81, UInt8(count)]
      default: [0x82, UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
      }
    return [tag] + length + body
  }
}
