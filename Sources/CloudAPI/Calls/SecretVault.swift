import Crypto
public import DoorRules
public import Foundation

/// Seals what the backend must be able to read again: codes, cards and the secrets of webhooks.
/// Controllers have only digests under keys of their own, so a new door needs the value.
public struct SecretVault: Sendable {
  private let key: SymmetricKey

  /// `key` has 32 bytes.
  public init(key: Secret<[UInt8]>) { self.key = SymmetricKey(data: key.reveal()) }

  /// AES-GCM, nonce in front.
  func seal(_ value: Secret<String>) throws -> Data {
    guard let sealed = try AES.GCM.seal(Data(value.reveal().utf8), using: key).combined else {
      throw APIProblem(.broken, "a secret cannot be sealed")
    }
    return sealed
  }

  /// Throws for what another key sealed.
  public func open(_ sealed: Data) throws -> Secret<String> {
    let bytes = try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key)
    return Secret(String(decoding: bytes, as: UTF8.self))
  }
}

/// What operations need beside the store.
struct APITools: Sendable {
  let vault: SecretVault
  let zones: @Sendable (String) -> ZoneRules?
}
