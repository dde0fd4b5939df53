import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// The operator's root keys, which certify who may issue keys without the cloud. Each is a file,
/// `issuer-root-N.key`; the newest signs, the others stay trusted until they are removed.
struct IssuerRoots {
  let folder: String

  private func path(_ number: Int) -> String { "\(folder)/issuer-root-\(number).key" }

  private var count: Int {
    var count = 0
    while FileManager.default.fileExists(atPath: path(count + 1)) { count += 1 }
    return count
  }

  private func signer(_ number: Int) throws -> HandOverSigner {
    try HandOverSigner(privateKeyBytes: try KeyFile.load(path: path(number)))
  }

  /// Adds a root, which signs from now on; returns its id.
  @discardableResult
  func add() throws -> String {
    let number = count + 1
    try KeyFile.create(path: path(number), key: Secret(CloudKey.newCredentialKey()))
    return "root-\(number)"
  }

  /// The newest root, created at first use.
  func newest() throws -> (keyID: String, signer: HandOverSigner) {
    if count == 0 { try add() }
    let number = count
    return ("root-\(number)", try signer(number))
  }

  /// The public keys in the format of a controller: a line `KEYID BASE64URL` each.
  func publicText() throws -> String {
    _ = try newest()
    return try (1...count).map { number in
      "root-\(number) \(Data(try signer(number).publicKeyBytes).base64URL)\n"
    }.joined()
  }
}
