import CloudProtocol
import Crypto
import DoorRules
import Foundation
import HostLinux

/// The cloud's signing keys: `signing.key` is `cloud-1`, created at first use; `signing-N.key` is
/// `cloud-N`. The file `signing.current` names the one that signs.
enum CloudKey {
  static let keyID = "cloud-1"
  static let issuer = "posterncloud"

  private static func path(_ number: Int, in folder: String) -> String {
    number == 1 ? "\(folder)/signing.key" : "\(folder)/signing-\(number).key"
  }

  private static func number(of keyID: String) -> Int? {
    keyID.hasPrefix("cloud-") ? Int(keyID.dropFirst("cloud-".count)) : nil
  }

  static func load(folder: String) throws -> EnvelopeSigner {
    if !FileManager.default.fileExists(atPath: path(1, in: folder)) { try create(1, in: folder) }
    let choice = "\(folder)/signing.current"
    let current =
      try FileManager.default.fileExists(atPath: choice)
      ? TextFile.read(choice).trimmingCharacters(in: .whitespacesAndNewlines) : nil
    return try load(current ?? keyID, folder: folder)
  }

  /// A key by its id.
  static func load(_ keyID: String, folder: String) throws -> EnvelopeSigner {
    guard let number = number(of: keyID),
      FileManager.default.fileExists(atPath: path(number, in: folder))
    else { throw CloudProblem("there is no signing key \(keyID)") }
    return try EnvelopeSigner(
      privateKeyBytes: try KeyFile.load(path: path(number, in: folder)), keyID: keyID)
  }

  /// Creates one more key, which does not sign yet; returns its id.
  static func add(folder: String) throws -> String {
    _ = try load(folder: folder)
    var number = 2
    while FileManager.default.fileExists(atPath: path(number, in: folder)) { number += 1 }
    try create(number, in: folder)
    return "cloud-\(number)"
  }

  /// Signs with this key from the next start of `serve` on.
  static func use(_ keyID: String, folder: String) throws {
    _ = try load(keyID, folder: folder)
    try Data((keyID + "\n").utf8).write(
      to: URL(filePath: "\(folder)/signing.current"), options: .atomic)
  }

  private static func create(_ number: Int, in folder: String) throws {
    let key = Curve25519.Signing.PrivateKey().rawRepresentation
    try KeyFile.create(path: path(number, in: folder), key: Secret(Array(key)))
  }

  /// The key from which this cloud and a device derive their shared secrets, created at first use.
  static func agreement(folder: String) throws -> DeviceAgreement {
    let path = "\(folder)/agreement.key"
    if !FileManager.default.fileExists(atPath: path) {
      try KeyFile.create(path: path, key: Secret(newCredentialKey()))
    }
    return try DeviceAgreement(privateKeyBytes: try KeyFile.load(path: path))
  }

  /// A key that no controller trusts, under the id of a trusted one.
  static func forger() throws -> EnvelopeSigner {
    let key = Curve25519.Signing.PrivateKey().rawRepresentation
    return try EnvelopeSigner(privateKeyBytes: Secret(Array(key)), keyID: keyID)
  }

  /// 32 random bytes for a controller's credential key.
  static func newCredentialKey() -> [UInt8] {
    SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
  }
}
