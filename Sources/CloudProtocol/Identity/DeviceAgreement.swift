import Crypto
public import DoorRules
import Foundation

/// How device and cloud come to the same secret keys without one ever travelling: X25519 (RFC 7748)
/// between a key made on the device and one of the cloud, then HKDF-SHA256 (RFC 5869) for each use.
public struct DeviceAgreement: Sendable {
  /// What a key is for; part of what it is derived from.
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

  /// What the other side is given; not secret.
  public var publicKeyBytes: [UInt8] { Array(own.reveal().publicKey.rawRepresentation) }

  /// 32 bytes that the other side computes too. Throws for a public key that is none, or one with
  /// which everybody would come to the same.
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
    // Both keys are part of it, in an order on which both agree.
    let keys = [publicKeyBytes, other].sorted { $0.lexicographicallyPrecedes($1) }
    let info = Data("postern-device-1:\(use.rawValue):\(controller):".utf8) + Data(keys.joined())
    let key = shared.hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: Data(), sharedInfo: info, outputByteCount: 32)
    return Secret(key.withUnsafeBytes { Array($0) })
  }
}
