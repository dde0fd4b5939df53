public import DoorRules

/// A message of the cloud whose signature, audience, kind and times were checked.
public struct Envelope<Body: Codable & Sendable>: Sendable {
  /// The key that signed it.
  public let keyID: String
  /// What that key may sign.
  public let rights: KeyRights
  /// The `iss` of the message; the signature covers it.
  public let issuer: String
  /// The controller that it is for.
  public let audience: ControllerID
  /// Whole seconds, like the other times.
  public let issuedAt: WallInstant
  /// Not valid before this time.
  public let notBefore: WallInstant
  /// Not valid from this time on.
  public let expires: WallInstant
  /// Unique among the messages of its issuer; the id of a command.
  public let id: String
  public let kind: Topics.Down
  /// False when the door's clock was not trusted, so that the times were not checked. A command may
  /// then act only if ``isBound(toSession:)`` is true.
  public let timesChecked: Bool
  public let body: Body
  /// Members of the body that a controller does not know, by path: they are ignored.
  public let unknownMembers: [Problem]
}

extension Envelope: Equatable where Body: Equatable {}
extension Envelope: Hashable where Body: Hashable {}

extension Envelope where Body == Command {
  /// True when the command was made for the connection named `nonce`, so that it cannot be an old
  /// one replayed. Required before a command acts while ``timesChecked`` is false.
  public func isBound(toSession nonce: String) -> Bool {
    !nonce.isEmpty && body.sessionNonce == nonce
  }
}

/// Limits of signed messages. Signer and verifier use the same ones, so that a message that a door
/// would refuse is refused where it is made.
public enum EnvelopeLimits {
  /// How far the clocks of cloud and door may differ, in seconds.
  public static let clockSkewSeconds: Int64 = 30
  /// Longest lifetime of a command that opens a door, `exp - iat`.
  public static let unlockLifetimeSecondsMax: Int64 = 30
  /// Longest lifetime of any other command.
  public static let commandLifetimeSecondsMax: Int64 = 3_600
  /// Longest lifetime of everything that is not a command: 7 days.
  public static let dataLifetimeSecondsMax: Int64 = 7 * 86_400
  /// Longest `jti` and `kid`, in characters of ``DoorRules/Identifier``'s alphabet.
  public static let idCharactersMax = 64
  /// Longest `iss`, in bytes of UTF-8.
  public static let issuerBytesMax = 128
  /// Longest header, in bytes of JSON.
  public static let headerBytesMax = 256
  /// Latest time that is accepted: 9999-12-31T23:59:59Z, in seconds since 1970.
  public static let timeSecondsMax: Int64 = 253_402_300_799

  /// Longest message of any kind, in bytes as it is sent; a longer one is not even read.
  public static let anyMessageBytesMax = 1024 * 1024

  /// A broker must take messages of so many bytes, or it cannot carry the contract.
  public static let brokerBytesMin = 16_384

  /// Longest message of a kind, in bytes as it is sent.
  public static func messageBytesMax(_ kind: Topics.Down) -> Int {
    switch kind {
    case .config: 256 * 1024
    case .credentials, .chunk, .repair: anyMessageBytesMax
    case .snapshot: 512 * 1024
    case .commands, .ack, .digest, .certificate: 16 * 1024
    }
  }

  /// Most bytes that come of a deflated payload of a kind: no more than a message of it has, so that it
  /// takes no more memory than one that is not deflated. Nil for a kind that is never deflated.
  static func inflatedBytesMax(_ kind: Topics.Down) -> Int? {
    switch kind {
    case .config, .credentials, .snapshot, .chunk, .repair: messageBytesMax(kind)
    case .commands, .ack, .digest, .certificate: nil
    }
  }

  /// Longest lifetime of a message, `exp - iat`, in seconds. A command that cannot be read counts
  /// as one that opens a door.
  static func lifetimeSecondsMax(kind: Topics.Down, body: Any) -> Int64 {
    switch kind {
    case .config, .credentials, .ack, .snapshot, .chunk, .repair, .digest, .certificate:
      dataLifetimeSecondsMax
    case .commands:
      (body as? Command)?.kind.lifetime.secondsMax ?? unlockLifetimeSecondsMax
    }
  }

  /// A claim for a log line: quoted, short, and without control characters.
  static func shown(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
    return isPlain ? "\"\(text.prefix(64))\"" : "something unprintable"
  }

  /// What is wrong with seconds since 1970; nil for a moment up to the year 9999.
  package static func problem(ofSeconds seconds: Int64) -> String? {
    guard !(0...timeSecondsMax).contains(seconds) else { return nil }
    let isMilliseconds = (1_000_000_000_000...timeSecondsMax * 1_000).contains(seconds)
    return "\(seconds) is outside 0 to \(timeSecondsMax)"
      + (isMilliseconds ? "; these look like milliseconds, send seconds since 1970" : "")
  }

  /// True for an id that is safe in a log line and a data base.
  static func isID(_ text: String) -> Bool { Identifier<EnvelopeIDKind>(text) != nil }
}

/// Tag for ids of envelopes and keys.
private enum EnvelopeIDKind: IdentifierKind {}

/// The claims of RFC 7519 section 4.1 without the body, so that they can be checked before the body
/// is decoded.
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
