/// The state of a controller and its machine, published after each connect and once in each
/// heartbeat interval. A figure that a machine cannot give is absent.
public struct TelemetryReport: Sendable, Hashable, Codable {
  public var controller: String
  /// Wall clock, milliseconds since 1970.
  public var timeMilliseconds: Int64
  /// Version of the daemon.
  public var software: String
  public var host: HostReading
  /// How long the daemon has been running.
  public var uptimeSeconds: Int
  public var clockTrust: String
  public var simulated: Bool
  /// Events that the cloud has not acknowledged.
  public var queuedEvents: UInt64
  public var credentials: Int
  public var readers: [ReaderTelemetry]
  /// Messages that were refused since the daemon started, by kind and cause.
  public var refusedMessages: [String: Int]
  /// Messages of this controller that the broker refused since the daemon started; absent is none.
  public var refusedPublishes: Int?
  /// How often an operator asked a door to identify itself.
  public var identified: Int
  /// The alarms of the site that are raised now, such as `mainsLost`; absent is none.
  public var siteAlarms: [String]?
  /// What is wrong, each with what to do; for people.
  public var troubles: [String]

  public init(
    controller: String, timeMilliseconds: Int64, software: String, host: HostReading,
    uptimeSeconds: Int, clockTrust: String, simulated: Bool, queuedEvents: UInt64,
    credentials: Int, readers: [ReaderTelemetry], refusedMessages: [String: Int],
    identified: Int, troubles: [String]
  ) {
    self.controller = controller
    self.timeMilliseconds = timeMilliseconds
    self.software = software
    self.host = host
    self.uptimeSeconds = uptimeSeconds
    self.clockTrust = clockTrust
    self.simulated = simulated
    self.queuedEvents = queuedEvents
    self.credentials = credentials
    self.readers = readers
    self.refusedMessages = refusedMessages
    self.identified = identified
    self.troubles = troubles
  }
}

/// Counters of one reader since the daemon started.
public struct ReaderTelemetry: Sendable, Hashable, Codable {
  public var id: String
  public var edges: Int
  /// Pulses too short to count.
  public var noise: Int
  public var frames: Int
  /// Frames that could not be read, by fault.
  public var malformed: [String: Int]

  public init(id: String, edges: Int, noise: Int, frames: Int, malformed: [String: Int]) {
    self.id = id
    self.edges = edges
    self.noise = noise
    self.frames = frames
    self.malformed = malformed
  }
}

/// Figures of the machine.
public struct HostReading: Sendable, Hashable, Codable {
  /// Name and version of the operating system.
  public var system: String?
  public var kernel: String?
  public var make: String?
  public var model: String?
  public var serial: String?
  public var uptimeSeconds: Int?
  /// Since the reading before; 0 to 100.
  public var cpuPercent: Double?
  public var temperatureCelsius: Double?
  public var memoryTotalBytes: Int64?
  public var memoryAvailableBytes: Int64?
  /// Of the file system that holds the state folder.
  public var diskTotalBytes: Int64?
  public var diskAvailableBytes: Int64?
  public var networkInterface: String?
  /// `wired` or `wifi`.
  public var networkKind: String?
  public var address: String?
  public var wifiName: String?

  public init() {}
}
