/// Maintenance or lockdown, ordered on site.
public struct ModeRequest: Sendable, Hashable, Codable {
  /// Nil is every door.
  public var door: String?
  /// `off`, `force-open`, `force-closed`, `lockdown` or `end-lockdown`.
  public var mode: String
  public var by: String
  public var reason: String
  /// How long; absent until it is ended.
  public var seconds: Int64?

  public init(door: String?, mode: String, by: String, reason: String, seconds: Int64? = nil) {
    self.door = door
    self.mode = mode
    self.by = by
    self.reason = reason
    self.seconds = seconds
  }
}

/// An answer to whoever rings at a door.
public struct BellRequest: Sendable, Hashable, Codable {
  public var door: String
  /// `open` or `refuse`.
  public var answer: String
  public var by: String

  public init(door: String, answer: String, by: String) {
    self.door = door
    self.answer = answer
    self.by = by
  }
}

/// A request to end the lockout of a keypad.
public struct ClearLockoutRequest: Sendable, Hashable, Codable {
  /// Nil is every reader.
  public var reader: String?
  public var by: String

  public init(reader: String?, by: String) {
    self.reader = reader
    self.by = by
  }
}

/// A request to count a person, or everybody for nil, as outside of every area.
public struct ForgiveRequest: Sendable, Hashable, Codable {
  public var person: String?
  public var by: String

  public init(person: String?, by: String) {
    self.person = person
    self.by = by
  }
}

/// Somebody on site has compared the system's clock, and says that it is right.
public struct ClockTrustRequest: Sendable, Hashable, Codable {
  public var by: String
  public var reason: String

  public init(by: String, reason: String) {
    self.by = by
    self.reason = reason
  }
}

/// How a browser signs in to the web page.
public struct LoginOffer: Sendable, Hashable, Codable {
  /// Where the page is.
  public var url: String
  /// Works once.
  public var code: String
  /// How long the code works.
  public var seconds: Int64

  public init(url: String, code: String, seconds: Int64) {
    self.url = url
    self.code = code
    self.seconds = seconds
  }
}
