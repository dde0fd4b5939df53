/// The daemon's status.
public struct ConsoleStatus: Sendable, Hashable, Codable {
  public var controller: String
  public var software: String
  public var simulated: Bool
  public var uptimeSeconds: Int
  /// Wall clock, milliseconds since 1970.
  public var timeMilliseconds: Int64
  public var clockTrust: String
  public var timeZone: String?
  public var configRevision: UInt64
  public var credentialRevision: UInt64
  public var credentials: Int
  public var persons: Int
  public var cloud: Cloud
  public var log: Log
  public var doors: [Door]
  public var readers: [Reader]
  /// Inputs whose level is read again and again, since their chip reports no edges; in words.
  public var polled: [String]?
  /// The plans in force, the strongest first.
  public var plans: [ConsolePlan]?
  /// The alarms of the site that are raised now: `fire`, `tamper`, `mainsLost`, `batteryLow`; nil for none.
  public var siteAlarms: [String]?
  /// What is switched off to save the battery: `lamps`, `beepers`, `heartbeat`; nil for nothing.
  public var shed: [String]?
  /// What is wrong now, each with what to do; for people. Empty if nothing is.
  public var troubles: [String]

  /// The link to the cloud.
  public struct Cloud: Sendable, Hashable, Codable {
    public var connected: Bool
    /// Why it is not connected.
    public var detail: String?
    /// Milliseconds since 1970; nil if never since the start.
    public var lastContactMilliseconds: Int64?

    public init(connected: Bool, detail: String?, lastContactMilliseconds: Int64?) {
      self.connected = connected
      self.detail = detail
      self.lastContactMilliseconds = lastContactMilliseconds
    }
  }

  /// The event log.
  public struct Log: Sendable, Hashable, Codable {
    public var epoch: String
    public var last: UInt64
    public var acknowledged: UInt64

    public init(epoch: String, last: UInt64, acknowledged: UInt64) {
      self.epoch = epoch
      self.last = last
      self.acknowledged = acknowledged
    }
  }

  /// A door.
  public struct Door: Sendable, Hashable, Codable {
    public var id: String
    public var name: String
    /// `secured` or `released`.
    public var lock: String
    /// The relay's level as driven; nil when the line is not there.
    public var relayActive: Bool?
    /// Nil without a contact.
    public var open: Bool?
    public var alarms: [String]
    /// False before the cloud configured it.
    public var configured: Bool
    /// The mode in force, `normal` without one.
    public var mode: String
    /// Who set it, and why.
    public var modeWhy: String?
    /// Since when somebody who rang waits for an answer; nil for nobody.
    public var bellMilliseconds: Int64?
    /// How it is wired.
    public var wiring: Wiring?

    public init(
      id: String, name: String, lock: String, relayActive: Bool?, open: Bool?, alarms: [String],
      configured: Bool, mode: String = "normal", modeWhy: String? = nil,
      bellMilliseconds: Int64? = nil, wiring: Wiring? = nil
    ) {
      self.wiring = wiring
      self.id = id
      self.name = name
      self.lock = lock
      self.relayActive = relayActive
      self.open = open
      self.alarms = alarms
      self.configured = configured
      self.mode = mode
      self.modeWhy = modeWhy
      self.bellMilliseconds = bellMilliseconds
    }
  }

  /// How a door is wired.
  public struct Wiring: Sendable, Hashable, Codable {
    /// The lock opens when its power fails.
    public var failSafe: Bool
    /// Leaving needs the exit input.
    public var needsExitRequest: Bool

    public init(failSafe: Bool, needsExitRequest: Bool) {
      self.failSafe = failSafe
      self.needsExitRequest = needsExitRequest
    }
  }

  /// A reader.
  public struct Reader: Sendable, Hashable, Codable {
    public var id: String
    public var door: String
    /// Edges of its data lines since the start.
    public var edges: Int
    public var frames: Int
    public var malformed: Int
    /// Milliseconds until the lockout ends; nil without one.
    public var lockedOutMilliseconds: Int?
    /// Nil for a reader on data lines.
    public var osdp: OSDP?

    /// A reader on an OSDP line.
    public struct OSDP: Sendable, Hashable, Codable {
      /// The line's device and the reader's address.
      public var place: String
      /// Why it is not served; nil while its secured channel stands.
      public var absence: String?
      /// The same for a person.
      public var advice: String?
      /// Maker, model, serial number and firmware, as the reader says.
      public var identity: String?
      /// Whether somebody pairs it now.
      public var pairing: Bool
      /// What was not believed on the line, by kind.
      public var faults: [String: Int]

      public init(
        place: String, absence: String?, advice: String?, identity: String?, pairing: Bool,
        faults: [String: Int]
      ) {
        self.place = place
        self.absence = absence
        self.advice = advice
        self.identity = identity
        self.pairing = pairing
        self.faults = faults
      }
    }

    public init(
      id: String, door: String, edges: Int, frames: Int, malformed: Int,
      lockedOutMilliseconds: Int?, osdp: OSDP? = nil
    ) {
      self.osdp = osdp
      self.id = id
      self.door = door
      self.edges = edges
      self.frames = frames
      self.malformed = malformed
      self.lockedOutMilliseconds = lockedOutMilliseconds
    }
  }

  public init(
    controller: String, software: String, simulated: Bool, uptimeSeconds: Int,
    timeMilliseconds: Int64, clockTrust: String, timeZone: String?, configRevision: UInt64,
    credentialRevision: UInt64, credentials: Int, persons: Int, cloud: Cloud, log: Log,
    doors: [Door], readers: [Reader], polled: [String]? = nil, plans: [ConsolePlan]? = nil,
    siteAlarms: [String]? = nil, shed: [String]? = nil,
    troubles: [String]
  ) {
    self.controller = controller
    self.software = software
    self.simulated = simulated
    self.uptimeSeconds = uptimeSeconds
    self.timeMilliseconds = timeMilliseconds
    self.clockTrust = clockTrust
    self.timeZone = timeZone
    self.configRevision = configRevision
    self.credentialRevision = credentialRevision
    self.credentials = credentials
    self.persons = persons
    self.cloud = cloud
    self.log = log
    self.doors = doors
    self.readers = readers
    self.polled = polled
    self.plans = plans
    self.siteAlarms = siteAlarms
    self.shed = shed
    self.troubles = troubles
  }
}
