import Crypto
public import DoorRules

/// Accepts or refuses messages of the cloud. Synchronous and without state; one verification costs
/// about 55 µs and the decoding of the body.
public struct EnvelopeVerifier: Sendable {
  /// Most keys that are trusted at once.
  public static let keysMax = 8

  private var keys: [String: Curve25519.Signing.PublicKey]
  private let audience: ControllerID
  private let issuer: String?

  /// `publicKeys` are the 32 bytes of Ed25519 public keys by `kid`; there is more than one during a
  /// rotation. `audience` is this controller. A nil `issuer` accepts any issuer that has a key.
  public init(
    publicKeys: [String: [UInt8]], audience: ControllerID, issuer: String?
  ) throws(EnvelopeKeyFailure) {
    var keys: [String: Curve25519.Signing.PublicKey] = [:]
    for (keyID, bytes) in publicKeys {
      guard EnvelopeLimits.isID(keyID) else {
        throw EnvelopeKeyFailure(keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
      }
      do {
        keys[keyID] = try Curve25519.Signing.PublicKey(rawRepresentation: bytes)
      } catch {
        throw EnvelopeKeyFailure(
          keyID: keyID, detail: "a public key has 32 bytes, this one \(bytes.count)")
      }
    }
    self.keys = keys
    self.audience = audience
    self.issuer = issuer
  }

  /// The trusted keys, by `kid`.
  public var publicKeys: [String: [UInt8]] { keys.mapValues { Array($0.rawRepresentation) } }

  /// Trusts one more key. Throws for bytes that are no key, for one key too many, and for another
  /// key under the id of a trusted one, which would replace it.
  public mutating func trust(keyID: String, bytes: [UInt8]) throws(EnvelopeKeyFailure) {
    guard EnvelopeLimits.isID(keyID),
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    else { throw EnvelopeKeyFailure(keyID: keyID, detail: "is no key") }
    if let present = keys[keyID], Array(present.rawRepresentation) != bytes {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "another key has this name already")
    }
    guard keys[keyID] != nil || keys.count < Self.keysMax else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "at most \(Self.keysMax) keys are trusted")
    }
    keys[keyID] = key
  }

  /// Trusts a key no more. Throws for the last one.
  public mutating func distrust(keyID: String) throws(EnvelopeKeyFailure) {
    guard keys.keys.contains(where: { $0 != keyID }) else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "it is the last one; trust another first")
    }
    keys[keyID] = nil
  }

  /// Checks a message from the topic of `kind`, and decodes it.
  ///
  /// The times are compared with `at` if `clockTrust` is a trusted one. Otherwise they are not
  /// checked (``Envelope/timesChecked`` is false): configuration, credentials and
  /// acknowledgements are protected by their revisions; for a command the caller must ask
  /// ``Envelope/isBound(toSession:)``. The lifetime is always checked, since that needs no clock.
  public func verify<Body: Codable & Sendable>(
    _ payload: [UInt8], as type: Body.Type, kind: Topics.Down, at: WallInstant,
    clockTrust: ClockTrust, retained: Bool
  ) throws(EnvelopeRefusal) -> Envelope<Body> {
    let (json, keyID) = try signedPayload(of: payload, kind: kind, retained: retained)
    let claims = try Self.decode(EnvelopeClaims.self, from: json)
    try claims.checkForm()
    do throws(EnvelopeRefusal) {
      return try envelope(claims, json, keyID, kind: kind, at: at, clockTrust: clockTrust)
    } catch {
      throw error.of(
        messageID: claims.jti, issuedAt: WallInstant(secondsSince1970: claims.iat))
    }
  }

  /// Checks the claims of a signed message and decodes its body.
  private func envelope<Body: Codable & Sendable>(
    _ claims: EnvelopeClaims, _ json: [UInt8], _ keyID: String, kind: Topics.Down,
    at: WallInstant, clockTrust: ClockTrust
  ) throws(EnvelopeRefusal) -> Envelope<Body> {
    try checkAddress(of: claims, kind: kind)
    let timesChecked = clockTrust.isTrusted
    if timesChecked { try Self.checkTimes(of: claims, kind: kind, at: at) }
    let body = try Self.decode(EnvelopeBody<Body>.self, from: json).body
    let lifetimeMax = EnvelopeLimits.lifetimeSecondsMax(kind: kind, body: body)
    guard claims.exp - claims.iat <= lifetimeMax else {
      throw EnvelopeRefusal(
        .lifetimeTooLong, "\(claims.exp - claims.iat) s; at most \(lifetimeMax) s are allowed")
    }
    return Envelope(
      keyID: keyID, issuer: claims.iss, audience: audience,
      issuedAt: WallInstant(secondsSince1970: claims.iat),
      notBefore: WallInstant(secondsSince1970: claims.nbf),
      expires: WallInstant(secondsSince1970: claims.exp), id: claims.jti, kind: kind,
      timesChecked: timesChecked, body: body)
  }

  /// The payload's JSON once size, form and signature are right.
  private func signedPayload(
    of message: [UInt8], kind: Topics.Down, retained: Bool
  ) throws(EnvelopeRefusal) -> (json: [UInt8], keyID: String) {
    let bytesMax = EnvelopeLimits.messageBytesMax(kind)
    guard message.count <= bytesMax else {
      throw EnvelopeRefusal(
        .tooLarge, "\(message.count) bytes; a \(kind.rawValue) message has at most \(bytesMax)")
    }
    if retained, kind == .commands {
      throw EnvelopeRefusal(.retainedCommand, "the broker kept it; send commands without retain")
    }
    let token = try CompactJWS(parsing: message)
    guard let key = keys[token.keyID] else {
      throw EnvelopeRefusal(.unknownKey, "no key \"\(token.keyID)\" is configured here")
    }
    guard token.isSigned(by: key) else {
      throw EnvelopeRefusal(.badSignature, "not signed by key \"\(token.keyID)\"")
    }
    return (token.payload, token.keyID)
  }

  private func checkAddress(
    of claims: EnvelopeClaims, kind: Topics.Down
  ) throws(EnvelopeRefusal) {
    guard claims.aud == audience.rawValue else {
      throw EnvelopeRefusal(
        .wrongAudience, "for \(EnvelopeLimits.shown(claims.aud)), this is \(audience)")
    }
    if let issuer, claims.iss != issuer {
      throw EnvelopeRefusal(
        .wrongIssuer, "from \(EnvelopeLimits.shown(claims.iss)), expected \"\(issuer)\"")
    }
    guard claims.typ == kind.rawValue else {
      throw EnvelopeRefusal(
        .wrongKind,
        "typ is \(EnvelopeLimits.shown(claims.typ)), arrived as \(kind.rawValue)")
    }
  }

  private static func checkTimes(
    of claims: EnvelopeClaims, kind: Topics.Down, at: WallInstant
  ) throws(EnvelopeRefusal) {
    let now = at.secondsSince1970
    let start = max(claims.iat, claims.nbf)
    guard at >= WallInstant(secondsSince1970: start - EnvelopeLimits.clockSkewSeconds) else {
      throw EnvelopeRefusal(.notYetValid, "valid from \(start), now \(now) (seconds since 1970)")
    }
    // The end of a command gets no allowance for clock skew, so that an expired command never acts:
    // a door whose clock is ahead refuses, which is the safe side.
    let allowance = kind == .commands ? 0 : EnvelopeLimits.clockSkewSeconds
    guard at < WallInstant(secondsSince1970: claims.exp + allowance) else {
      throw EnvelopeRefusal(.expired, "expired at \(claims.exp), now \(now) (seconds since 1970)")
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8]
  ) throws(EnvelopeRefusal) -> Value {
    do throws(ValidationFailure) {
      return try JSONCoding.decode(type, from: json)
    } catch {
      // Paths are relative to the body, which is what the answer to the cloud names.
      throw EnvelopeRefusal(error.below("body."))
    }
  }
}

extension EnvelopeClaims {
  /// Throws `malformed` for claims that no message may have at any time. Later sums of the times
  /// then cannot overflow, and the ids are safe to log.
  func checkForm() throws(EnvelopeRefusal) {
    guard EnvelopeLimits.isID(jti) else {
      throw EnvelopeRefusal(.malformed, "jti must be \(Identifier<Never>.grammar)")
    }
    guard (1...EnvelopeLimits.issuerBytesMax).contains(iss.utf8.count) else {
      throw EnvelopeRefusal(
        .malformed, "iss must have 1 to \(EnvelopeLimits.issuerBytesMax) bytes")
    }
    let range = 0...EnvelopeLimits.timeSecondsMax
    guard range.contains(iat), range.contains(nbf), range.contains(exp) else {
      throw EnvelopeRefusal(.malformed, "iat, nbf and exp must be seconds from 1970 to 9999")
    }
    guard exp > iat, exp > nbf else {
      throw EnvelopeRefusal(.malformed, "exp must be later than iat and nbf")
    }
  }
}
