/// A credential without its value, which this controller does not have.
public struct ConsoleCredential: Sendable, Hashable, Codable {
  public var id: String
  /// `card`, `pin` or `mobile`.
  public var kind: String
  public var person: String
  /// `active` or `revoked`.
  public var status: String
  /// `pending`, `valid`, `over` or `revoked`, by this controller's clock.
  public var state: String
  /// Milliseconds since 1970; nil is open.
  public var validFromMilliseconds: Int64?
  public var validUntilMilliseconds: Int64?
  /// If both this and `scopes` are empty, every door that the person may use.
  public var doors: [String]
  public var scopes: [String]
  public var reservationID: String?

  public init(
    id: String, kind: String, person: String, status: String, state: String,
    validFromMilliseconds: Int64?, validUntilMilliseconds: Int64?, doors: [String],
    scopes: [String], reservationID: String?
  ) {
    self.id = id
    self.kind = kind
    self.person = person
    self.status = status
    self.state = state
    self.validFromMilliseconds = validFromMilliseconds
    self.validUntilMilliseconds = validUntilMilliseconds
    self.doors = doors
    self.scopes = scopes
    self.reservationID = reservationID
  }
}

/// Filters of a list of credentials; nil is no filter.
public struct CredentialQuery: Sendable, Hashable {
  /// Only ids that sort after this one.
  public var after: String?
  public var person: String?
  /// 1 to 500.
  public var limit: Int

  public init(after: String? = nil, person: String? = nil, limit: Int = 100) {
    self.after = after
    self.person = person
    self.limit = limit
  }
}

/// A request to test a lock.
public struct RelayTest: Sendable, Hashable, Codable {
  public var door: String
  public var by: String

  public init(door: String, by: String) {
    self.door = door
    self.by = by
  }
}

/// The result of a lock test.
public struct RelayTestResult: Sendable, Hashable, Codable {
  /// The relay's level before and after, as driven.
  public var before: Bool?
  public var after: Bool?
  /// The door contact before; nil without one.
  public var open: Bool?
  /// How long the lock stays released.
  public var holdMilliseconds: Int

  public init(before: Bool?, after: Bool?, open: Bool?, holdMilliseconds: Int) {
    self.before = before
    self.after = after
    self.open = open
    self.holdMilliseconds = holdMilliseconds
  }

  public var moved: Bool { before != nil && after != nil && before != after }
}

/// The daemon's part of a support bundle. It names no person, card number or secret.
public struct SupportFacts: Sendable, Hashable, Codable {
  /// The settings in force.
  public var settings: String
  /// The daemon's last log lines, oldest first.
  public var log: [String]
  /// Rows of each table, by database.
  public var rows: [String: [String: Int]]

  public init(settings: String, log: [String], rows: [String: [String: Int]]) {
    self.settings = settings
    self.log = log
    self.rows = rows
  }
}

/// Samples of the last hour, one every ten seconds; oldest first.
public struct HistorySample: Sendable, Hashable, Codable {
  public var timeMilliseconds: Int64
  public var connected: Bool
  public var backlog: UInt64
  public var clockOffsetSeconds: Int64?
  public var diskFreeBytes: Int64?
  public var commitMilliseconds: Double?

  public init(
    timeMilliseconds: Int64, connected: Bool, backlog: UInt64, clockOffsetSeconds: Int64?,
    diskFreeBytes: Int64?, commitMilliseconds: Double?
  ) {
    self.timeMilliseconds = timeMilliseconds
    self.connected = connected
    self.backlog = backlog
    self.clockOffsetSeconds = clockOffsetSeconds
    self.diskFreeBytes = diskFreeBytes
    self.commitMilliseconds = commitMilliseconds
  }
}
