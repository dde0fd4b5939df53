public import DoorCore
public import DoorPorts
public import DoorRules
public import WiegandCodec

/// The node as it stands, for the console and the cloud.
public struct RuntimeStatus: Sendable {
  public var now: Moment
  public var uptimeSeconds: Int
  public var configRevision: UInt64
  public var timeZone: String?
  /// False while the device has no rules of the time zone, so that hours are closed.
  public var knowsTimeZone: Bool
  public var credentials: CredentialPosition
  public var log: LogPosition
  public var cloudConnected: Bool
  /// Why not, when not; nil without a cloud.
  public var cloudDetail: String?
  public var lastCloudContact: WallInstant?
  public var doors: [Door]
  public var readers: [Reader]
  /// Inputs whose level is read again and again, since their chip reports no edges.
  public var polled: [PolledInput]
  /// The plans in force, the strongest first.
  public var plans: [PlanEntry]
  /// The alarms of the site that are raised now.
  public var siteAlarms: [SiteAlarm]
  /// What is switched off to save the battery.
  public var shed: Set<PowerLoad>
  /// What is wrong and what to do about it, as text.
  public var troubles: [String]

  /// A door as it stands.
  public struct Door: Sendable {
    public var id: DoorID
    public var name: String
    public var lock: LockLevel
    public var relayActive: Bool?
    public var open: Bool?
    public var alarms: [DoorAlarm]
    public var configured: Bool
    /// Nil is normal.
    public var mode: DoorModeEntry?
    /// Since when somebody who rang waits for an answer; nil for nobody.
    public var bellSince: WallInstant?
  }

  /// A reader as it stands.
  public struct Reader: Sendable {
    public var id: ReaderID
    public var door: DoorID
    public var counters: CaptureCounters
    /// Nil while the keypad listens.
    public var lockedOutMilliseconds: Int?
    /// Nil for a reader on data lines.
    public var bus: BusReader?
  }
}
