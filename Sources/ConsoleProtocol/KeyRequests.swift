/// Names one offline PIN by its door and window, never by its digits.
public struct OfflinePINRequest: Sendable, Hashable, Codable {
  public var door: String
  /// Hours since 1970-01-01T00Z.
  public var startHour: Int64
  public var hours: Int
  public var serial: Int
  public var by: String

  public init(door: String, startHour: Int64, hours: Int, serial: Int, by: String) {
    self.door = door
    self.startHour = startHour
    self.hours = hours
    self.serial = serial
    self.by = by
  }
}

/// A hand-over as its issuer signed it.
public struct HandOverRequest: Sendable, Hashable, Codable {
  /// A compact JWS.
  public var certificate: String
  /// A compact JWS.
  public var order: String

  public init(certificate: String, order: String) {
    self.certificate = certificate
    self.order = order
  }
}

/// What became of a hand-over.
public struct HandOverAnswer: Sendable, Hashable, Codable {
  public var credential: String
  /// `issue`, `update` or `revoke`.
  public var action: String
  /// True when this very order had been taken before.
  public var wasKnown: Bool

  public init(credential: String, action: String, wasKnown: Bool) {
    self.credential = credential
    self.action = action
    self.wasKnown = wasKnown
  }
}

/// A mobile key shown on site.
public struct PresentRequest: Sendable, Hashable, Codable {
  public var door: String
  /// Secret; what the phone holds.
  public var mobile: String

  public init(door: String, mobile: String) {
    self.door = door
    self.mobile = mobile
  }
}
