import Deflate
public import DoorRules

/// Accepts or refuses messages of the cloud. Synchronous and without state; one verification costs
/// about 55 µs and the decoding of the body.
public struct EnvelopeVerifier: Sendable {
  /// Which keys are trusted, and for what.
  public var keys: SigningKeys
  private let audience: ControllerID
  private let issuer: String?

  /// `publicKeys` are the 32 bytes of Ed25519 public keys by `kid`; there is more than one during a
  /// rotation. `audience` is this controller. A nil `issuer` accepts any issuer that has a key.
  public init(
    publicKeys: [String: [UInt8]], audience: ControllerID, issuer: String?
  ) throws(EnvelopeKeyFailure) {
    keys = try SigningKeys(publicKeys)
    self.audience = audience
    self.issuer = issuer
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
    do throws(EnvelopeRefusal) { (json, keyID) = try signedPayload(of: payload, kind) } catch {
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
      let envelope: Envelope<Body> = try envelope(
        claims, sound, keyID, kind: kind, at: at, clockTrust: clockTrust)
      if let reason = envelope.rights.refusal(
        of: kind, command: envelope.body as? Command, at: at, clockTrust: clockTrust)
      {
        throw EnvelopeRefusal(.notAllowed, "key \"\(keyID)\": \(reason)")
      }
      return envelope
    } catch {
      throw told(error, of: json, signedBy: keyID, kind: kind)
    }
  }

  /// The refusal of a signed message with its id, as far as that can be read. One that is not
  /// addressed to this controller has none, so that nobody answers it, unless that is the cause. It has
  /// its time only by a key that speaks for the cloud.
  private func told(
    _ refusal: EnvelopeRefusal, of json: [UInt8], signedBy keyID: String, kind: Topics.Down
  ) -> EnvelopeRefusal {
    guard let head = EnvelopeHead(payload: json),
      head.aud == audience.rawValue || refusal.cause == .wrongAudience
    else { return refusal }
    guard let id = head.id else {
      return head.aud == audience.rawValue ? refusal.withoutID : refusal
    }
    return refusal.of(
      messageID: id,
      issuedAt: keys[keyID]?.rights.rights.contains(.acknowledge) == true ? head.issuedAt : nil,
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
      keyID: keyID, rights: keys[keyID]?.rights ?? .none, issuer: claims.iss, audience: audience,
      issuedAt: WallInstant(secondsSince1970: claims.iat),
      notBefore: WallInstant(secondsSince1970: claims.nbf),
      expires: WallInstant(secondsSince1970: claims.exp), id: claims.jti, kind: kind,
      timesChecked: timesChecked, body: body, unknownMembers: members)
  }

  /// The payload's JSON once form and signature are right. A message that is too large for its kind
  /// is read that far, so that whoever sent it can be told.
  private func signedPayload(
    of message: [UInt8], _ kind: Topics.Down
  ) throws(EnvelopeRefusal) -> (json: [UInt8], keyID: String) {
    guard message.count <= EnvelopeLimits.anyMessageBytesMax else {
      throw EnvelopeRefusal(
        .tooLarge,
        "\(message.count) bytes; no message has more than \(EnvelopeLimits.anyMessageBytesMax)")
    }
    let token = try CompactJWS(parsing: message)
    guard let entry = keys[token.keyID] else {
      throw EnvelopeRefusal(
        .unknownKey,
        "no key \"\(token.keyID)\" is trusted here; these are: "
          + keys.ids.joined(separator: ", "))
    }
    guard token.isSigned(by: entry.key) else {
      throw EnvelopeRefusal(.badSignature, "not signed by key \"\(token.keyID)\"")
    }
    return (token.isDeflated ? try Self.inflated(token.payload, kind) : token.payload, token.keyID)
  }

  /// Only after the signature: what nobody with a key sent costs no memory.
  private static func inflated(
    _ payload: [UInt8], _ kind: Topics.Down
  ) throws(EnvelopeRefusal) -> [UInt8] {
    guard let bytesMax = EnvelopeLimits.inflatedBytesMax(kind) else {
      throw EnvelopeRefusal(
        .malformed, "its payload is deflated, which a \(kind.rawValue) message must not be")
    }
    do throws(Deflate.Fault) {
      return try Deflate.inflate(payload, as: .bare, bytesMax: bytesMax)
    } catch {
      if case .tooLarge = error { throw EnvelopeRefusal(.tooLarge, "the payload \(error)") }
      throw EnvelopeRefusal(.malformed, "the payload \(error)")
    }
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
