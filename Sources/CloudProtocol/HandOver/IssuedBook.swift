public import DoorRules

/// The keys that were handed over on site and that the cloud has not adopted. Keys are found by
/// digest; an order changes all of a key or nothing.
public struct IssuedBook: Sendable {
  /// Most keys of one controller.
  public static let keysMax = 1_000
  /// Uses are counted up to here.
  private static let usesCountedMost = 1_000_000_000
  /// How long an expired key stays in the report.
  static let keptSeconds: Int64 = 30 * 86_400

  public private(set) var keys: [String: IssuedKey]
  public private(set) var marks: [String: IssuerMark]

  public init(keys: [IssuedKey] = [], marks: [IssuerMark] = []) {
    self.keys = Dictionary(keys.map { ($0.record.id, $0) }, uniquingKeysWith: { $1 })
    self.marks = Dictionary(marks.map { ($0.issuer, $0) }, uniquingKeysWith: { $1 })
  }

  /// What an order would do.
  public struct Change: Sendable, Hashable {
    public var key: IssuedKey
    public var mark: IssuerMark
    public var action: HandOverOrder.Action
    /// False when this same order was accepted before: there is nothing to do.
    public var isNew: Bool
  }

  /// Checks a verified order against the keys here; changes nothing. `isCached` is true when the
  /// cloud's own records have a credential of this id: then only the cloud may change it. `others`
  /// are the cloud's credentials that have the value of the key.
  public func change(
    _ verified: HandOverVerifier.Verified, digester: CredentialDigester, at now: WallInstant,
    reach: CredentialReach, isCached: Bool, others: [Credential]
  ) throws(HandOverRefusal) -> Change {
    let certificate = verified.certificate
    let order = verified.order
    let wanted = order.credential
    let mark = IssuerMark(
      issuer: certificate.issuer, sequence: order.sequence, order: order.id)
    let present = keys[wanted.id]
    if let last = marks[certificate.issuer], order.sequence <= last.sequence {
      guard last == mark, let present else {
        throw HandOverRefusal(
          .replayed, "order \(order.sequence) of \(certificate.issuer) comes after \(last.sequence)"
        )
      }
      return Change(key: present, mark: mark, action: order.action, isNew: false)
    }
    if let problem = RevisionLimits.problem(
      of: order.sequence, after: marks[certificate.issuer]?.sequence ?? 0)
    {
      throw HandOverRefusal(.malformed, "the sequence of \(certificate.issuer): \(problem)")
    }
    if isCached, present == nil {
      throw HandOverRefusal(
        order.action == .issue ? .exists : .notOfThisIssuer,
        "credential \(wanted.id) is the cloud's, which alone may change it")
    }
    var key: IssuedKey
    switch order.action {
    case .issue:
      guard present == nil else {
        throw HandOverRefusal(.exists, "credential \(wanted.id) was issued before; update it")
      }
      guard keys.count < Self.keysMax else {
        throw HandOverRefusal(.full, "at most \(Self.keysMax) keys wait for the cloud")
      }
      key = try Self.fresh(verified, digester: digester, at: now)
    case .update, .revoke:
      guard var changed = present, changed.issuer == certificate.issuer else {
        throw HandOverRefusal(
          .notOfThisIssuer, "\(certificate.issuer) issued no credential \(wanted.id) here")
      }
      if order.action == .revoke {
        changed.record.status = Credential.Status.revoked.rawValue
      } else {
        guard changed.record.status == Credential.Status.active.rawValue else {
          throw HandOverRefusal(.alreadyOver, "credential \(wanted.id) is revoked; issue another")
        }
        try Self.apply(wanted, to: &changed.record, digester: digester)
      }
      key = changed
      key.certificate = certificate.id
      key.order = order.id
      key.issuedAt = order.issuedAt
      key.handedOverAt = now.secondsSince1970
    }
    // Revocations skip the certificate's limits: the issuer only has to own the key.
    if order.action != .revoke {
      try HandOverVerifier.check(key.record, under: certificate, at: now, scopes: reach.scopes)
      try checkFree(
        key, digests: digests(of: wanted, digester: digester), beside: others, in: reach)
    }
    return Change(key: key, mark: mark, action: order.action, isNew: true)
  }

