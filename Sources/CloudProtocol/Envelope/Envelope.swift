public import DoorRules

/// A message of the cloud whose signature, audience, kind and times were checked.
public struct Envelope<Body: Codable & Sendable>: Sendable {
  /// The key that signed it.
  public let keyID: String
  /// Who signed it, by its own word; bound by the signature.
  public let issuer: String
  /// The controller that it is for.
  public let audience: ControllerID
  /// Whole seconds, like the other times.
  public let issuedAt: WallInstant
  /// Not to be acted on earlier.
  public let notBefore: WallInstant
  /// Not to be acted on from here on.
  public let expires: WallInstant
  /// Unique among the messages of its issuer; the id of a command.
  public let id: String
  public let kind: Topics.Down
  /// False when the door's clock could not be believed and the times were taken on trust.
  /// A command may then act only after ``isBound(toSession:)`` said yes.
  public let timesChecked: Bool
  public let body: Body
}

extension Envelope: Equatable where Body: Equatable {}
extension Envelope: Hashable where Body: Hashable {}

extension Envelope where Body == Command {
  /// True when the command was made for the connection named `nonce`, so that it cannot be an
  /// old one played again. Needed before a command acts while ``timesChecked`` is false.
  public func isBound(toSession nonce: String) -> Bool {
    !nonce.isEmpty && body.sessionNonce == nonce
  }
}

/// Bounds of signed messages. Signer and verifier keep the same ones, so that a message that
/// would be refused at the door is refused where it is made.
public enum EnvelopeLimits {
  /// How far the clocks of cloud and door may differ, in seconds.
  public static let clockSkewSeconds: Int64 = 30
  /// Longest life of a command that opens a door, `exp - iat`.
  public static let unlockLifetimeSecondsMax: Int64 = 30
  /// Longest life of any other command.
  public static let commandLifetimeSecondsMax: Int64 = 3_600
  /// Longest life of everything that is not a command: 7 days.
  public static let dataLifetimeSecondsMax: Int64 = 7 * 86_400
  /// Longest `jti` and `kid`, in characters of ``DoorRules/Identifier``'s alphabet.
  public static let idCharactersMax = 64
  /// Longest `iss`, in bytes of UTF-8.
  public static let issuerBytesMax = 128
  /// Longest header, in bytes of JSON.
  public static let headerBytesMax = 256
  /// Latest time that can be named: 9999-12-31T23:59:59Z, in seconds since 1970.
  public static let timeSecondsMax: Int64 = 253_402_300_799

  /// Longest message of a kind, in bytes as it is sent.
  public static func messageBytesMax(_ kind: Topics.Down) -> Int {
    switch kind {
    case .config: 256 * 1024
    case .credentials, .chunk, .repair: 1024 * 1024
    case .snapshot: 512 * 1024
    case .commands, .ack, .digest: 16 * 1024
    }
  }

  /// Longest life of a message, `exp - iat`, in seconds. A command of unknown content is taken
  /// for one that opens a door.
  static func lifetimeSecondsMax(kind: Topics.Down, body: Any) -> Int64 {
    switch kind {
    case .config, .credentials, .ack, .snapshot, .chunk, .repair, .digest: dataLifetimeSecondsMax
    case .commands:
      (body as? Command)?.kind.lifetime.secondsMax ?? unlockLifetimeSecondsMax
    }
  }

  /// A claim as it may stand in a log line: quoted, short, and without control characters.
  static func shown(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
    return isPlain ? "\"\(text.prefix(64))\"" : "something unprintable"
  }

  /// True for an id that is safe in a log line and a data base.
  static func isID(_ text: String) -> Bool { Identifier<EnvelopeIDKind>(text) != nil }
}

/// Tag for ids of envelopes and keys.
private enum EnvelopeIDKind {}

/// The claims of RFC 7519 section 4.1 without the body, so that they can be judged before the
/// body is decoded as anything.
struct EnvelopeClaims: Codable, Sendable {
  var iss: String
  var aud: String
  var iat: Int64
  var nbf: Int64
  var exp: Int64
  var jti: String
  var typ: String
}

/// The body beside the claims.
struct EnvelopeBody<Body: Codable & Sendable>: Codable, Sendable {
  var body: Body
}

/// Claims and body together, as they are signed.
struct EnvelopePayload<Body: Codable & Sendable>: Encodable {
  var claims: EnvelopeClaims
  var body: EnvelopeBody<Body>

  func encode(to encoder: any Encoder) throws {
    try claims.encode(to: encoder)
    try body.encode(to: encoder)
  }
}
