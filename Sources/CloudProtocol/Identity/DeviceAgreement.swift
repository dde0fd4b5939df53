import Crypto
public import DoorRules
import Foundation

/// Device and cloud derive the same secret keys without sending one: X25519 (RFC 7748) between a
/// key of the device and one of the cloud, then HKDF-SHA256 (RFC 5869) for each use.
public struct DeviceAgreement: Sendable {
  /// What a key is for; an input of its derivation.
  public enum Use: String, Sendable, CaseIterable {
    /// The key under which this device's credentials are digested.
    case credentials
    /// The key of this controller's offline PINs.
    case offlinePIN
  }

  private let own: Secret<Curve25519.KeyAgreement.PrivateKey>

  /// 32 bytes. Throws ``EnvelopeKeyFailure`` for anything else.
  public init(privateKeyBytes: Secret<[UInt8]>) throws(EnvelopeKeyFailure) {
    do {
      own = Secret(
        try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: privateKeyBytes.reveal()))
    } catch {
      throw EnvelopeKeyFailure(keyID: "agreement", detail: "a private key has 32 bytes")
    }
  }

  /// The public key for the other side; not secret.
  public var publicKeyBytes: [UInt8] { Array(own.reveal().publicKey.rawRepresentation) }

  /// The 32 bytes that the other side derives too. Throws for an invalid public key, and for a weak
  /// one, which gives everybody the same secret.
  public func key(
    for use: Use, of controller: ControllerID, with other: [UInt8]
  ) throws(EnvelopeKeyFailure) -> Secret<[UInt8]> {
    let shared: SharedSecret
    do {
      let peer = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: other)
      shared = try own.reveal().sharedSecretFromKeyAgreement(with: peer)
    } catch {
      throw EnvelopeKeyFailure(keyID: "agreement", detail: "the other side's public key is none")
    }
    guard shared.withUnsafeBytes({ $0.contains { $0 != 0 } }) else {
      throw EnvelopeKeyFailure(keyID: "agreement", detail: "the other side's public key is weak")
    }
    // Both public keys are inputs, sorted, so that both sides use the same order.
    let keys = [publicKeyBytes, other].sorted { $0.lexicographicallyPrecedes($1) }
    let info = Data("postern-device-1:\(use.rawValue):\(controller):".utf8) + Data(keys.joined())
    let key = shared.hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: Data(), sharedInfo: info, outputByteCount: 32)
    return Secret(key.withUnsafeBytes { Array($0) })
  }
}
