public import DoorRules

/// Maintenance or lockdown, ordered of a door for a while. Fire alarms and schedules have modes of
/// their own.
public struct ModeOrder: Sendable, Hashable {
  /// What changes; the names are those of the wire.
  public enum Change: String, Sendable, Hashable, Codable, CaseIterable {
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

  /// Who ordered it, if the cloud names no operator.
  public static let cloud = "cloud"

  /// Nil is every door.
  public var door: DoorID?
  public var change: Change
  /// The operator, or ``cloud``.
  public var by: String
  public var reason: String
  /// How long; nil until it is ended.
  public var seconds: Int64?

  public init(door: DoorID?, change: Change, by: String, reason: String, seconds: Int64? = nil) {
    self.door = door
    self.change = change
    self.by = by
    self.reason = reason
    self.seconds = seconds
  }
}
