import Crypto
import Deflate
public import DoorRules

/// Signs messages of the cloud to a controller.
public struct EnvelopeSigner: Sendable {
  private let key: Secret<Curve25519.Signing.PrivateKey>
  /// The `kid` by which verifiers find the key.
  public let keyID: String

  /// `privateKeyBytes` are the 32 bytes of an Ed25519 seed, RFC 8032 section 5.1.5; `keyID` is
  /// 1 to 64 characters out of `A-Z a-z 0-9 . _ -`. Throws ``EnvelopeKeyFailure``.
  public init(privateKeyBytes: Secret<[UInt8]>, keyID: String) throws(EnvelopeKeyFailure) {
    guard EnvelopeLimits.isID(keyID) else {
      throw EnvelopeKeyFailure(
        keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
    }
    do {
      key = Secret(
        try Curve25519.Signing.PrivateKey(rawRepresentation: privateKeyBytes.reveal()))
    } catch {
      throw EnvelopeKeyFailure(
        keyID: keyID,
        detail: "a private key has 32 bytes, this one \(privateKeyBytes.reveal().count)")
    }
    self.keyID = keyID
  }

  /// The 32 bytes that a controller needs to trust this signer.
  public var publicKeyBytes: [UInt8] { Array(key.reveal().publicKey.rawRepresentation) }

  /// A signed message, valid from `at` for `lifetimeSeconds` (1 to the limit of its kind in
  /// ``EnvelopeLimits``). `id` must be new for each message and has the grammar of a key id. With
  /// `isDeflated` a payload goes out deflated if its kind may be and it gets shorter: only for a
  /// controller whose hello names ``Hello/Feature/deflate``.
  ///
  /// Throws ``EnvelopeRefusal`` for a message that every door would refuse (`tooLarge`,
  /// `lifetimeTooLong`, `malformed`), and the encoder's error for a body that has no JSON.
  public func sign<Body: Codable & Sendable>(
    _ body: Body, kind: Topics.Down, issuer: String, audience: ControllerID, id: String,
    at: WallInstant, lifetimeSeconds: Int, isDeflated: Bool = false
  ) throws -> [UInt8] {
    let issued = at.secondsSince1970
    let lifetimeMax = EnvelopeLimits.lifetimeSecondsMax(kind: kind, body: body)
    guard (1...lifetimeMax).contains(Int64(lifetimeSeconds)) else {
      throw EnvelopeRefusal(
        .lifetimeTooLong, "\(lifetimeSeconds) s is outside 1 to \(lifetimeMax) s")
    }
    let claims = EnvelopeClaims(
      iss: issuer, aud: audience.rawValue, iat: issued, nbf: issued,
      exp: at.advanced(bySeconds: Int64(lifetimeSeconds)).secondsSince1970, jti: id,
      typ: kind.rawValue)
    try claims.checkForm()
    let payload = try JSONCoding.encode(
      EnvelopePayload(claims: claims, body: EnvelopeBody(body: body)))
    do throws(ValidationFailure) { _ = try SoundJSON(payload) } catch {
      throw EnvelopeRefusal(error.below("body."))
    }
    let deflated = isDeflated ? try Self.deflated(payload, kind) : nil
    let message = try CompactJWS.sign(
      deflated ?? payload, isDeflated: deflated != nil, with: key.reveal(), keyID: keyID)
    let bytesMax = EnvelopeLimits.messageBytesMax(kind)
    guard message.count <= bytesMax else {
      throw EnvelopeRefusal(
        .tooLarge, "\(message.count) bytes; a \(kind.rawValue) message has at most \(bytesMax)")
    }
    return message
  }

  /// Nil for what would not get shorter.
  private static func deflated(
    _ payload: [UInt8], _ kind: Topics.Down
  ) throws(EnvelopeRefusal) -> [UInt8]? {
    guard let bytesMax = EnvelopeLimits.inflatedBytesMax(kind) else { return nil }
    guard payload.count <= bytesMax else {
      throw EnvelopeRefusal(.tooLarge, "the payload \(Deflate.Fault.tooLarge(bytesMax: bytesMax))")
    }
    let deflated = Deflate.deflate(payload, as: .bare, effort: .usual)
    return deflated.flatMap { $0.count < payload.count ? $0 : nil }
  }
}
