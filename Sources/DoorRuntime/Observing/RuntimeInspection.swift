public import DoorCore
public import DoorPorts
public import DoorRules

/// What diagnosis and metrics read besides ``RuntimeStatus``.
public struct RuntimeInspection: Sendable {
  public var metrics: RuntimeMetrics
  /// Lines that are not there.
  public var faults: [LineFault]
  public var logError: PortError?
  /// This clock minus the cloud's, in seconds; nil before the cloud's first message.
  public var clockOffsetSeconds: Int64?
  /// The system's clock, as long as it is not believed.
  public var clockDoubt: CivilClock.System?
  /// Seconds since the cloud's last verified message; nil before the first of this run.
  public var cloudSilentSeconds: Int?
  /// Messages that were refused, by kind and cause.
  public var refused: [String: Int]
  /// Events that wait to be on disk.
  public var eventsWaiting: Int
  public var identified: Int
  /// What serves people beside the doors and does not, such as the web page, and why.
  public var unserved: [String: String]
  public var findings: [ReaderID: [ReaderFinding]]
  public var pulses: [ReaderID: PulseRange]
  public var leaves: [DoorID: LeafCounts]
  /// Inputs that a switching relay disturbs.
  public var chatter: [CoilWatch.Finding]
  /// Inputs whose level is read again and again, since their chip reports no edges.
  public var polled: [PolledInput]
  /// Starts in a row without a stop before: how often the power was gone, and how often the
  /// program ended.
  public var powerLosses: Int
  public var crashes: Int
}