  private static func fresh(
    _ verified: HandOverVerifier.Verified, digester: CredentialDigester, at now: WallInstant
  ) throws(HandOverRefusal) -> IssuedKey {
    let wanted = verified.order.credential
    guard let kind = wanted.kind, let person = wanted.person, let value = wanted.value else {
      throw HandOverRefusal(.malformed, "a new key needs kind, value and person")
    }
    try checkValue(value, kind: kind)
    let record = CredentialRecord(
      id: wanted.id, kind: kind, person: person, status: Credential.Status.active.rawValue,
      digest: digester.digest(ofCanonical: Secret(value)), validFrom: wanted.validFrom,
      validUntil: wanted.validUntil, doors: wanted.doors ?? [], scopes: wanted.scopes ?? [],
      className: CredentialClass.offlineName, usesMax: wanted.usesMax,
      reservationID: wanted.reservationID, tenantID: wanted.tenantID)
    return IssuedKey(
      record: record, issuer: verified.certificate.issuer, certificate: verified.certificate.id,
      order: verified.order.id, issuedAt: verified.order.issuedAt,
      handedOverAt: now.secondsSince1970)
  }

  private static func apply(
    _ wanted: HandOverOrder.Key, to record: inout CredentialRecord, digester: CredentialDigester
  ) throws(HandOverRefusal) {
    if let value = wanted.value {
      try checkValue(value, kind: record.kind)
      record.digest = digester.digest(ofCanonical: Secret(value))
    }
    if let from = wanted.validFrom { record.validFrom = from }
    if let until = wanted.validUntil { record.validUntil = until }
    if let doors = wanted.doors { record.doors = doors }
    if let scopes = wanted.scopes { record.scopes = scopes }
    if let uses = wanted.usesMax { record.usesMax = uses }
    if let reservation = wanted.reservationID { record.reservationID = reservation }
  }

  /// The prefix of a value names its kind, so that a PIN cannot be issued as a card. The error
  /// texts contain no value.
  private static func checkValue(_ value: String, kind: String) throws(HandOverRefusal) {
    let prefixes: [String] =
      switch Credential.Kind(rawValue: kind) {
      case .card: ["card:", "raw:", "pkoc:"]
      case .pin: ["pin:"]
      case .mobile: ["mobile:"]
      case nil: []
      }
    let isPIN = kind == Credential.Kind.pin.rawValue
    let body = value.split(separator: ":", maxSplits: 1).last ?? ""
    guard prefixes.contains(where: value.hasPrefix), value.utf8.count <= 200,
      !isPIN
        || ((4...10).contains(body.utf8.count) && body.utf8.allSatisfy { (48...57).contains($0) })
    else {
      throw HandOverRefusal(
        .malformed, "the value is no canonical text of kind \(EnvelopeLimits.shown(kind))")
    }
  }

  /// Puts a change in force, once it is on disk.
  public mutating func apply(_ change: Change) {
    keys[change.key.record.id] = change.key
    marks[change.mark.issuer] = change.mark
  }

  /// The keys that have one of these digests, whatever their state.
  public func keys(ofAny digests: [CredentialDigest]) -> [IssuedKey] {
    keys.values.filter { digests.contains($0.record.digest) }
      .sorted { $0.record.id < $1.record.id }
  }

  /// Every digest of the value that an order names, or else of the key that it changes.
  public func digests(
    of wanted: HandOverOrder.Key, digester: CredentialDigester
  ) -> [CredentialDigest] {
    guard let value = wanted.value else { return keys[wanted.id].map { [$0.record.digest] } ?? [] }
    return digester.digests(ofCanonical: Secret(value))
  }

  /// The key of this id, or none.
  public func key(of id: CredentialID) -> [IssuedKey] { keys[id.rawValue].map { [$0] } ?? [] }

  /// Counts an entry. Returns the key after it, or nil for a key that is not here.
  public mutating func noteUse(of id: CredentialID) -> IssuedKey? {
    guard var key = keys[id.rawValue] else { return nil }
    // What was stored may be any number.
    key.uses = min(max(key.uses, 0), Self.usesCountedMost - 1) + 1
    keys[id.rawValue] = key
    return key
  }

  /// Forgets keys that the cloud has adopted.
  public mutating func forget(_ ids: some Sequence<String>) {
    for id in ids { keys[id] = nil }
  }

  /// Keys that ended long ago.
  public func outdated(at now: WallInstant) -> [String] {
    keys.values.filter {
      ($0.record.validUntil ?? 0) < now.advanced(bySeconds: -Self.keptSeconds).secondsSince1970
    }.map(\.record.id)
  }
}
