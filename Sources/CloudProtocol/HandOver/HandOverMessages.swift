public import DoorRules

/// The operator's permission for an issuer without network: a JWS under a root key whose `kid`
/// names the root. Specified in `deploy/protocol/hand-over.md`.
public struct IssuerCertificate: Sendable, Hashable, Codable {
  /// The value of `typ`.
  public static let typeName = "postern-issuer-1"

  public var typ: String
  /// Unique; the `kid` of everything that the issuer signs under it.
  public var id: String
  /// The issuer; stays the same when the certificate is renewed.
  public var issuer: String
  /// The issuer's Ed25519 public key, 32 bytes in base64url.
  public var key: String
  public var controllers: [String]
  public var doors: [String]
  public var scopes: [String]
  /// `card`, `pin`, `mobile`.
  public var kinds: [String]
  /// The longest time from a key's start to its end.
  public var longestSeconds: Int64
  /// Seconds since 1970.
  public var notBefore: Int64
  public var notAfter: Int64

  public init(
    id: String, issuer: String, key: String, controllers: [String], doors: [String],
    scopes: [String] = [], kinds: [String], longestSeconds: Int64, notBefore: Int64,
    notAfter: Int64
  ) {
    typ = Self.typeName
    self.id = id
    self.issuer = issuer
    self.key = key
    self.controllers = controllers
    self.doors = doors
    self.scopes = scopes
    self.kinds = kinds
    self.longestSeconds = longestSeconds
    self.notBefore = notBefore
    self.notAfter = notAfter
  }
}

/// One change that an issuer orders of one controller: a JWS under the certificate's key.
public struct HandOverOrder: Sendable, Hashable, Codable {
  /// What `typ` says.
  public static let typeName = "postern-hand-over-1"

  public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
    case issue, update, revoke
  }

  public var typ: String
  /// Unique.
  public var id: String
  /// The controller that it is for.
  public var controller: String
  /// Higher with each order of this issuer to this controller.
  public var sequence: UInt64
  /// Seconds since 1970.
  public var issuedAt: Int64
  /// The latest time to hand it over.
  public var expires: Int64
  public var action: Action
  public var credential: Key

  /// The key after the order. For `update` absent members stay what they are; for `revoke` only the
  /// id counts.
  public struct Key: Sendable, Hashable, Codable {
    public var id: String
    public var kind: String?
    /// Canonical text of the card, PIN or mobile key; it is secret, and no door keeps it.
    public var value: String?
    public var person: String?
    /// Seconds since 1970.
    public var validFrom: Int64?
    public var validUntil: Int64?
    public var doors: [String]?
    public var scopes: [String]?
    public var usesMax: Int?
    public var reservationID: String?
    public var tenantID: String?

    public init(
      id: String, kind: String? = nil, value: String? = nil, person: String? = nil,
      validFrom: Int64? = nil, validUntil: Int64? = nil, doors: [String]? = nil,
      scopes: [String]? = nil, usesMax: Int? = nil, reservationID: String? = nil,
      tenantID: String? = nil
    ) {
      self.id = id
      self.kind = kind
      self.value = value
      self.person = person
      self.validFrom = validFrom
      self.validUntil = validUntil
      self.doors = doors
      self.scopes = scopes
      self.usesMax = usesMax
      self.reservationID = reservationID
      self.tenantID = tenantID
    }
  }

  public init(
    id: String, controller: String, sequence: UInt64, issuedAt: Int64, expires: Int64,
    action: Action, credential: Key
  ) {
    typ = Self.typeName
    self.id = id
    self.controller = controller
    self.sequence = sequence
    self.issuedAt = issuedAt
    self.expires = expires
    self.action = action
    self.credential = credential
  }
}

/// The file that is carried to the door: the issuer's certificate and one order, each a compact
/// JWS.
public struct HandOverFile: Sendable, Hashable, Codable {
  /// The largest file, in bytes.
  public static let bytesMax = 65_536

  public var certificate: String
  public var order: String

  public init(certificate: String, order: String) {
    self.certificate = certificate
    self.order = order
  }
}

/// A key that was issued without the cloud, as the door stores and reports it.
public struct IssuedKey: Sendable, Hashable, Codable {
  /// The digest is under this device's key; the value is stored nowhere.
  public var record: CredentialRecord
  public var issuer: String
  public var certificate: String
  /// Id of the last order about it.
  public var order: String
  /// When the issuer signed that order, by the issuer's clock; seconds since 1970.
  public var issuedAt: Int64
  /// When the door accepted it, by the door's clock.
  public var handedOverAt: Int64
  /// Entries so far.
  public var uses: Int

  public init(
    record: CredentialRecord, issuer: String, certificate: String, order: String, issuedAt: Int64,
    handedOverAt: Int64, uses: Int = 0
  ) {
    self.record = record
    self.issuer = issuer
    self.certificate = certificate
    self.order = order
    self.issuedAt = issuedAt
    self.handedOverAt = handedOverAt
    self.uses = uses
  }
}

/// The keys that the cloud has not adopted yet; published after each hello and after each change.
public struct IssuedReport: Sendable, Hashable, Codable {
  /// The most keys of one report.
  public static let keysMax = 200

  public var controller: String
  /// Ids of the messages and commands that asked for the hello which this follows; absent for none.
  public var requestIDs: [String]?
  public var keys: [IssuedKey]

  public init(controller: String, keys: [IssuedKey], requestIDs: [String]? = nil) {
    self.controller = controller
    self.requestIDs = requestIDs
    self.keys = keys
  }
}

/// The last order that a controller accepted from an issuer.
public struct IssuerMark: Sendable, Hashable, Codable {
  public var issuer: String
  public var sequence: UInt64
  public var order: String

  public init(issuer: String, sequence: UInt64, order: String) {
    self.issuer = issuer
    self.sequence = sequence
    self.order = order
  }
}
