import Crypto
public import DoorRules
import Foundation

/// HMAC-SHA256 of a card number or PIN under one device's key: useless on any other device. On the
/// wire it is base64url without padding.
public struct CredentialDigest: Sendable, Hashable, Codable {
  /// Exactly 32.
  public static let byteCount = 32

  public let bytes: [UInt8]

  /// Nil unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// A SHA-256 code, whose type says that it has 32 bytes.
  init(_ code: HMAC<SHA256>.MAC) { bytes = Array(code) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let data = Data(base64URL: text), let digest = CredentialDigest(bytes: Array(data)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: Self.problem(of: text))
    }
    self = digest
  }

  /// The digest itself is not told: it opens a door.
  private static func problem(of text: String) -> String {
    let found =
      text.contains("=")
      ? "this one is padded with =" : "this one has \(text.utf8.count) characters"
    return "a digest is 32 bytes, 43 characters of base64url without padding; \(found)"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Data(bytes).base64URL)
  }
}

/// Computes digests under the credential key of one device.
public struct CredentialDigester: Sendable {
  private let key: Secret<SymmetricKey>
  /// Replaced keys, by which older credentials are still found.
  private let previous: [Secret<SymmetricKey>]

  /// `key` must be 32 bytes, and each of `previous` too; nil otherwise.
  public init?(keyBytes: [UInt8], previous: [[UInt8]] = []) {
    guard keyBytes.count == 32, previous.allSatisfy({ $0.count == 32 }) else { return nil }
    key = Secret(SymmetricKey(data: keyBytes))
    self.previous = previous.map { Secret(SymmetricKey(data: $0)) }
  }

  /// `value` is the canonical text of what was shown: `card:FORMAT:FACILITY:NUMBER`,
  /// `raw:LENGTH:HEX` or `pin:DIGITS`.
  public func digest(ofCanonical value: Secret<String>) -> CredentialDigest {
    Self.digest(value, key)
  }

  /// Under the current key, then under the previous ones: a look-up tries all of them, so that a
  /// key can change without an interruption.
  public func digests(ofCanonical value: Secret<String>) -> [CredentialDigest] {
    [digest(ofCanonical: value)] + previous.map { Self.digest(value, $0) }
  }

  private static func digest(
    _ value: Secret<String>, _ key: Secret<SymmetricKey>
  ) -> CredentialDigest {
    CredentialDigest(
      HMAC<SHA256>.authenticationCode(for: Data(value.reveal().utf8), using: key.reveal()))
  }
}
