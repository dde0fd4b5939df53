import Crypto

// Why not jwt-kit, which the daemon could use: its key collection is an actor, so verification
// would be asynchronous in the middle of a synchronous session; it verifies with the default key
// when a `kid` is unknown; and a caller cannot make it refuse header members that it does not know,
// such as `crit`. What is left with one algorithm and a fixed header fits below.

/// The only form of JWS (RFC 7515 section 7.1, RFC 8037 section 3.1) that is used here:
/// `BASE64URL(header).BASE64URL(payload).BASE64URL(signature)`, the header exactly
/// `{"alg":"EdDSA","kid":…}` in either order.
struct CompactJWS {
  /// Length of an Ed25519 signature, RFC 8032 section 5.1.6.
  static let signatureBytes = 64

  let keyID: String
  /// Decoded payload; not to be used before ``isSigned(by:)``.
  let payload: [UInt8]
  private let signature: [UInt8]
  private let signedBytes: ArraySlice<UInt8>

  /// Splits a message into its parts. Throws `malformed` or `wrongAlgorithm`.
  init(parsing message: [UInt8]) throws(EnvelopeRefusal) {
    let dots = message.indices.filter { message[$0] == UInt8(ascii: ".") }
    guard dots.count == 2 else {
      throw EnvelopeRefusal(.malformed, "has \(dots.count + 1) parts, a compact JWS has 3")
    }
    guard let header = Base64URL.decode(message[..<dots[0]]),
      header.count <= EnvelopeLimits.headerBytesMax,
      let members = FlatJSONObject.parse(header)
    else {
      throw EnvelopeRefusal(.malformed, "the header is not a small object of plain strings")
    }
    // The algorithm first: a sender of `none` should read that, not what else is wrong.
    let algorithms = members.filter { $0.name == "alg" }.map(\.value)
    guard algorithms == ["EdDSA"] else {
      throw EnvelopeRefusal(
        .wrongAlgorithm, "the header names \(algorithms.count) algorithms, expected EdDSA alone")
    }
    guard members.count == 2, let kid = members.first(where: { $0.name == "kid" })?.value,
      EnvelopeLimits.isID(kid)
    else {
      throw EnvelopeRefusal(.malformed, "the header must hold alg and kid and nothing else")
    }
    keyID = kid
    guard let payload = Base64URL.decode(message[(dots[0] + 1)..<dots[1]]),
      let signature = Base64URL.decode(message[(dots[1] + 1)...])
    else {
      throw EnvelopeRefusal(.malformed, "payload or signature is not canonical base64url")
    }
    self.payload = payload
    self.signature = signature
    signedBytes = message[..<dots[1]]
  }

  /// True when the holder of the key signed header and payload.
  func isSigned(by key: Curve25519.Signing.PublicKey) -> Bool {
    signature.count == Self.signatureBytes && key.isValidSignature(signature, for: signedBytes)
  }

  /// Signs a payload. `keyID` must have been checked with ``EnvelopeLimits/isID(_:)``, which
  /// leaves nothing that JSON would need to escape.
  static func sign(
    _ payload: [UInt8], with key: Curve25519.Signing.PrivateKey, keyID: String
  ) throws -> [UInt8] {
    let header = #"{"alg":"EdDSA","kid":"\#(keyID)"}"#
    var message = Base64URL.encode(header.utf8)
    message.append(UInt8(ascii: "."))
    message += Base64URL.encode(payload)
    let signature = try key.signature(for: message)
    message.append(UInt8(ascii: "."))
    message += Base64URL.encode(signature)
    return message
  }
}
