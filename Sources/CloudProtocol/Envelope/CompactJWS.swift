import Crypto
import DoorRules

// Why not jwt-kit, which the daemon could use: its key collection is an actor, so verification
// would be asynchronous in the middle of a synchronous session; it verifies with the default key
// when a `kid` is unknown; and a caller cannot make it refuse header members that it does not know,
// such as `crit`. What is left with one algorithm and a fixed header fits below.

/// The only form of JWS (RFC 7515 section 7.1, RFC 8037 section 3.1) that is used here:
/// `BASE64URL(header).BASE64URL(payload).BASE64URL(signature)`, the header exactly
/// `{"alg":"EdDSA","kid":…}` in any order, with `"zip":"DEF"` (RFC 7516 section 4.1.3) where the payload is
/// deflated. The signature is over what is sent: nobody without a key can make a door inflate anything.
struct CompactJWS {
  /// Length of an Ed25519 signature, RFC 8032 section 5.1.6.
  static let signatureBytes = 64

  let keyID: String
  /// Whether the payload is deflated.
  let isDeflated: Bool
  /// Decoded payload, as it was sent; not to be used before ``isSigned(by:)``.
  let payload: [UInt8]
  private let signature: [UInt8]
  private let signedBytes: ArraySlice<UInt8>

  /// Splits a message into its parts. Throws `malformed` or `wrongAlgorithm`.
  init(parsing message: [UInt8]) throws(EnvelopeRefusal) {
    // Base64url never begins so.
    guard message.first != UInt8(ascii: "{") else {
      throw EnvelopeRefusal(
        .malformed, "is plain JSON; send it signed, as header.payload.signature in base64url")
    }
    let dots = message.indices.filter { message[$0] == UInt8(ascii: ".") }
    guard dots.count == 2 else {
      throw EnvelopeRefusal(
        .malformed,
        "has \(dots.count) dots; a compact JWS has 2, as in header.payload.signature")
    }
    let header = try Self.part("header", of: message[..<dots[0]])
    guard header.count <= EnvelopeLimits.headerBytesMax,
      let members = FlatJSONObject.parse(header)
    else {
      throw EnvelopeRefusal(
        .malformed, "the header is not a small object of plain strings, \(Self.headerForm)")
    }
    // The algorithm first: a sender of `none` should read that, not what else is wrong.
    let algorithms = members.filter { $0.name == "alg" }.map(\.value)
    guard algorithms == ["EdDSA"] else {
      let found =
        algorithms.count == 1
        ? "alg is \(EnvelopeLimits.shown(algorithms[0]))" : "the header has \(algorithms.count) alg"
      throw EnvelopeRefusal(.wrongAlgorithm, "\(found), expected one, \"EdDSA\"")
    }
    if let other = members.first(where: { !["alg", "kid", "zip"].contains($0.name) }) {
      throw EnvelopeRefusal(
        .malformed,
        "the header has \(EnvelopeLimits.shown(other.name)) besides; it must be \(Self.headerForm)")
    }
    let forms = members.filter { $0.name == "zip" }.map(\.value)
    guard forms.isEmpty || forms == ["DEF"] else {
      throw EnvelopeRefusal(
        .malformed, "zip of the header is \(EnvelopeLimits.shown(forms[0])), expected one, \"DEF\"")
    }
    isDeflated = !forms.isEmpty
    guard members.count == (isDeflated ? 3 : 2),
      let kid = members.first(where: { $0.name == "kid" })?.value
    else {
      throw EnvelopeRefusal(.malformed, "the header must have one kid, \(Self.headerForm)")
    }
    guard EnvelopeLimits.isID(kid) else {
      throw EnvelopeRefusal(.malformed, "kid must be \(Identifier<Never>.grammar)")
    }
    keyID = kid
    payload = try Self.part("payload", of: message[(dots[0] + 1)..<dots[1]])
    signature = try Self.part("signature", of: message[(dots[1] + 1)...])
    signedBytes = message[..<dots[1]]
  }

  private static let headerForm = #"{"alg":"EdDSA","kid":"KEYID"}"#

  /// The bytes of a part. Throws `malformed`, with what about its text is not base64url.
  private static func part(
    _ name: String, of text: ArraySlice<UInt8>
  ) throws(EnvelopeRefusal) -> [UInt8] {
    if let bytes = Base64URL.decode(text) { return bytes }
    let found =
      if text.contains(UInt8(ascii: "=")) {
        "is padded with ="
      } else if text.contains(UInt8(ascii: "+")) || text.contains(UInt8(ascii: "/")) {
        "has + or /, which base64url writes as - and _"
      } else {
        "has other characters or bits left over"
      }
    throw EnvelopeRefusal(
      .malformed, "the \(name) \(found); it must be base64url without padding")
  }

  /// True when the holder of the key signed header and payload.
  func isSigned(by key: Curve25519.Signing.PublicKey) -> Bool {
    signature.count == Self.signatureBytes && key.isValidSignature(signature, for: signedBytes)
  }

  /// Signs a payload that is sent as it is. `keyID` must have been checked with ``EnvelopeLimits/isID(_:)``, which
  /// leaves nothing that JSON would need to escape.
  static func sign(
    _ payload: [UInt8], isDeflated: Bool = false, with key: Curve25519.Signing.PrivateKey,
    keyID: String
  ) throws -> [UInt8] {
    let header = #"{"alg":"EdDSA","kid":"\#(keyID)"\#(isDeflated ? #","zip":"DEF""# : "")}"#
    var message = Base64URL.encode(header.utf8)
    message.append(UInt8(ascii: "."))
    message += Base64URL.encode(payload)
    let signature = try key.signature(for: message)
    message.append(UInt8(ascii: "."))
    message += Base64URL.encode(signature)
    return message
  }
}
