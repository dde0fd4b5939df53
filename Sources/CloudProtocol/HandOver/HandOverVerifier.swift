import Crypto
public import DoorRules

/// Accepts or refuses what an issuer hands over on site: it checks the chain from the operator's
/// root to the order, and every limit of the certificate. It has no state; ``IssuedBook`` holds
/// what was accepted before.
public struct HandOverVerifier: Sendable {
  /// How far the clocks of issuer and door may differ.
  public static let clockSkewSeconds: Int64 = 300
  /// The longest time between signing an order and handing it over.
  public static let orderLifetimeSecondsMax: Int64 = 7 * 86_400
  /// The longest lifetime of a key that any certificate may allow: ten years.
  public static let longestSecondsMax: Int64 = 315_576_000

  private let roots: [String: Curve25519.Signing.PublicKey]
  private let controller: ControllerID

  /// `roots` are the operator's Ed25519 public keys by `kid`; there is more than one during a
  /// rotation.
  public init(roots: [String: [UInt8]], controller: ControllerID) throws(EnvelopeKeyFailure) {
    var keys: [String: Curve25519.Signing.PublicKey] = [:]
    for (keyID, bytes) in roots {
      guard EnvelopeLimits.isID(keyID) else {
        throw EnvelopeKeyFailure(keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
      }
      do throws(SigningKey.Fault) { keys[keyID] = try SigningKey(bytes).key } catch {
        throw EnvelopeKeyFailure(keyID: keyID, detail: "a public key \(error)")
      }
    }
    self.roots = keys
    self.controller = controller
  }

  /// An order that its issuer was allowed to give.
  public struct Verified: Sendable {
    public let certificate: IssuerCertificate
    public let order: HandOverOrder
  }

  /// Checks the chain, the audience and the times. ``check(_:under:at:scopes:)`` then checks the
  /// credential of the order; for an update it needs the key that the order changes.
  public func verify(
    _ file: [UInt8], at now: WallInstant, clockTrust: ClockTrust
  ) throws(HandOverRefusal) -> Verified {
    guard file.count <= HandOverFile.bytesMax else {
      throw HandOverRefusal(
        .tooLarge, "\(file.count) bytes; a hand-over has at most \(HandOverFile.bytesMax)")
    }
    let parts = try Self.decode(HandOverFile.self, from: file, "the hand-over")
    let token = try Self.parse(parts.certificate, "the certificate")
    guard let root = roots[token.keyID] else {
      throw HandOverRefusal(
        .unknownRoot, "the certificate is signed by \"\(token.keyID)\", which is no root here")
    }
    guard token.isSigned(by: root) else {
      throw HandOverRefusal(.badSignature, "the certificate is not signed by its root")
    }
    let certificate = try Self.decode(
      IssuerCertificate.self, from: token.payload, "the certificate")
    try checkForm(certificate)
    let order = try order(parts.order, of: certificate)
    try checkTimes(certificate, order, at: now, clockTrust: clockTrust)
    return Verified(certificate: certificate, order: order)
  }

  private func order(
    _ text: String, of certificate: IssuerCertificate
  ) throws(HandOverRefusal) -> HandOverOrder {
    let token = try Self.parse(text, "the order")
    let key: SigningKey
    do throws(SigningKey.Fault) {
      key = try SigningKey(Base64URL.decode(certificate.key.utf8) ?? [])
    } catch {
      throw HandOverRefusal(
        .malformed, "the certificate's key is no Ed25519 public key in base64url: one \(error)")
    }
    guard token.keyID == certificate.id, token.isSigned(by: key.key) else {
      throw HandOverRefusal(.badSignature, "the order is not signed by the certificate's key")
    }
    let order = try Self.decode(HandOverOrder.self, from: token.payload, "the order")
    guard order.typ == HandOverOrder.typeName, EnvelopeLimits.isID(order.id),
      order.sequence <= DocumentReader.revisionMax
    else { throw HandOverRefusal(.malformed, "the order's typ, id or sequence") }
    guard order.controller == controller.rawValue else {
      throw HandOverRefusal(
        .wrongController,
        "the order is for \(EnvelopeLimits.shown(order.controller)), this is \(controller)")
    }
    return order
  }

  private func checkForm(_ certificate: IssuerCertificate) throws(HandOverRefusal) {
    let times = 0...EnvelopeLimits.timeSecondsMax
    guard certificate.typ == IssuerCertificate.typeName, EnvelopeLimits.isID(certificate.id),
      EnvelopeLimits.isID(certificate.issuer), times.contains(certificate.notBefore),
      times.contains(certificate.notAfter),
      (1...Self.longestSecondsMax).contains(certificate.longestSeconds)
    else {
      throw HandOverRefusal(.malformed, "the certificate's typ, id, issuer, times or duration")
    }
    guard certificate.controllers.contains(controller.rawValue) else {
      throw HandOverRefusal(
        .wrongController, "the certificate \(certificate.id) does not name \(controller)")
    }
  }

  private func checkTimes(
    _ certificate: IssuerCertificate, _ order: HandOverOrder, at: WallInstant,
    clockTrust: ClockTrust
  ) throws(HandOverRefusal) {
    guard clockTrust.isTrusted else {
      throw HandOverRefusal(
        .clockUnknown, "this controller does not know the time; set its clock first")
    }
    let now = at.secondsSince1970
    let skew = Self.clockSkewSeconds
    guard now >= certificate.notBefore - skew, order.issuedAt >= certificate.notBefore - skew else {
      throw HandOverRefusal(
        .certificateNotYetValid,
        "certificate \(certificate.id) counts from \(certificate.notBefore)")
    }
    guard now < certificate.notAfter, order.issuedAt < certificate.notAfter else {
      throw HandOverRefusal(
        .certificateExpired,
        "certificate \(certificate.id) ended at \(certificate.notAfter), now \(now)")
    }
    guard order.issuedAt <= now + skew else {
      throw HandOverRefusal(.orderFromTheFuture, "signed at \(order.issuedAt), now \(now)")
    }
    // In two steps, so that no sum can overflow: both were checked to be valid times.
    guard (0...EnvelopeLimits.timeSecondsMax).contains(order.issuedAt),
      (0...EnvelopeLimits.timeSecondsMax).contains(order.expires), now < order.expires,
      order.expires - order.issuedAt <= Self.orderLifetimeSecondsMax
    else {
      throw HandOverRefusal(
        .orderExpired,
        "hand it over before \(order.expires), now \(now); at most "
          + "\(Self.orderLifetimeSecondsMax) s after it was signed")
    }
  }

  /// Checks the resulting key against the limits of its issuer. `scopes` are the doors of each
  /// scope in this controller's configuration.
  public static func check(
    _ record: CredentialRecord, under certificate: IssuerCertificate, at now: WallInstant,
    scopes: [ScopeID: Set<DoorID>]
  ) throws(HandOverRefusal) {
    do throws(ValidationFailure) { _ = try record.validated(path: "credential") } catch {
      throw HandOverRefusal(.malformed, "\(error)")
    }
    guard certificate.kinds.contains(record.kind) else {
      throw HandOverRefusal(
        .kindNotAllowed,
        "\(certificate.issuer) may issue \(certificate.kinds.joined(separator: ", ")), no \(record.kind)"
      )
    }
    guard !record.doors.isEmpty || !record.scopes.isEmpty else {
      throw HandOverRefusal(
        .doorNotAllowed, "it names no door and no scope; name the ones it is for")
    }
    let named = certificate.scopes.compactMap { ScopeID($0) }.flatMap { scopes[$0] ?? [] }
    let allowed = Set(certificate.doors).union(named.map(\.rawValue))
    if let door = record.doors.first(where: { !allowed.contains($0) }) {
      throw HandOverRefusal(
        .doorNotAllowed, "\(certificate.issuer) may not issue keys for door \(door)")
    }
    if let scope = record.scopes.first(where: { !certificate.scopes.contains($0) }) {
      throw HandOverRefusal(
        .scopeNotAllowed, "\(certificate.issuer) may not issue keys for scope \(scope)")
    }
    guard let from = record.validFrom, let until = record.validUntil else {
      throw HandOverRefusal(.tooLong, "it needs a start and an end")
    }
    guard until - from <= certificate.longestSeconds else {
      throw HandOverRefusal(
        .tooLong,
        "it lasts \(duration(until - from)); \(certificate.issuer) may issue for "
          + "\(duration(certificate.longestSeconds)) at most")
    }
    guard until - certificate.notAfter <= certificate.longestSeconds else {
      throw HandOverRefusal(
        .tooFarAhead,
        "it ends at \(until); keys of certificate \(certificate.id) end by "
          + "\(certificate.notAfter + certificate.longestSeconds)")
    }
    guard now.secondsSince1970 < until else {
      throw HandOverRefusal(.alreadyOver, "it ended at \(until), now \(now.secondsSince1970)")
    }
  }

  /// In the largest unit that gives a whole number.
  private static func duration(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
    var left = seconds
    let parts = units.compactMap { size, name -> String? in
      defer { left %= size }
      return left / size == 0 ? nil : "\(left / size) \(name)"
    }
    return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
  }

  private static func parse(
    _ text: String, _ what: String
  ) throws(HandOverRefusal) -> CompactJWS {
    do throws(EnvelopeRefusal) { return try CompactJWS(parsing: Array(text.utf8)) } catch {
      throw HandOverRefusal(.malformed, "\(what) \(error.detail)")
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8], _ what: String
  ) throws(HandOverRefusal) -> Value {
    do throws(ValidationFailure) { return try JSONCoding.decode(type, from: json) } catch {
      throw HandOverRefusal(.malformed, "\(what): \(error)")
    }
  }
}
