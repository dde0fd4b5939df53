/// What a controller says first after each connect: what it has, so that the cloud can send
/// what is missing and nothing else.
public struct Hello: Sendable, Hashable, Codable {
  public var controller: String
  /// Version of the daemon.
  public var software: String
  /// Names this start of the daemon.
  public var bootID: String
  /// Names this connection; unlock commands repeat it while the clock is untrusted.
  public var sessionNonce: String
  /// Revision of the configuration in force, 0 for none.
  public var configRevision: UInt64
  public var credentialRevision: UInt64
  public var logEpoch: String
  public var lastEvent: UInt64
  public var acknowledgedEvent: UInt64
  public var clockTrust: String
  public var simulated: Bool
  /// ``RecordSetDigest/root`` of the credentials at that revision; absent while it is not known.
  public var credentialDigest: String?

  public init(
    controller: String, software: String, bootID: String, sessionNonce: String,
    configRevision: UInt64, credentialRevision: UInt64, logEpoch: String, lastEvent: UInt64,
    acknowledgedEvent: UInt64, clockTrust: String, simulated: Bool,
    credentialDigest: String? = nil
  ) {
    self.credentialDigest = credentialDigest
    self.controller = controller
    self.software = software
    self.bootID = bootID
    self.sessionNonce = sessionNonce
    self.configRevision = configRevision
    self.credentialRevision = credentialRevision
    self.logEpoch = logEpoch
    self.lastEvent = lastEvent
    self.acknowledgedEvent = acknowledgedEvent
    self.clockTrust = clockTrust
    self.simulated = simulated
  }
}

/// The retained state of a controller; as last will with `online` false.
public struct StateReport: Sendable, Hashable, Codable {
  public var controller: String
  public var online: Bool
  public var simulated: Bool
  public var doors: [DoorState]

  /// One door as it stands.
  public struct DoorState: Sendable, Hashable, Codable {
    public var id: String
    /// `secured` or `released`.
    public var lock: String
    /// Nil without a contact.
    public var open: Bool?
    /// The mode that counts, by its name; nil is normal.
    public var mode: String?

    public init(id: String, lock: String, open: Bool?, mode: String? = nil) {
      self.mode = mode
      self.id = id
      self.lock = lock
      self.open = open
    }
  }

  public init(controller: String, online: Bool, simulated: Bool, doors: [DoorState]) {
    self.controller = controller
    self.online = online
    self.simulated = simulated
    self.doors = doors
  }
}

/// Events on their way up, numbered without gaps within one log epoch.
public struct EventBatch: Sendable, Hashable, Codable {
  /// The most events in one batch.
  public static let eventsMax = 200

  public var controller: String
  public var epoch: String
  public var events: [CloudEvent]
  /// Up to and with this number everything was acknowledged when the batch was sent. A cloud
  /// that never heard of the epoch begins here.
  public var acknowledged: UInt64?
  /// Events up to and with this number are no longer there, though the cloud never had them:
  /// the log had grown to its limit. An event of the log says so too.
  public var droppedThrough: UInt64?

  public init(
    controller: String, epoch: String, events: [CloudEvent], acknowledged: UInt64? = nil,
    droppedThrough: UInt64? = nil
  ) {
    self.controller = controller
    self.epoch = epoch
    self.events = events
    self.acknowledged = acknowledged
    self.droppedThrough = droppedThrough
  }
}

/// An alarm or an admin action, sent as soon as it is on disk; the same event comes again in its
/// place among the others, which is where it counts.
public struct UrgentEvent: Sendable, Hashable, Codable {
  public var controller: String
  public var epoch: String
  public var event: CloudEvent

  public init(controller: String, epoch: String, event: CloudEvent) {
    self.controller = controller
    self.epoch = epoch
    self.event = event
  }
}

/// The cloud has every event of `epoch` up to and with `through`.
public struct EventAcknowledgement: Sendable, Hashable, Codable {
  public var epoch: String
  public var through: UInt64
  /// True when what the door has under some number is not what the cloud has: its log lost its
  /// end, or is a copy. The door then begins a new epoch, and nothing is taken for a repetition
  /// that is none.
  public var diverged: Bool?
  /// True when the cloud no longer has what it acknowledged above ``through``: it was restored
  /// from a copy. The door then sends again what it still has of that.
  public var rewind: Bool?

  public init(
    epoch: String, through: UInt64, diverged: Bool? = nil, rewind: Bool? = nil
  ) {
    self.rewind = rewind
    self.epoch = epoch
    self.through = through
    self.diverged = diverged
  }
}

/// The answer to a configuration or a credential delta.
public struct ApplyReport: Sendable, Hashable, Codable {
  public enum Subject: String, Sendable, Hashable, Codable { case config, credentials }

  public var subject: Subject
  /// Id of the message that this answers.
  public var messageID: String
  /// The revision in force after it.
  public var revision: UInt64
  public var applied: Bool
  /// Empty when applied.
  public var problems: [Problem]
  /// ``RecordSetDigest/root`` after credentials were applied.
  public var digest: String?
  /// What became of each credential of a delta.
  public var credentials: [CredentialOutcome]?

  public init(
    subject: Subject, messageID: String, revision: UInt64, applied: Bool, problems: [Problem],
    digest: String? = nil, credentials: [CredentialOutcome]? = nil
  ) {
    self.digest = digest
    self.credentials = credentials
    self.subject = subject
    self.messageID = messageID
    self.revision = revision
    self.applied = applied
    self.problems = problems
  }
}

/// A credential as it now stands at the door.
public struct CredentialOutcome: Sendable, Hashable, Codable {
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It opens, within its times and rules.
    case active
    /// The message was refused; what was there before stays.
    case failed
    case revoked
    /// Its time was over when it came.
    case expired
  }

  public var id: String
  public var status: Status

  public init(id: String, status: Status) {
    self.id = id
    self.status = status
  }
}

extension CredentialOutcome.Status {
  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .active: "It opens, within its times and rules."
    case .failed: "The message was refused; what was there before stays."
    case .revoked: "It was revoked."
    case .expired: "Its time was over when it came."
    }
  }
}

/// One thing that is wrong in a document.
public struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Where, such as `doors[1].holdTimeSeconds`.
  public var path: String
  /// What, and what is allowed.
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  public var description: String { "\(path): \(message)" }
}
