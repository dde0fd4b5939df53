/// A command of the cloud; its id, audience and times are the signed envelope's.
public struct Command: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A member's unlock, evaluated on the door.
    case unlock
    /// An operator's unlock; needs a reason, obeys no rule.
    case adminUnlock
    /// Three beeps; moves nothing.
    case identify
    /// Maintenance or lockdown; needs a reason.
    case mode
    /// Lets a keypad listen again after too many wrong PINs.
    case clearLockout
    /// Anti-passback: a person, or everybody, counts as outside everywhere.
    case forgive
    /// Says hello again, and reads every record again to find what differs.
    case sync
    /// Says telemetry now, and looks at everything: ``DiagnosisReport``.
    case diagnostics
    /// Says the daemon's last log lines.
    case logs
    /// From now on a message under this key of the cloud is believed too.
    case trustKey
    /// From now on none under this key is.
    case distrustKey
    /// Withdraws one code that a door computes for itself.
    case revokeOfflinePIN
  }

  public var kind: Kind
  public var door: String?
  /// Who unlocks, or who ordered it.
  public var person: String?
  /// Required for an admin unlock; 1 to 200 characters.
  public var reason: String?
  /// For `mode`.
  public var mode: ModeWord?
  /// For `mode`: how long, 1 second to a week; absent until it is ended.
  public var seconds: Int64?
  /// For `clearLockout`: which; all when absent.
  public var reader: String?
  /// Where the phone says it is, for a member's unlock.
  public var location: LocationDocument?
  /// The nonce of the session that the sender saw; needed while the door's clock is untrusted.
  public var sessionNonce: String?
  /// For `trustKey` and `distrustKey`: the `kid`.
  public var keyID: String?
  /// For `trustKey`: an Ed25519 public key, 32 bytes in base64url.
  public var key: String?
  /// For `revokeOfflinePIN`, with the door.
  public var window: OfflinePINWindow?

  public init(
    kind: Kind, door: String? = nil, person: String? = nil, reason: String? = nil,
    mode: ModeWord? = nil, seconds: Int64? = nil, reader: String? = nil,
    location: LocationDocument? = nil, sessionNonce: String? = nil,
    keyID: String? = nil, key: String? = nil, window: OfflinePINWindow? = nil
  ) {
    self.window = window
    self.keyID = keyID
    self.key = key
    self.kind = kind
    self.door = door
    self.person = person
    self.reason = reason
    self.mode = mode
    self.seconds = seconds
    self.reader = reader
    self.location = location
    self.sessionNonce = sessionNonce
  }
}

/// What can be ordered of a door for a while; fire and schedules come from elsewhere.
public enum ModeWord: String, Sendable, Hashable, Codable, CaseIterable {
  /// Ends maintenance, of either kind.
  case off
  /// Maintenance: the relay is latched open.
  case forceOpen = "force-open"
  /// Maintenance: only an admin override opens.
  case forceClosed = "force-closed"
  /// Only an admin override opens; stronger than maintenance.
  case lockdown
  case endLockdown = "end-lockdown"
}

/// A position as a phone gave it.
public struct LocationDocument: Sendable, Hashable, Codable {
  /// The worst accuracy that is worth a word: half the way round the earth.
  public static let accuracyMetersMax = 20_040_000.0

  /// Degrees north, -90 to 90.
  public var lat: Double
  /// Degrees east, -180 to 180.
  public var lng: Double
  public var accuracyMeters: Double?

  public init(lat: Double, lng: Double, accuracyMeters: Double? = nil) {
    self.lat = lat
    self.lng = lng
    self.accuracyMeters = accuracyMeters
  }
}

/// What became of a command.
public struct CommandResult: Sendable, Hashable, Codable {
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// It was believed and is about to act; one of the others follows.
    case received
    /// The hardware moved (or, for identify, sounded).
    case confirmed
    /// It was tried and did not work.
    case failed
    /// It came after its time.
    case expired
    /// It was not allowed.
    case rejected
    /// A crash came between; it is never run again.
    case interrupted
  }

  public var commandID: String
  public var outcome: Outcome
  public var reason: String?
  public var simulated: Bool
  /// Wall clock of the result, milliseconds since 1970.
  public var timeMilliseconds: Int64

  public init(
    commandID: String, outcome: Outcome, reason: String?, simulated: Bool, timeMilliseconds: Int64
  ) {
    self.commandID = commandID
    self.outcome = outcome
    self.reason = reason
    self.simulated = simulated
    self.timeMilliseconds = timeMilliseconds
  }
}
