import CloudProtocol
import Crypto
import DoorRules
import Foundation
import HostLinux

/// The cloud's signing key, made at first use.
enum CloudKey {
  static let keyID = "cloud-1"
  static let issuer = "posterncloud"

  static func load(folder: String) throws -> EnvelopeSigner {
    let path = "\(folder)/signing.key"
    if !FileManager.default.fileExists(atPath: path) {
      let key = Curve25519.Signing.PrivateKey().rawRepresentation
      try KeyFile.create(path: path, key: Secret(Array(key)))
    }
    return try EnvelopeSigner(privateKeyBytes: try KeyFile.load(path: path), keyID: keyID)
  }

  /// A key that no door knows, under the id of the one that they do.
  static func forger() throws -> EnvelopeSigner {
    let key = Curve25519.Signing.PrivateKey().rawRepresentation
    return try EnvelopeSigner(privateKeyBytes: Secret(Array(key)), keyID: keyID)
  }

  /// 32 random bytes for a controller's credential key.
  static func newCredentialKey() -> [UInt8] {
    SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
  }
}
