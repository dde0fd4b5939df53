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

  public init(
    controller: String, software: String, bootID: String, sessionNonce: String,
    configRevision: UInt64, credentialRevision: UInt64, logEpoch: String, lastEvent: UInt64,
    acknowledgedEvent: UInt64, clockTrust: String, simulated: Bool
  ) {
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

    public init(id: String, lock: String, open: Bool?) {
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

  public init(controller: String, epoch: String, events: [CloudEvent]) {
    self.controller = controller
    self.epoch = epoch
    self.events = events
  }
}

/// The cloud has every event of `epoch` up to and with `through`.
public struct EventAcknowledgement: Sendable, Hashable, Codable {
  public var epoch: String
  public var through: UInt64

  public init(epoch: String, through: UInt64) {
    self.epoch = epoch
    self.through = through
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

  public init(
    subject: Subject, messageID: String, revision: UInt64, applied: Bool, problems: [Problem]
  ) {
    self.subject = subject
    self.messageID = messageID
    self.revision = revision
    self.applied = applied
    self.problems = problems
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
