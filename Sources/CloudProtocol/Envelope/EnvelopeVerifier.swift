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
      do throws(SigningKey.Fault) { keys[keyID] = try SigningKey(bytes).key } catch {
        throw EnvelopeKeyFailure(keyID: keyID, detail: "a public key \(error)")
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
    guard EnvelopeLimits.isID(keyID) else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
    }
    let key: Curve25519.Signing.PublicKey
    do throws(SigningKey.Fault) { key = try SigningKey(bytes).key } catch {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "a public key \(error)")
    }
    if let present = keys[keyID], Array(present.rawRepresentation) != bytes {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "another key has this name already")
    }
    guard keys[keyID] != nil || keys.count < Self.keysMax else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "at most \(Self.keysMax) keys are trusted")
    }
    keys[keyID] = key
  }

  /// Trusts a key no more. Throws for one that is not trusted, which may be misspelled, and for the
  /// last one.
  public mutating func distrust(keyID: String) throws(EnvelopeKeyFailure) {
    guard keys[keyID] != nil else {
      let known = keys.keys.sorted().joined(separator: ", ")
      throw EnvelopeKeyFailure(
        keyID: keyID, detail: "no such key is trusted here; these are: \(known)")
    }
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
    let bytesMax = EnvelopeLimits.messageBytesMax(kind)
    let tooLarge = EnvelopeRefusal(
      .tooLarge, "\(payload.count) bytes; a \(kind.rawValue) message has at most \(bytesMax)")
    let (json, keyID): ([UInt8], String)
    do throws(EnvelopeRefusal) { (json, keyID) = try signedPayload(of: payload) } catch {
      throw payload.count > bytesMax ? tooLarge : error
    }
    do throws(EnvelopeRefusal) {
      guard payload.count <= bytesMax else { throw tooLarge }
      if retained, kind == .commands {
        throw EnvelopeRefusal(
          .retainedCommand, "the broker kept it; send commands without retain")
      }
      let sound = try Self.look { () throws(ValidationFailure) in try SoundJSON(json) }
      let claims = try Self.decode(EnvelopeClaims.self, from: sound)
      try claims.checkForm()
      return try envelope(claims, sound, keyID, kind: kind, at: at, clockTrust: clockTrust)
    } catch {
      throw told(error, of: json, kind: kind)
    }
  }

  /// The refusal of a signed message with its id, as far as that can be read. One that is not
  /// addressed to this controller has none, so that nobody answers it, unless that is the cause.
  private func told(
    _ refusal: EnvelopeRefusal, of json: [UInt8], kind: Topics.Down
  ) -> EnvelopeRefusal {
    guard let head = EnvelopeHead(payload: json),
      head.aud == audience.rawValue || refusal.cause == .wrongAudience
    else { return refusal }
    guard let id = head.id else {
      return head.aud == audience.rawValue ? refusal.withoutID : refusal
    }
    return refusal.of(
      messageID: id, issuedAt: head.issuedAt,
      command: kind == .commands ? CommandMark(payload: json) : nil)
  }

  /// Checks the claims of a signed message and decodes its body.
  private func envelope<Body: Codable & Sendable>(
    _ claims: EnvelopeClaims, _ json: SoundJSON, _ keyID: String, kind: Topics.Down,
    at: WallInstant, clockTrust: ClockTrust
  ) throws(EnvelopeRefusal) -> Envelope<Body> {
    try checkAddress(of: claims, kind: kind)
    let timesChecked = clockTrust.isTrusted
    if timesChecked { try Self.checkTimes(of: claims, kind: kind, at: at) }
    var body = try Self.decode(EnvelopeBody<Body>.self, from: json).body
    let lifetimeMax = EnvelopeLimits.lifetimeSecondsMax(kind: kind, body: body)
    guard claims.exp - claims.iat <= lifetimeMax else {
      throw EnvelopeRefusal(
        .lifetimeTooLong, "\(claims.exp - claims.iat) s; at most \(lifetimeMax) s are allowed")
    }
    let unknown = MemberShape.body(of: kind).map {
      MemberScan.unknown(
        in: json.bytes, shape: .object(Self.claimMembers.merging(["body": $0]) { $1 }))
    }
    let members = ValidationFailure.below("body.", unknown ?? [])
    if var noting = body as? any NotesUnknownMembers {
      noting.unknownMembers = members
      body = noting as? Body ?? body
    }
    return Envelope(
      keyID: keyID, issuer: claims.iss, audience: audience,
      issuedAt: WallInstant(secondsSince1970: claims.iat),
      notBefore: WallInstant(secondsSince1970: claims.nbf),
      expires: WallInstant(secondsSince1970: claims.exp), id: claims.jti, kind: kind,
      timesChecked: timesChecked, body: body, unknownMembers: members)
  }

  /// The payload's JSON once form and signature are right. A message that is too large for its kind
  /// is read that far, so that whoever sent it can be told.
  private func signedPayload(
    of message: [UInt8]
  ) throws(EnvelopeRefusal) -> (json: [UInt8], keyID: String) {
    guard message.count <= EnvelopeLimits.anyMessageBytesMax else {
      throw EnvelopeRefusal(
        .tooLarge,
        "\(message.count) bytes; no message has more than \(EnvelopeLimits.anyMessageBytesMax)")
    }
    let token = try CompactJWS(parsing: message)
    guard let key = keys[token.keyID] else {
      throw EnvelopeRefusal(
        .unknownKey,
        "no key \"\(token.keyID)\" is trusted here; these are: "
          + keys.keys.sorted().joined(separator: ", "))
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

  private static let claimMembers: [String: MemberShape] = [
    "iss": .any, "aud": .any, "iat": .any, "nbf": .any, "exp": .any, "jti": .any, "typ": .any,
  ]

  private static func decode<Value: Decodable>(
    _ type: Value.Type, from json: SoundJSON
  ) throws(EnvelopeRefusal) -> Value {
    try look { () throws(ValidationFailure) in try JSONCoding.decode(type, from: json) }
  }

  private static func look<Value>(
    _ read: () throws(ValidationFailure) -> Value
  ) throws(EnvelopeRefusal) -> Value {
    do throws(ValidationFailure) { return try read() } catch {
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
    for (name, seconds) in [("iat", iat), ("nbf", nbf), ("exp", exp)] {
      if let problem = EnvelopeLimits.problem(ofSeconds: seconds) {
        throw EnvelopeRefusal(.malformed, "\(name): \(problem)")
      }
    }
    guard exp > iat, exp > nbf else {
      throw EnvelopeRefusal(.malformed, "exp must be later than iat and nbf")
    }
  }
}
