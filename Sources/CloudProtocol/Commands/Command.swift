public import DoorRules

/// A command of the cloud as it is sent. Which members a kind takes is in ``Command/Kind``; id,
/// audience and times are the signed envelope's.
public struct Command: Sendable, Hashable, Codable {
  public var kind: Kind
  public var door: String?
  /// The member who unlocks, or the operator who ordered it.
  public var person: String?
  /// Required for an admin unlock; 1 to 200 characters.
  public var reason: String?
  /// For `mode`.
  public var mode: ModeOrder.Change?
  /// For `mode`: how long, 1 second to a week; absent until it is ended.
  public var seconds: Int64?
  /// For `clearLockout`: which; all when absent.
  public var reader: String?
  /// For `resetArea`.
  public var area: String?
  /// For `plan`: which.
  public var plan: String?
  /// For `plan`: what happens.
  public var change: PlanOrder.Change?
  /// The position that the phone reports, for a member's unlock.
  public var location: LocationDocument?
  /// The nonce of the session that the sender saw; needed while the door's clock is untrusted.
  public var sessionNonce: String?
  /// For `trustKey`, `delegateKey` and `distrustKey`: the `kid`.
  public var keyID: String?
  /// For `trustKey` and `delegateKey`: an Ed25519 public key, 32 bytes in base64url.
  public var key: String?
  /// For `delegateKey`.
  public var delegation: KeyDelegation?
  /// For `revokeOfflinePIN`, with the door.
  public var window: OfflinePINWindow?
  /// For `answerBell`.
  public var answer: BellAnswer?

  public init(
    kind: Kind, door: String? = nil, person: String? = nil, reason: String? = nil,
    mode: ModeOrder.Change? = nil, seconds: Int64? = nil, reader: String? = nil,
    area: String? = nil, plan: String? = nil, change: PlanOrder.Change? = nil,
    location: LocationDocument? = nil, sessionNonce: String? = nil,
    keyID: String? = nil, key: String? = nil, delegation: KeyDelegation? = nil,
    window: OfflinePINWindow? = nil,
    answer: BellAnswer? = nil
  ) {
    self.kind = kind
    self.door = door
    self.person = person
    self.reason = reason
    self.mode = mode
    self.seconds = seconds
    self.reader = reader
    self.area = area
    self.plan = plan
    self.change = change
    self.location = location
    self.sessionNonce = sessionNonce
    self.keyID = keyID
    self.key = key
    self.delegation = delegation
    self.window = window
    self.answer = answer
  }
}
